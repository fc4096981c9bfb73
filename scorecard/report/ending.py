"""How a check ended, for who reads it: what only waits for an unwritten task stands apart.

The stored states stay as they are: such a check has not passed, and is in every denominator. A
task that somebody wrote can never be waited for, whatever its code raises.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scorecard.catalog.ownership import Ownership
from scorecard.learn.examined import waits
from scorecard.ledger import Cause, Check, Finding, Kind, State
from scorecard.locale import mark
from scorecard.report.result import ProjectResult, TaskResult
from shared.criteria.measure import wilson

NAMED = re.compile(r"NotImplementedError: P(\d\d) task (\d{1,3})\b")
UNCALLED = "no test calls it"


class Ending(StrEnum):
    """How a check ended, in the order in which they are shown."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could not check"
    NOT_WRITTEN = "not written yet"
    NOT_REACHED = "not reached"


WORDS = (
    *(mark("passed"), mark("failed"), mark("could not check")),
    *(mark("not written yet"), mark("not reached")),
)
MARKS: Mapping[Ending, str] = dict(zip(Ending, "✓✗?○·", strict=True))
STYLES: Mapping[Ending, str] = dict(zip(Ending, "pfuwn", strict=True))
"""Names of classes in the style sheet."""


def ending(project: ProjectResult, check: Check) -> Ending:
    """Say how a check of a project ended."""
    return Ending.NOT_WRITTEN if waited_for(project, check) else Ending(check.state.value)


def waited_for(project: ProjectResult, check: Check) -> tuple[TaskResult, ...]:
    """Name the unwritten tasks that a check waits for; none where it has a fault of its own."""
    if check.state not in {State.FAILED, State.COULD_NOT_CHECK}:
        return ()
    stubs = {task.id: task for task in unwritten(project)}
    if not stubs:
        return ()
    if check.kind is Kind.CRITERION:
        named = [_named(project, check.detail) if waits(check) else 0]
    else:
        named = [_of(project, finding) for finding in check.findings]
    known = [stubs[number] for number in sorted(set(named)) if number in stubs]
    return tuple(known) if named and all(number in stubs for number in named) else ()


def comes_after(project: ProjectResult, check: Check) -> bool:
    """Whether a check was not reached for nothing but tasks that nobody has written."""
    if check.state is not State.NOT_REACHED or not unwritten(project):
        return False
    first = [c for c in project.checks if not c.passed and _before(c, check)]
    return bool(first) and all(waited_for(project, c) or comes_after(project, c) for c in first)


def _before(first: Check, check: Check) -> bool:
    """Whether one check has to hold before another is reached."""
    if check.cause is Cause.PREREQUISITE:
        return first.code in check.requires
    return (
        check.cause is Cause.LOWER_LEVEL
        and first.kind is check.kind
        and (first.level < check.level)
    )


def unwritten(project: ProjectResult) -> tuple[TaskResult, ...]:
    """Name the tasks that nobody has written, by number."""
    return tuple(task for task in project.tasks if task.ownership is Ownership.STUB)


def faults(project: ProjectResult, check: Check) -> tuple[Finding, ...]:
    """The findings that say more than that a task is not written."""
    stubs = {task.id for task in unwritten(project)}
    return tuple(found for found in check.findings if _of(project, found) not in stubs)


def _of(project: ProjectResult, finding: Finding) -> int:
    """Name the task that one failed test waits for, or that no test can call yet; 0 for none."""
    if finding.message == UNCALLED:
        return next((task.id for task in project.tasks if task.function == finding.where), 0)
    return _named(project, finding.message)


def _named(project: ProjectResult, text: str) -> int:
    found = NAMED.search(text)
    return int(found[2]) if found and f"p{found[1]}" == project.id else 0


@dataclass(frozen=True)
class Tally:
    """How some checks ended."""

    counts: Counter[Ending]
    total: int

    def __getitem__(self, which: Ending) -> int:
        """Count those that ended so."""
        return self.counts[which]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The counts by style, for a chart."""
        return [(STYLES[which], self.counts[which]) for which in Ending]

    @property
    def share(self) -> float:
        """The share that passed; whatever did not, for any reason, stays in the denominator."""
        return self.counts[Ending.PASSED] / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval around it."""
        return wilson(self.counts[Ending.PASSED], self.total) if self.total else (0.0, 1.0)


def tally(pairs: Iterable[tuple[ProjectResult, Check]]) -> Tally:
    """Count checks by how they ended."""
    counts = Counter(ending(project, check) for project, check in pairs)
    return Tally(counts, counts.total())
