"""Remember what every run found, a small file a run, and say what changed since.

Runs are compared only where the same model answered in the same way: simulated and live answers
never stand in one line.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import ValidationError

from scorecard.cache import write_whole
from scorecard.catalog.model import Pillar
from scorecard.ledger import State
from scorecard.readiness import Readiness
from scorecard.report.ending import Ending, ending
from scorecard.report.result import Scorecard
from shared.llm.messages import Frozen

FOLDER = "history"
KEPT, SHOWN = 200, 50
NEGLIGIBLE = 1e-9
Line: TypeAlias = tuple[str, str]
"""A model and how it answered: the runs that may be compared."""


class Ended(Frozen):
    """How one check ended."""

    state: State
    value: float | None = None
    low: float | None = None
    high: float | None = None
    waits: bool = False

    @property
    def ending(self) -> Ending:
        """How it is shown."""
        return Ending.NOT_WRITTEN if self.waits else Ending(self.state.value)


class Record(Frozen):
    """One run: where it stood, and how each of its checks ended, by project and code."""

    history_version: Literal["1.0"] = "1.0"
    at: str
    commit: str = ""
    subject: str = ""
    dirty: bool = False
    seed: int
    model: str
    answers: Literal["simulated", "live"]
    readiness: dict[str, Readiness]
    pillars: dict[str, Pillar]
    checks: dict[str, dict[str, Ended]]

    @property
    def line(self) -> Line:
        """What it may be compared with."""
        return self.model, self.answers

    def count(self, which: Ending, pillar: Pillar | None = None) -> int:
        """Count the checks that ended so, of one pillar or of all."""
        return sum(
            ended.ending is which
            for project, checks in self.checks.items()
            if pillar is None or self.pillars.get(project) is pillar
            for ended in checks.values()
        )


def record_of(card: Scorecard) -> Record:
    """Keep of a result what history needs."""
    found = card.evidence
    return Record(
        at=card.clock.finished_at,
        commit=found.commit,
        subject=found.git.subject if found.git else "",
        dirty=found.dirty,
        seed=found.seed,
        model=found.model,
        answers=found.answers,
        readiness={project.id: project.readiness for project in card.projects},
        pillars={project.id: project.pillar for project in card.projects},
        checks={
            project.id: {
                check.code: Ended(
                    state=check.state,
                    value=check.measured.value if check.measured else None,
                    low=check.measured.low if check.measured else None,
                    high=check.measured.high if check.measured else None,
                    waits=ending(project, check) is Ending.NOT_WRITTEN,
                )
                for check in project.checks
            }
            for project in card.projects
        },
    )


def keep(home: Path, card: Scorecard) -> None:
    """Add a run to the history; a full disk or a run that says nothing new adds nothing."""
    record, folder = record_of(card), home / FOLDER
    if card.interrupted:
        return
    known = read_history(home, most=1)
    if known and known[-1].model_copy(update={"at": record.at}) == record:
        return
    name = f"{record.at.translate({ord(c): None for c in ':-+'})}-{record.commit[:8] or 'none'}"
    with suppress(OSError):
        write_whole(folder / f"{name}.json", record.model_dump_json() + "\n")
        for old in sorted(folder.glob("*.json"))[:-KEPT]:
            old.unlink()


def read_history(home: Path, *, most: int = SHOWN) -> tuple[Record, ...]:
    """Read the newest runs kept, oldest first; what cannot be read is left out."""
    with suppress(OSError):
        return read_records(sorted((home / FOLDER).glob("*.json"))[-most:])
    return ()


def read_records(files: Iterable[Path]) -> tuple[Record, ...]:
    """Read records, or whole results, oldest first; what is neither is left out."""
    records: list[Record] = []
    for file in files:
        with suppress(OSError):
            records += filter(None, [_read(file.read_bytes())])
    return tuple(sorted(records, key=lambda record: record.at))


def _read(content: bytes) -> Record | None:
    with suppress(ValidationError):
        return Record.model_validate_json(content)
    with suppress(ValidationError):
        return record_of(Scorecard.model_validate_json(content))
    return None


@dataclass(frozen=True)
class Change:
    """One check that ended otherwise than before, or whose value left its interval."""

    project: str
    code: str
    before: Ended
    now: Ended

    @property
    def better(self) -> bool | None:
        """Whether it is a gain; None where only the value moved, or a task was begun."""
        if self.before.ending is self.now.ending:
            return None
        if self.before.waits and self.now.state is not State.PASSED:
            return None
        return self.now.state is State.PASSED


@dataclass(frozen=True)
class Since:
    """What changed since the last comparable run of each project."""

    last: Record
    changes: tuple[Change, ...]
    readiness: tuple[tuple[str, Readiness, Readiness], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing did."""
        return not self.changes and not self.readiness


def changes_since(card: Scorecard, history: Sequence[Record]) -> Since | None:
    """Compare with the last run of the same model; None where there is none before this one."""
    now = record_of(card)
    before = [record for record in history if record.line == now.line and record.at < now.at]
    pairs = [(_last(before, project), project) for project in now.checks]
    known = [(record, project) for record, project in pairs if record is not None]
    if not known:
        return None
    found = [change for record, project in known for change in _changes(record, now, project)]
    moved = [
        (project, record.readiness[project], now.readiness[project])
        for record, project in known
        if record.readiness.get(project, now.readiness[project]) is not now.readiness[project]
    ]
    return Since(max((r for r, _ in known), key=lambda r: r.at), tuple(found), tuple(moved))


def _last(history: Sequence[Record], project: str) -> Record | None:
    return next((record for record in reversed(history) if project in record.checks), None)


def _changes(before: Record, now: Record, project: str) -> Iterable[Change]:
    old = before.checks[project]
    for code, ended in now.checks[project].items():
        if code in old and (old[code].ending is not ended.ending or _left(old[code], ended)):
            yield Change(project, code, old[code], ended)


def _left(before: Ended, now: Ended) -> bool:
    """Whether a value lies outside the interval it had before."""
    if now.value is None or before.low is None or before.high is None:
        return False
    return not before.low - NEGLIGIBLE <= now.value <= before.high + NEGLIGIBLE
