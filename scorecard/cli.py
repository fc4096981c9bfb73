"""The command: reads what is asked, hands it on, and turns errors into exit codes.

0 all reached · 1 something failed · 2 could not run · 3 bad usage. Everything heavy is imported by
the command that needs it, so that asking for help costs next to nothing.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from scorecard.learn.arguments import add_learning, asked_language
from scorecard.locale import choose_language, say, translator
from scorecard.locale.terminal import encode_anything
from scorecard.report import arguments

REACHED, FAILED, COULD_NOT_RUN, BAD_USAGE = 0, 1, 2, 3
SEED = 7


class Parser(argparse.ArgumentParser):
    """An argument parser that leaves with our code for bad usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        self.exit(BAD_USAGE, f"{self.prog}: {message}. `{self.prog} --help` shows what there is.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    encode_anything(sys.stdout, sys.stderr)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # a search of every installed package
    lang = asked_language(words)
    asked = _parser(lang).parse_args(words)
    if not hasattr(asked, "run"):
        asked = _parser(lang).parse_args([*words, "run"])
    try:
        return _call(asked)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before the end. Run the same command again.\n")
        return COULD_NOT_RUN
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN


def _call(asked: argparse.Namespace) -> int:
    from scorecard.catalog.find import UnknownProjectError  # noqa: PLC0415 (it takes a while)
    from scorecard.cohort.listing import ListingError  # noqa: PLC0415 (same)
    from shared.errors import CapstoneError  # noqa: PLC0415 (same)

    t = translator(choose_language(getattr(asked, "lang", None)))
    try:
        module, _, name = asked.run.rpartition(":")
        found = importlib.import_module(module or "scorecard.commands")
        code: int = getattr(found, name)(asked)
    except (UnknownProjectError, ListingError) as error:
        sys.stderr.write(f"{t(error.happened)} {t(error.advice)}\n")
        return BAD_USAGE
    except CapstoneError as error:
        sys.stderr.write(f"{t(error.happened)} {t(error.advice)}".strip() + "\n")
        return COULD_NOT_RUN
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stderr.write(f"{t(_disk(error))}\n")
        return COULD_NOT_RUN
    return code


def _disk(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return say(
        "{why}{where}. Free space or choose another place, then run again.",
        why=error.strerror or error,
        where=where,
    )


def _parser(lang: str | None = None) -> Parser:
    parser = Parser(prog="scorecard", description="Grade the projects and show where one stands.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the tree to grade")
    commands = parser.add_subparsers(title="commands")
    _add_run(commands)
    _add_mutants(commands)
    _add_verify(commands)
    _add_cohort(commands)
    arguments.add_commands(commands)
    add_learning(commands, lang)
    doctor = commands.add_parser("doctor", help="look for what could keep a run from working")
    arguments.add_language(doctor)
    doctor.set_defaults(run="show_doctor")
    schema = commands.add_parser("schema", help="print the JSON Schema of scorecard.json")
    schema.add_argument("--of", choices=("scorecard", "verification"), default="scorecard")
    schema.set_defaults(run="show_schema")
    reference = commands.add_parser("reference", help="record what the reference bodies look like")
    reference.add_argument("--check", action="store_true", help="only say whether it is current")
    reference.set_defaults(run="record_reference")
    return parser


def _add_run(commands: "argparse._SubParsersAction[Parser]") -> None:
    run = commands.add_parser("run", help="grade, show the board, write the results")
    run.add_argument("projects", nargs="*", help="p07, 7 or p07_advanced_rag; all by default")
    run.add_argument("--seed", type=_seed, default=SEED, help="what the cases are drawn from")
    run.add_argument("--model", default=None, help="the model to ask; CAPSTONE_MODEL by default")
    run.add_argument("--no-cache", action="store_true", help="grade even what has not changed")
    run.add_argument("--full", action="store_true", help="show every check, not what was missed")
    run.add_argument("--jobs", type=_jobs, default=None, help="projects judged at a time")
    run.add_argument(
        "--sandbox",
        choices=("auto", "bubblewrap", "container", "none"),
        default="auto",
        help="how to confine the code; auto takes what works here, and none for a live model",
    )
    arguments.add_formats(run)
    arguments.add_language(run)
    run.set_defaults(run="scorecard.running:show_run")


def _add_mutants(commands: "argparse._SubParsersAction[Parser]") -> None:
    mutants = commands.add_parser("mutants", help="show which check rejects each wrong solution")
    mutants.add_argument("projects", nargs="*", help="p07, 7 or p07_advanced_rag; all by default")
    mutants.add_argument("--seed", type=_seed, default=SEED, help="what the cases are drawn from")
    mutants.add_argument("--no-cache", action="store_true", help="grade even what has not changed")
    mutants.set_defaults(run="show_mutants")


def _add_verify(commands: "argparse._SubParsersAction[Parser]") -> None:
    verify = commands.add_parser(
        "verify", help="re-execute somebody's work and say whether their claim holds"
    )
    verify.add_argument("repository", help="a folder, a URL, or a Git bundle")
    verify.add_argument("--claim", type=Path, help="scorecard.json; the repository's by default")
    verify.add_argument("--commit", default="", help="a commit, branch or tag; HEAD by default")
    verify.add_argument("--json", type=Path, metavar="FILE", help="where to write all of it")
    verify.add_argument("--predicate", type=Path, metavar="FILE", help="an in-toto Test Result")
    verify.add_argument("--quiet", action="store_true", help="print nothing")
    _add_strictness(verify, seeds=5)
    verify.set_defaults(run="show_verify")


def _add_cohort(commands: "argparse._SubParsersAction[Parser]") -> None:
    cohort = commands.add_parser("cohort", help="verify every repository of a list")
    cohort.add_argument("list", type=Path, help="CSV with the columns id, repository[, commit]")
    cohort.add_argument("--out", type=Path, help="where results are kept, and looked for")
    cohort.add_argument(
        "--only", nargs="+", default=(), metavar="ID", help="grade these, again where need be"
    )
    cohort.add_argument(
        "--timeout", type=_jobs, default=1800, metavar="S", help="seconds for each of them"
    )
    cohort.add_argument(
        "--on",
        default="processes",
        metavar="ENGINE",
        help="processes of this machine; dask; or a Dask scheduler's address, tcp://host:8786",
    )
    _add_strictness(cohort, seeds=1)
    cohort.set_defaults(run="show_cohort")


def _add_strictness(parser: Parser, *, seeds: int) -> None:
    parser.add_argument("--projects", nargs="+", default=(), help="p07, 7 …; all by default")
    parser.add_argument("--seeds", type=_count, default=seeds, help="how many fresh seeds to try")
    parser.add_argument("--jobs", type=_jobs, default=None, help="how many at a time")
    parser.add_argument(
        "--sandbox",
        choices=("bubblewrap", "container", "none"),
        default="bubblewrap",
        help="how to confine the code; none runs it with all that you may do",
    )


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 63:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 on, not {text[:20]!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError("a whole number from 0 to 100")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on")
    return int(text)
