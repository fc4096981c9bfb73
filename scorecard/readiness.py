"""What the checks say about a project, about a person, and about a pillar."""

from collections.abc import Sequence
from enum import StrEnum

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check

LEVELS = 3


class Readiness(StrEnum):
    """How far somebody has come, worst first."""

    NOT_STARTED = "not started"
    STARTED = "started"
    WORKS = "works"
    ROBUST = "robust"
    SENIOR = "senior"


RANK = list(Readiness)


def reached(checks: Sequence[Check]) -> int:
    """The highest level at and below which every check passed; 0 for none.

    A level without checks of its own is no achievement, so the highest that has any counts.
    """
    level = 0
    for candidate in range(1, LEVELS + 1):
        at = [check for check in checks if check.level == candidate]
        if not all(check.passed for check in at):
            break
        level = candidate if at else level
    return level


def readiness(level: int, tasks: Sequence[Ownership]) -> Readiness:
    """Say what a person may claim: only their own work counts, and all of it must be theirs."""
    if all(task is Ownership.REFERENCE for task in tasks):
        return Readiness.NOT_STARTED
    if level == 0 or any(task is not Ownership.OWN for task in tasks):
        return Readiness.STARTED
    return RANK[level + 1]


def weakest(projects: Sequence[Readiness]) -> Readiness:
    """A pillar is as ready as its weakest project."""
    return min(projects, key=RANK.index, default=Readiness.NOT_STARTED)
