"""What ``scorecard run`` does: grade, show the board, write the results.

Most runs find that nothing changed, so what takes a while is imported where it is needed.
"""

import argparse
import asyncio
import os
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from scorecard.cache import write_whole
from scorecard.digest import digest_file, digest_text
from scorecard.entry import Request
from scorecard.evals.court import judging
from scorecard.interrupt import interruptible
from scorecard.locale import Language, choose_language, translator
from scorecard.place import Place, place_of
from scorecard.report.board import show_board
from scorecard.report.formats import WRITERS, write_format
from scorecard.report.history import keep
from scorecard.report.result import Clock, Scorecard
from scorecard.report.titles import in_language
from scorecard.report.watch import Board, Lines
from scorecard.run import Run
from scorecard.sandbox import confine
from scorecard.sandbox.confine import choose_sandbox
from shared.settings import Settings

OURS = {"json": "scorecard.json", "html": "scorecard.html"}
NO_CLOCK = Clock(started_at="", finished_at="", seconds=0, from_cache=())


def show_run(asked: argparse.Namespace) -> int:
    """Grade, show the board, write the results."""
    place, settings = place_of(asked.root)
    if asked.model:
        settings = settings.model_copy(update={"model": asked.model})
    request = Request(
        names=tuple(asked.projects),
        seed=asked.seed,
        use_cache=not asked.no_cache,
        jobs=asked.jobs or min(4, os.cpu_count() or 1),
        sandbox=choose_sandbox(_confinable(asked.sandbox, settings)).name,
    )
    console = Console(stderr=False)
    watch = Board(console) if console.is_terminal else Lines(console)
    with judging(), watch:
        card = asyncio.run(interruptible(Run(place, settings, request, watch).grade()))
    language = choose_language(asked.lang)
    told = in_language(card, place.root, language)
    show_board(console, told, translator(language), full=asked.full)
    _write(console, place, asked, card)
    return card.exit_code


def _confinable(wish: confine.Wish, settings: Settings) -> confine.Wish:
    """Choose nothing where a choice is left and a live model must be reached."""
    return wish if wish != "auto" or settings.simulated else "none"


def _write(console: Console, place: Place, asked: argparse.Namespace, card: Scorecard) -> None:
    """Write every format asked for, and ours; say where."""
    language = choose_language(asked.lang)
    keep(place.home, card)
    for name in WRITERS:
        file: Path | None = getattr(asked, name)
        own = file is None and name in OURS
        if own:
            file = place.home / OURS[name]
        if file is None:
            continue
        if name == "html":
            _write_page(file, place, card, language, again=not own)
        else:
            write_format(name, card, file)
        console.print(f"{name:<9} {file}", highlight=False, soft_wrap=True)


def _write_page(
    file: Path, place: Place, card: Scorecard, language: Language, *, again: bool
) -> None:
    """Write the page; ours stays as it is where it says all this already."""
    same = card.model_copy(update={"clock": NO_CLOCK}).model_dump_json()
    note, key = place.cache / "page.txt", digest_text(same, language)
    if not again and _read(note) == f"{key} {digest_file(file)}":
        return
    from scorecard.report.commands import page_of  # noqa: PLC0415 (slow to import)

    write_format("html", card, file, page_of(card, place, language))
    if not again:
        with suppress(OSError):
            write_whole(note, f"{key} {digest_file(file)}")


def _read(file: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return file.read_text(encoding="utf-8")
    return ""
