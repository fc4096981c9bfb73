"""The words of the commands that show results; light, since every command reads them."""

import argparse
from pathlib import Path
from typing import TypeVar

FORMATS = (
    *("json", "html", "junit", "markdown", "svg"),
    *("sarif", "csv", "badge", "evallog", "intoto", "predicate"),
)
HERE = "scorecard.report.commands"
PORT = 8200
P = TypeVar("P", bound=argparse.ArgumentParser)


def add_formats(parser: argparse.ArgumentParser) -> None:
    """Offer every format as an option of its own."""
    for name in FORMATS:
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"where to write {name}")


def add_commands(commands: "argparse._SubParsersAction[P]") -> None:
    """Add ``report``, ``compare`` and ``serve``."""
    report = commands.add_parser("report", help="write a stored result as a page, or otherwise")
    _add_source(report)
    report.add_argument("--out", type=Path, metavar="FILE", help="where to; - for the terminal")
    report.add_argument("--format", choices=FORMATS, default="html", help="html by default")
    report.add_argument("--full", action="store_true", help="a page with everything, however long")
    report.set_defaults(run=f"{HERE}:show_report")

    compare = commands.add_parser("compare", help="compare the results of several candidates")
    compare.add_argument("results", nargs="+", type=Path, metavar="FILE", help="scorecard.json")
    compare.add_argument("--out", type=Path, metavar="FILE", help="where to write the page")
    add_language(compare)
    compare.set_defaults(run=f"{HERE}:show_comparison")

    serve = commands.add_parser("serve", help="show the page while working, on this machine only")
    _add_source(serve)
    serve.add_argument("--port", type=_port, default=PORT, help=f"{PORT} by default, 0 for any")
    serve.set_defaults(run=f"{HERE}:serve")


def add_language(parser: argparse.ArgumentParser) -> None:
    """Offer the choice of a language."""
    parser.add_argument("--lang", default=None, metavar="LANG", help="en or pt-BR; as the locale")


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="scorecard.json; the last run's"
    )
    parser.add_argument(
        "--verification", type=Path, metavar="FILE", help="what `verify --json` wrote about it"
    )
    parser.add_argument(
        "--reviewed-by", default="", metavar="NAME", help="who read the work, if somebody did"
    )
    parser.add_argument(
        "--history", nargs="+", type=Path, metavar="FILE", help="earlier results; those kept here"
    )
    add_language(parser)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a whole number from 0 to 65535")
    return int(text)
