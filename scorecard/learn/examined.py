"""What a check found, task by task."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Cause, Check, State
from shared.llm.messages import Frozen


class Missed(Frozen):
    """One test that does not pass: what it said, and the tasks it calls.

    ``waits_for`` is the task that is not written yet, ``blames`` the one that it speaks of.
    """

    name: str
    where: str
    message: str
    more: tuple[str, ...] = ()
    calls: tuple[int, ...] = ()
    waits_for: int = 0
    blames: int = 0


class Counted(Frozen):
    """How many tests pass, fail, and wait for a task that is not written."""

    passing: int
    failing: int
    waiting: int


class Examined(Frozen):
    """One check of one project, remembered under the hash of all that went in."""

    key: str = ""
    checks: tuple[Check, ...] = ()
    criteria: tuple[Check, ...] = ()
    tests: int = 0
    passing: int = 0
    missed: tuple[Missed, ...] = ()
    tried: Mapping[int, int] = {}
    """How many tests that call a task pass, by task."""
    trouble: str = ""

    @property
    def counted(self) -> Counted:
        """Count the tests; those that never ran count as failing."""
        waiting = sum(bool(missed.waits_for) for missed in self.missed)
        failing = max(0, self.tests - self.passing - waiting)
        return Counted(passing=self.passing, failing=failing, waiting=waiting)

    @property
    def passed(self) -> bool:
        """Whether everything looked at holds."""
        every = (*self.checks, *self.criteria)
        return not self.trouble and bool(every) and all(check.passed for check in every)


class Standing(StrEnum):
    """Where one task stands."""

    REFERENCE = "reference"
    STUB = "to write"
    MISSING = "missing"
    FAILS = "fails"
    WAITS = "waits"
    PASSES = "passes"
    UNCHECKED = "not checked"


def standings(
    project: Project, whose: Sequence[Ownership], examined: Examined | None
) -> dict[int, Standing]:
    """Say where each task stands; without a check of these very files, own work is unchecked."""
    found: dict[int, Standing] = {}
    for task, ownership in zip(project.tasks, whose, strict=True):
        if ownership is not Ownership.OWN:
            found[task.id] = {
                Ownership.REFERENCE: Standing.REFERENCE,
                Ownership.STUB: Standing.STUB,
            }.get(ownership, Standing.MISSING)
        else:
            found[task.id] = _own(task.id, examined)
    return found


def _own(task: int, examined: Examined | None) -> Standing:
    """Judge own work by the tests that could be run: one that waits for a task says nothing."""
    if examined is None or not examined.tests:
        return Standing.UNCHECKED
    if any(missed.blames == task and not missed.waits_for for missed in examined.missed):
        return Standing.FAILS
    calling = any(task in missed.calls for missed in examined.missed)
    return Standing.WAITS if calling and not examined.tried.get(task) else Standing.PASSES


def needed(task: int, examined: Examined | None) -> tuple[int, ...]:
    """List the tasks that stand between a task and its tests: unwritten, or not right."""
    calling = [m for m in examined.missed if task in m.calls] if examined else []
    return tuple(sorted({m.waits_for or m.blames for m in calling} - {0, task}))


def waits(check: Check) -> bool:
    """Whether a criterion only waits for a task that nobody has written."""
    return check.cause is Cause.RAISED and "NotImplementedError" in check.detail


def failing(checks: Sequence[Check]) -> list[Check]:
    """The checks that went wrong for a reason of their own."""
    return [
        check
        for check in checks
        if not check.passed and check.state is not State.NOT_REACHED and not waits(check)
    ]
