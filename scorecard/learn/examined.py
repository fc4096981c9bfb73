"""What a check found, task by task."""

from collections.abc import Sequence
from enum import StrEnum

from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Cause, Check, State
from shared.llm.messages import Frozen


class Missed(Frozen):
    """One test that does not pass: what it said, the tasks it calls, and the one it waits for."""

    name: str
    where: str
    message: str
    more: tuple[str, ...] = ()
    calls: tuple[int, ...] = ()
    waits_for: int = 0


class Examined(Frozen):
    """One check of one project, remembered under the hash of all that went in."""

    key: str = ""
    checks: tuple[Check, ...] = ()
    criteria: tuple[Check, ...] = ()
    tests: int = 0
    missed: tuple[Missed, ...] = ()
    trouble: str = ""

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
    if examined is None or not examined.tests:
        return Standing.UNCHECKED
    calling = [missed for missed in examined.missed if task in missed.calls]
    if any(not missed.waits_for for missed in calling):
        return Standing.FAILS
    return Standing.WAITS if calling else Standing.PASSES


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
