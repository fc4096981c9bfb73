"""Every format a result can be written in."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from scorecard.cache import write_whole
from scorecard.report.result import Scorecard

Writer: TypeAlias = Callable[[Scorecard], str]


def _late(module: str, name: str) -> Writer:
    """Import a writer when it is used: all take a while, and most runs need one."""

    def write(card: Scorecard) -> str:
        found: Writer = getattr(import_module(f"scorecard.report.{module}"), name)
        return found(card)

    return write


WRITERS: Mapping[str, Writer] = {
    "json": Scorecard.json_text,
    "html": _late("html", "html_text"),
    "junit": _late("junit", "junit_text"),
    "markdown": _late("markdown", "markdown_text"),
    "svg": _late("picture", "svg_text"),
    "sarif": _late("sarif", "sarif_text"),
    "csv": _late("table", "csv_text"),
    "badge": _late("badge", "badge_text"),
    "evallog": _late("evallog", "evallog_text"),
    "intoto": _late("intoto", "intoto_text"),
    "predicate": _late("intoto", "predicate_text"),
}


def write_format(name: str, card: Scorecard, file: Path, text: str = "") -> None:
    """Write one format; beside a badge, one a pillar: ``badge-models.svg``."""
    write_whole(file, text or WRITERS[name](card))
    if name == "badge":
        from scorecard.report.badge import pillar_badges  # noqa: PLC0415 (only badges need it)

        for pillar, drawn in pillar_badges(card).items():
            write_whole(file.with_stem(f"{file.stem}-{pillar}"), drawn)
