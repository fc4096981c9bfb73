"""What the rest of the reader lends to the filling of schemas."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.simulator.reader.qa import Found

REPLY = re.compile(
    (
        r"^(?:on|em|le|el|am) .{6,120}(?:wrote|escreveu)\s*:\s*$|^-{2,"
        r"}\s*(?:original message|mensagem original|forwarded|encaminhada).*$"
    ),
    re.IGNORECASE | re.MULTILINE,
)


def without_replies(text: str) -> str:
    """Drop what a letter quotes of an earlier one."""
    lines = text.split("\n")
    kept = [line for line in lines if not line.lstrip().startswith(">")]
    if len(kept) == len(lines):
        return text
    return REPLY.sub("", "\n".join(kept)).rstrip() + "\n"


@dataclass(frozen=True, slots=True)
class Aid:
    """What other abilities lend to the leaves: answering, rewriting, summing up."""

    answer: Callable[[], Found]
    say: Callable[[Found], str]
    queries: Callable[[int], list[str]]
    summary: Callable[[str, int], str]
    keywords: Callable[[str], list[str]]
    solve: Callable[[], str | None]
