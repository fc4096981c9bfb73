"""Choose the evidence that says most, for and against."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind, State
from scorecard.report.ending import Ending, Tally, ending, tally
from scorecard.report.result import ProjectResult, Scorecard, TaskResult, failed

SHOWN = 3
BIG = 1e9


@dataclass(frozen=True)
class Piece:
    """One check as evidence; ``own`` where the code that it is about is somebody's own work."""

    project: ProjectResult
    check: Check
    own: bool

    @property
    def margin(self) -> float:
        """How far the near end of the interval is past the threshold, as a share of its scale."""
        found, bound = self.check.measured, self.check.threshold
        if found is None or bound is None or not math.isfinite(found.value):
            return -BIG
        if bound.at_least is not None:
            near = found.value if found.low is None else found.low
            return (near - bound.at_least) / _scale(bound.at_least)
        near = found.value if found.high is None else found.high
        limit = bound.at_most or 0.0
        return (limit - near) / _scale(limit)

    @property
    def cases(self) -> int:
        """How many cases it rests on."""
        return self.check.measured.n if self.check.measured else 0


def strongest(card: Scorecard) -> tuple[Piece, ...]:
    """What holds of own work: the highest level, past its threshold, on the most cases.

    Of reference code, where nobody has written anything.
    """
    held = [piece for piece in _evidence(card) if piece.check.passed]
    held.sort(key=lambda p: (p.check.level, p.margin >= 0, p.cases), reverse=True)
    return tuple(_apart(held))


def weakest(card: Scorecard) -> tuple[Piece, ...]:
    """What failed or broke of own work, then what holds by the least and is not a strength.

    What nobody has written is no evidence, and neither is what the grader could not find out.
    """
    strong = [piece.check for piece in strongest(card)]
    order = {State.FAILED: 0, State.COULD_NOT_CHECK: 1, State.PASSED: 2}
    pieces = [piece for piece in _evidence(card) if piece.check not in strong]
    pieces.sort(key=lambda p: (order[p.check.state], p.margin, p.cases))
    return tuple(_apart(pieces))


def held(projects: Iterable[ProjectResult]) -> Tally:
    """Count the criteria of projects that somebody began, without what reference code passes."""
    return tally(
        (project, check)
        for project in projects
        if any(task.ownership is Ownership.OWN for task in project.tasks)
        for check in project.checks
        if check.kind is Kind.CRITERION and (is_own(project, check) or _open(project, check))
    )


def _apart(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Take the first few that are about different code, then any others."""
    ordered, taken, about = list(pieces), list[Piece](), set[str]()
    for piece in ordered:
        place = piece.check.where or f"{piece.project.id} {piece.check.code}"
        if place not in about and len(taken) < SHOWN:
            about.add(place)
            taken.append(piece)
    yield from taken
    rest = [piece for piece in ordered if piece not in taken]
    yield from rest[: SHOWN - len(taken)]


def _evidence(card: Scorecard) -> list[Piece]:
    """The criteria that say something: of own work where there is any."""
    pieces = [
        Piece(project, check, is_own(project, check))
        for project in card.projects
        for check in project.checks
        if check.kind is Kind.CRITERION and _says(project, check)
    ]
    begun = any(t.ownership is Ownership.OWN for project in card.projects for t in project.tasks)
    return [piece for piece in pieces if piece.own] if begun else pieces


def _says(project: ProjectResult, check: Check) -> bool:
    """Whether a criterion was measured, or the work kept it from being."""
    if ending(project, check) in {Ending.NOT_WRITTEN, Ending.NOT_REACHED}:
        return False
    return check.measured is not None or failed(check)


def is_own(project: ProjectResult, check: Check) -> bool:
    """Whether somebody wrote a task in the file that a check is about.

    What is about no task's file rests on all of them: it holds for whoever wrote them all, and
    does not hold for whoever wrote any.
    """
    near = _near(project, check)
    if near or not check.passed:
        return any(task.ownership is Ownership.OWN for task in near or project.tasks)
    return all(task.ownership is Ownership.OWN for task in project.tasks)


def _open(project: ProjectResult, check: Check) -> bool:
    """Whether a criterion does not hold, of a file in which a task was given up or not written."""
    near = _near(project, check) or project.tasks
    return not check.passed and any(t.ownership is not Ownership.REFERENCE for t in near)


def _near(project: ProjectResult, check: Check) -> tuple[TaskResult, ...]:
    """The tasks in the file that a check is about."""
    file = check.where.partition(":")[0]
    return tuple(t for t in project.tasks if file and t.where.partition(":")[0] == file)


def _scale(threshold: float) -> float:
    return max(abs(threshold), 1.0)
