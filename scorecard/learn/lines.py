"""What is shown, apart from how: lines of marked parts, drawn with colours or without.

What a terminal's encoding lacks is shown in ASCII; see ``scorecard/locale/terminal.py``.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TextIO, TypeAlias

from rich.console import Console
from rich.text import Text

from scorecard.locale.terminal import ASCII, encode_anything

Style: TypeAlias = Literal["", "bold", "dim", "good", "bad", "unsure", "code"]

COLOURS: dict[Style, str] = {
    "": "",
    "bold": "bold",
    "dim": "dim",
    "good": "green",
    "bad": "red",
    "unsure": "yellow",
    "code": "cyan",
}


WORDS = {"✓": "[ok]", "✗": "[no]", "?": "[??]", "·": "[--]", "…": "[..]", "!": "[!!]"}
"""What `--plain` says in place of a mark that stands alone."""
BLOCKS = frozenset("█░")
UNLIMITED = 10_000


@dataclass(frozen=True)
class Part:
    """A piece of a line."""

    text: str
    style: Style = ""


Line: TypeAlias = tuple[Part, ...]


def line(*parts: str | Part) -> Line:
    """Join plain and styled parts."""
    return tuple(Part(part) if isinstance(part, str) else part for part in parts)


def in_words(parts: Line) -> str:
    """Write a line without colours, marks or bars: what a screen reader reads well."""
    told: list[str] = []
    for part in parts:
        bare = part.text.strip()
        if bare in WORDS:
            told.append(part.text.replace(bare, WORDS[bare]))
        elif not bare or not BLOCKS.issuperset(bare):
            told.append(part.text)
    text = "".join(told)
    for mark, word in ((mark, WORDS[mark]) for mark in "✓✗·"):
        text = f"{word}{text[1:]}" if text.startswith(f"{mark} ") else text
    return "".join(ASCII.get(letter, letter) for letter in text).rstrip()


class Screen:
    """Shows lines to a person: in colour on a terminal, as plain text anywhere else."""

    def __init__(self, stream: TextIO | None = None, *, plain_text: bool = False) -> None:
        self._stream = stream or sys.stdout
        encode_anything(self._stream)
        self.console = Console(
            file=self._stream, highlight=False, emoji=False, markup=False, soft_wrap=True
        )
        self.in_words = plain_text
        self.plain = (
            plain_text
            or not self.console.is_terminal
            or self.console.is_dumb_terminal
            or bool(os.environ.get("NO_COLOR"))
        )

    def show(self, lines: Iterable[Line]) -> None:
        """Print lines."""
        for parts in lines:
            if self.in_words:
                self._stream.write(in_words(parts) + "\n")
            elif self.plain:
                self._stream.write("".join(part.text for part in parts).rstrip() + "\n")
            else:
                text = Text.assemble(*((part.text, COLOURS[part.style]) for part in parts))
                self.console.print(text, overflow="fold", no_wrap=False)
        self._stream.flush()

    @property
    def width(self) -> int:
        """How many columns there are; in a file or a pipe any number."""
        return self.console.width if self.console.is_terminal else UNLIMITED

    def clear(self) -> None:
        """Begin at the top of an empty screen; a plain one goes on below."""
        if self.plain:
            self._stream.write("\n")
        else:
            self.console.clear()


def bar(done: int, every: int, width: int = 24) -> Line:
    """Draw progress: ``███░░░ 3/6``."""
    filled = round(width * done / every) if every else 0
    filled = max(filled, 1) if done else 0
    filled = width if done == every and every else min(filled, width - 1)
    return (
        Part("█" * filled, "good"),
        Part("░" * (width - filled), "dim"),
        Part(f" {done}/{every}"),
    )
