"""Choose the evidence that says most, for and against."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind, State
from scorecard.report.result import ProjectResult, Scorecard

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
    """What holds: own work first, the highest level, past its threshold, on the most cases."""
    held = [piece for piece in _criteria(card) if piece.check.passed]
    held.sort(key=lambda p: (p.own, p.check.level, p.margin >= 0, p.cases), reverse=True)
    return tuple(_apart(held))


def weakest(card: Scorecard) -> tuple[Piece, ...]:
    """What does not hold, what nobody knows, then what holds by the least."""
    order = {State.FAILED: 0, State.COULD_NOT_CHECK: 1, State.NOT_REACHED: 2, State.PASSED: 3}
    pieces = [piece for piece in _pieces(card) if not piece.check.passed or piece.check.measured]
    pieces.sort(key=lambda p: (order[p.check.state], not p.own, p.margin, p.cases))
    return tuple(_apart(pieces))


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


def _criteria(card: Scorecard) -> list[Piece]:
    return [piece for piece in _pieces(card) if piece.check.kind is Kind.CRITERION]


def _pieces(card: Scorecard) -> list[Piece]:
    return [
        Piece(project, check, _own(project, check))
        for project in card.projects
        for check in project.checks
    ]


def _own(project: ProjectResult, check: Check) -> bool:
    """Whether somebody wrote a task in the file that a check is about.

    What is about no task's file rests on all of them: it holds for whoever wrote them all, and
    does not hold for whoever wrote any.
    """
    file = check.where.partition(":")[0]
    near = [task for task in project.tasks if file and task.where.partition(":")[0] == file]
    if near or not check.passed:
        return any(task.ownership is Ownership.OWN for task in near or project.tasks)
    return all(task.ownership is Ownership.OWN for task in project.tasks)


def _scale(threshold: float) -> float:
    return max(abs(threshold), 1.0)
