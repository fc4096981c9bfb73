"""Read the list of submissions: CSV with columns ``id``, ``repository`` and maybe ``commit``."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.errors import CapstoneError
from shared.llm.messages import Frozen

COLUMNS = {"id", "repository"}


class ListingError(CapstoneError):
    """The list cannot be read, or says something twice."""


class Submission(Frozen):
    """One line of the list."""

    id: str
    repository: str
    commit: str = ""


def read_listing(file: Path, *, only: Sequence[str] = ()) -> tuple[Submission, ...]:
    """Read the list, or the lines named; raises ``ListingError`` with the line that is wrong."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found = tuple(_lines(file, csv.DictReader(lines, strict=True)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListingError(
            f"{file} cannot be read ({error}).", advice="Name a CSV file in UTF-8."
        ) from error
    ids = [submission.id for submission in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ListingError(f"{file} holds {', '.join(twice)} twice.", advice="An id is unique.")
    if strange := sorted(set(only) - set(ids)):
        raise ListingError(f"{file} holds no {', '.join(strange)}.", advice="Check the id.")
    if not found:
        raise ListingError(f"{file} holds no submission.", advice="Add a line for each.")
    return tuple(submission for submission in found if not only or submission.id in only)


def _lines(file: Path, rows: "csv.DictReader[str]") -> Iterator[Submission]:
    if missing := COLUMNS - set(rows.fieldnames or ()):
        raise ListingError(
            f"{file}:1: there is no column {', '.join(sorted(missing))}.",
            advice="The first line is: id,repository,commit",
        )
    for row in rows:
        given = {name: (row.get(name) or "").strip() for name in ("id", "repository", "commit")}
        if not given["id"] or not given["repository"]:
            raise ListingError(
                f"{file}:{rows.line_num}: id or repository is empty.", advice="Fill it in."
            )
        yield Submission(**{**given, "repository": _beside(file, given["repository"])})


def _beside(file: Path, repository: str) -> str:
    """Take a path from where the list lies, as whoever wrote it saw it."""
    path = file.resolve().parent / Path(repository).expanduser()
    return repository if ":" in repository and not path.exists() else str(path)
