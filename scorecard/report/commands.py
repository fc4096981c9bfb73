"""What the commands that show results do."""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from scorecard.cache import write_whole
from scorecard.locale import Language, choose_language
from scorecard.place import Place
from scorecard.report.compare import comparison_of, show_comparison_table
from scorecard.report.formats import WRITERS, write_format
from scorecard.report.history import Record, read_history, read_records
from scorecard.report.page.compared import comparison_text
from scorecard.report.page.render import LIMIT, Context, page_text
from scorecard.report.read import read_card, read_verification
from scorecard.report.result import Scorecard
from scorecard.report.titles import in_language, translated
from shared.settings import read_settings

RESULT, PAGE, COMPARISON = "scorecard.json", "scorecard.html", "comparison.html"


def show_report(asked: argparse.Namespace) -> int:
    """Write a stored result in a format."""
    home = _home(asked.root)
    card = read_card(asked.source or home / RESULT)
    text = ""
    if asked.format == "html":
        text = page_text(card, _context(asked, home, limit=None if asked.full else LIMIT))
    out: Path = asked.out or (home / PAGE if asked.format == "html" else Path("-"))
    if str(out) == "-":
        sys.stdout.write(text or WRITERS[asked.format](card))
        return 0
    write_format(asked.format, card, out, text)
    _say(f"{asked.format:<9} {out}")
    return 0


def show_comparison(asked: argparse.Namespace) -> int:
    """Compare candidates in the terminal, and write the page."""
    language = choose_language(asked.lang)
    cards = [(file, read_card(file)) for file in asked.results]
    told = [(file, in_language(card, asked.root, language)) for file, card in cards]
    found = comparison_of(told)
    show_comparison_table(Console(), found, language)
    out: Path = asked.out or _home(asked.root) / COMPARISON
    known = [translated(old, new) for (_, old), (_, new) in zip(cards, told, strict=True)]
    write_whole(out, comparison_text(found, language, frozenset().union(*known)))
    _say(f"html      {out}")
    return 0


def serve(asked: argparse.Namespace) -> int:
    """Show the page while working."""
    from scorecard.report.live.server import Shown, serve_page  # noqa: PLC0415 (slow to import)

    home = _home(asked.root)
    shown = Shown(
        place=Place(asked.root.resolve(), home),
        source=asked.source or home / RESULT,
        context=_context(asked, home, limit=LIMIT),
        verification=asked.verification,
    )
    return asyncio.run(serve_page(shown, asked.port))


def page_of(card: Scorecard, place: Place, language: Language) -> str:
    """Write the page of a run that has just ended, with the history kept beside it."""
    history = read_history(place.home)
    return page_text(card, Context(language=language, root=place.root, history=history))


def _context(asked: argparse.Namespace, home: Path, *, limit: int | None) -> Context:
    return Context(
        language=choose_language(asked.lang),
        root=asked.root,
        history=_history(asked.history, home),
        verification=read_verification(asked.verification) if asked.verification else None,
        reviewed_by=asked.reviewed_by,
        limit=limit,
    )


def _history(files: list[Path] | None, home: Path) -> tuple[Record, ...]:
    return read_records(files) if files else read_history(home)


def _home(root: Path) -> Path:
    home = read_settings().home
    return home if home.is_absolute() else root.resolve() / home


def _say(line: str) -> None:
    Console().print(line, highlight=False, soft_wrap=True, markup=False)
