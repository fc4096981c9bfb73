"""Fill the template in, and lock the page: nothing is fetched, no text is ever run.

The policy names the one style sheet and the one script by their hashes. What a learner wrote enters
through autoescaping only, with characters that would move other text made visible.
"""

import base64
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scorecard.ledger import Check
from scorecard.locale import Language, translator
from scorecard.report.ending import MARKS, STYLES, Ending, ending, faults
from scorecard.report.history import Record
from scorecard.report.page import charts
from scorecard.report.page.level import NAMES, Level, command
from scorecard.report.page.links import fork_of, links_of
from scorecard.report.page.numbers import Numbers
from scorecard.report.page.view import view_of
from scorecard.report.reasons import reason, told
from scorecard.report.result import Scorecard
from scorecard.report.titles import in_language, translated
from scorecard.verify.result import Verification

TEMPLATES = Path(__file__).parent.parent / "templates"
LIMIT = 500_000
LONGEST = 400
SPLITS = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}
BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


class Depth(IntEnum):
    """How much of each check is written, most first."""

    FULL = 4
    LEAN = 3
    SHORT = 2
    CODES = 1


@dataclass(frozen=True)
class Context:
    """What a page knows beside the result itself, and who will read it.

    ``root`` is the repository whose projects have titles in other languages.
    """

    language: Language = "en"
    root: Path | None = None
    history: Sequence[Record] = ()
    verification: Verification | None = None
    reviewed_by: str = ""
    stale: Sequence[str] = ()
    live: bool = False
    limit: int | None = LIMIT
    depth: Depth = field(default=Depth.FULL)
    most: int = 5


def page_text(card: Scorecard, context: Context = Context()) -> str:
    """Write the page, in full where it fits the limit, and shorter where it does not."""
    shown = in_language(card, context.root, context.language)
    view = view_of(shown, context.history, context.verification, context.reviewed_by)
    page = render(
        "page.html.jinja", context.language, live=context.live, known=translated(card, shown)
    )
    text = ""
    for depth in Depth:
        if _too_long(card, context, depth):
            continue
        text = page.substitute(card=shown, view=view, context=replace(context, depth=depth))
        if context.limit is None or len(text.encode()) <= context.limit:
            break
    return text


def _too_long(card: Scorecard, context: Context, depth: Depth) -> bool:
    """Whether it is plain without trying that a page of this depth passes the limit."""
    least = {Depth.FULL: 300, Depth.LEAN: 300, Depth.SHORT: 40, Depth.CODES: 0}[depth]
    return context.limit is not None and len(card.checks) * least > context.limit


@dataclass(frozen=True)
class Page:
    """A template with everything but its content."""

    template: str
    language: Language
    live: bool
    known: frozenset[str]

    def substitute(self, **content: Any) -> str:
        """Fill it in."""
        style = read("page.css")
        script = "\n".join(map(read, ("page.js", "live.js") if self.live else ("page.js",)))
        return (
            _environment()
            .get_template(self.template)
            .render(
                **content,
                t=translator(self.language),
                numbers=Numbers(self.language),
                style=Markup(style),  # noqa: S704 (our own file)
                script=Markup(script),  # noqa: S704 (our own file)
                policy=policy(style, script, live=self.live),
                lang=self.lang,
            )
        )

    def lang(self, text: str) -> Markup:
        """Say that a text is English where the page is not."""
        here = self.language == "en" or text in self.known
        return Markup() if here else Markup(' lang="en"')


def render(
    template: str,
    language: Language,
    *,
    live: bool = False,
    known: frozenset[str] = frozenset(),
) -> Page:
    """Choose a template; ``known`` are the titles that are in its language."""
    return Page(template, language, live, known)


def policy(style: str, script: str, *, live: bool = False) -> str:
    """Write the content security policy."""
    parts = [
        "default-src 'none'",
        f"style-src 'sha256-{_digest(style)}'",
        f"script-src 'sha256-{_digest(script)}'",
        "base-uri 'none'",
        "form-action 'none'",
        *(["connect-src 'self'"] if live else []),
    ]
    return "; ".join(parts)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def read(name: str) -> str:
    """Read one of our files."""
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"plain": plain, "day": day}
    environment.globals |= _GLOBALS
    return environment


def plain(text: object, longest: int = LONGEST) -> str:
    r"""Make text of others safe to stand among ours: one line, nothing unseen, not endless.

    >>> plain("a\u202eb\nc")
    'a�b c'
    """
    joined = " ".join(str(text).split())
    if len(joined) <= longest and joined.isascii() and joined.isprintable():
        return joined  # nearly always, and a page asks many thousand times
    shown = "".join("�" if _hidden(letter) else letter for letter in joined[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


def _hidden(letter: str) -> bool:
    return letter in BIDI or (unicodedata.category(letter) in SPLITS and letter != "\u200d")


def day(moment: str) -> str:
    """Write a moment to the minute, in UTC, as the result has it."""
    return plain(moment)[:16].replace("T", " ")


def label(project: str, code: str) -> str:
    """Name a check in a word where its code says the project already: ``P02.4a``, ``p02 lint``."""
    return code if code.lower().startswith(project.lower()) else f"{project} {code}"


def anchor(project: str, code: str) -> str:
    """Write the name under which a check is linked inside the page."""
    return re.sub(r"[^\w.-]", "_", f"c-{label(project, code)}")[:80]


def modes(check: Check) -> Sequence[tuple[str, int]]:
    """Count the cases that went wrong by failure mode, most frequent first."""
    failures = check.measured.failures if check.measured else ()
    return Counter(failure.mode for failure in failures).most_common()


_GLOBALS: Mapping[str, Callable[..., object] | object] = {
    "charts": charts,
    "Ending": Ending,
    "MARKS": MARKS,
    "STYLES": STYLES,
    "ending": ending,
    "faults": faults,
    "reason": reason,
    "told": told,
    "Level": Level,
    "Depth": Depth,
    "LEVELS": NAMES,
    "command": command,
    "links_of": links_of,
    "fork_of": fork_of,
    "modes": modes,
    "label": label,
    "anchor": anchor,
}
