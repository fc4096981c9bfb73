"""Show a cohort: a line as each ends, a table and a CSV when all have."""

import csv
import io
import time
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scorecard.cohort.store import Record
from scorecard.report.table import cell
from scorecard.verify.result import Outcome
from scorecard.verify.trouble import printable

WORDS = {0: "match", 1: "mismatch", 2: "could not verify"}
STYLES = {0: "green", 1: "red", 2: "yellow"}
COLUMNS = (
    *("id", "repository", "commit", "verdict", "match", "mismatch", "not checkable", "not claimed"),
    *("gap", "own tasks", "tasks", "readiness", "seconds", "sentence"),
)


class Ticker:
    """Prints a line for each that ended, with how many are left and for how long."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._before = 0
        self._ended = 0
        self._started = time.monotonic()

    def skipped(self, count: int) -> None:
        """Say what need not be done again."""
        self._before = count
        more = f", {count} of them graded before" if count else ""
        self._console.print(f"{self._total} submissions{more}", highlight=False)

    def ended(self, record: Record) -> None:
        """Say how one ended."""
        self._ended += 1
        done = self._before + self._ended
        left = self._total - done
        eta_s = (time.monotonic() - self._started) / self._ended * left
        rest = f", about {_duration(eta_s)} left" if left else ""
        line = f"[{done}/{self._total}{rest}] {record.submission.id}: {sentence(record)}"
        self._console.print(Text(line, style=STYLES[code(record)]), soft_wrap=True)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 90 else f"{max(1, minutes)} min"


def code(record: Record) -> int:
    """0 all match, 1 mismatch, 2 could not verify."""
    return record.verification.exit_code if record.verification else 2


def verdict(record: Record) -> str:
    """Say in a word or two how it ended; without a claim there is nothing to match."""
    told = record.verification
    unclaimed = told is not None and told.exit_code == 0 and not told.count(Outcome.MATCH)
    return "re-executed" if unclaimed else WORDS[code(record)]


def sentence(record: Record) -> str:
    """Say in one sentence how it ended."""
    told = record.verification.verdict if record.verification else f"{record.trouble}."
    return printable(told)


def exit_code(records: Sequence[Record]) -> int:
    """1 where anything mismatched, else 2 where anything could not be verified, else 0."""
    codes = {code(record) for record in records}
    return next((worst for worst in (1, 2) if worst in codes), 0)


def show_cohort(console: Console, records: Sequence[Record]) -> None:
    """Print the table."""
    table = Table("id", "verdict", "=", "≠", "?", "gap", "own tasks", "s", box=None)
    for record in records:
        row = _row(record)
        style = STYLES[code(record)]
        counts = (row[o] for o in ("match", "mismatch", "not checkable"))
        own = f"{row['own tasks']} of {row['tasks']}" if row["tasks"] else ""
        word = Text(row["verdict"], style=style)
        table.add_row(Text(row["id"]), word, *counts, row["gap"], own, row["seconds"])
    console.print(table)


def csv_text(records: Iterable[Record]) -> str:
    """Write the table as CSV; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for record in records:
        row = _row(record)
        writer.writerow({name: row[name] if name == "gap" else cell(row[name]) for name in row})
    return text.getvalue()


def _row(record: Record) -> dict[str, str]:
    told, submission = record.verification, record.submission
    common = {
        "id": submission.id,
        "repository": submission.repository,
        "verdict": verdict(record),
        "seconds": f"{record.seconds:.1f}",
        "sentence": sentence(record),
    }
    if told is None:
        return {**dict.fromkeys(COLUMNS, ""), **common, "commit": submission.commit}
    return {
        **common,
        "commit": told.commit,
        **{str(outcome): str(told.count(outcome)) for outcome in Outcome},
        "gap": "" if told.gap is None else f"{told.gap:+.3f}",
        "own tasks": str(told.own_tasks),
        "tasks": str(told.tasks),
        "readiness": ", ".join(f"{p.pillar}: {p.readiness}" for p in told.pillars),
    }
