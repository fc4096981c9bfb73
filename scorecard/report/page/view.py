"""What the first screen says, worked out from a result before anything is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scorecard.catalog.model import Pillar
from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind
from scorecard.locale import mark
from scorecard.readiness import RANK, Readiness
from scorecard.report.ending import Ending, Tally, ending, tally, unwritten
from scorecard.report.history import Line, Record, Since, changes_since, record_of
from scorecard.report.page.level import Believed, believed
from scorecard.report.page.weigh import Piece, held, is_own, strongest, weakest
from scorecard.report.result import PillarResult, ProjectResult, Scorecard, TaskResult
from scorecard.spent import Spent
from scorecard.verify.result import Generalisation, Verification

WORDS = (
    *(mark("not started"), mark("started"), mark("works"), mark("robust"), mark("senior")),
    *(mark("nothing yet"), mark("reference"), mark("stub"), mark("own"), mark("missing")),
    *(mark("Models"), mark("Systems"), mark("Production"), mark("simulated"), mark("live")),
    *(mark("raised"), mark("timed out"), mark("crashed"), mark("killed: memory")),
    *(mark("protocol broken"), mark("no cases"), mark("prerequisite failed")),
    *(mark("lower level failed"), mark("resource missing"), mark("interrupted")),
    mark("grader failed"),
)
Pair: TypeAlias = tuple[ProjectResult, Check]
TITLED = 3


@dataclass(frozen=True)
class PillarView:
    """One pillar on the first screen."""

    pillar: Pillar
    readiness: Readiness
    step: int
    code: int
    projects: tuple[ProjectResult, ...]
    own: int
    tasks: int
    unwritten: int
    criteria: Tally
    own_criteria: Tally
    checks: Tally
    generalisation: Generalisation | None

    @property
    def told(self) -> Tally:
        """What is told of it: own work where there is any, else what is there."""
        return self.own_criteria if self.own else self.criteria


@dataclass(frozen=True)
class Begun:
    """A project that somebody began: what is theirs, what is still to write, what waits for it."""

    project: ProjectResult
    own: int
    unwritten: tuple[TaskResult, ...]
    waiting: int


@dataclass(frozen=True)
class Listed:
    """Checks that ended alike: what is about own work apart from what is about reference code."""

    own: tuple[Pair, ...]
    other: tuple[Pair, ...]

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.own) + len(self.other)

    @property
    def few(self) -> bool:
        """Whether there is room for their titles."""
        return self.n <= TITLED


@dataclass(frozen=True)
class Course:
    """The history of one model: the same line never holds simulated and live answers."""

    line: Line
    records: tuple[Record, ...]

    def shares(self, pillar: Pillar) -> list[float | None]:
        """The share of a pillar's checks that passed, run by run."""
        counts = [
            (r.count(Ending.PASSED, pillar), sum(r.count(which, pillar) for which in Ending))
            for r in self.records
        ]
        return [passed / total if total else None for passed, total in counts]


@dataclass(frozen=True)
class View:
    """Everything the template asks for."""

    believed: Believed
    tally: Tally
    pillars: tuple[PillarView, ...]
    strongest: tuple[Piece, ...]
    weakest: tuple[Piece, ...]
    failed: Listed
    unknown: Listed
    spent: Spent | None
    since: Since | None
    courses: tuple[Course, ...]
    own: int
    tasks: int
    begun: tuple[Begun, ...]
    modes: tuple[tuple[str, int, tuple[str, ...]], ...]

    @staticmethod
    def of(project: ProjectResult) -> Tally:
        """Count a project's checks."""
        return tally((project, check) for check in project.checks)


def view_of(
    card: Scorecard,
    history: Sequence[Record],
    verification: Verification | None,
    reviewed_by: str,
) -> View:
    """Work it out."""
    found = believed(card, verification, reviewed_by)
    told = {pillar.pillar: pillar for pillar in card.pillars}
    none = [PillarResult(pillar=p, readiness=RANK[0], projects=()) for p in Pillar if p not in told]
    known = sorted([*told.values(), *none], key=lambda one: list(Pillar).index(one.pillar))
    pillars = tuple(_pillar(card, pillar, found) for pillar in known)
    return View(
        believed=found,
        tally=tally(_pairs(card.projects)),
        pillars=pillars,
        strongest=strongest(card),
        weakest=weakest(card),
        failed=_ended(card, Ending.FAILED),
        unknown=_ended(card, Ending.COULD_NOT_CHECK),
        spent=_spent(card),
        since=changes_since(card, history),
        courses=_courses(card, history),
        own=sum(pillar.own for pillar in pillars),
        tasks=sum(pillar.tasks for pillar in pillars),
        begun=tuple(filter(None, map(_begun, card.projects))),
        modes=_modes(card),
    )


def _begun(project: ProjectResult) -> Begun | None:
    own = sum(task.ownership is Ownership.OWN for task in project.tasks)
    if all(task.ownership is Ownership.REFERENCE for task in project.tasks):
        return None
    waiting = tally((project, check) for check in project.checks)[Ending.NOT_WRITTEN]
    return Begun(project, own, unwritten(project), waiting)


def _pairs(projects: Iterable[ProjectResult]) -> Iterator[Pair]:
    return ((project, check) for project in projects for check in project.checks)


def _pillar(card: Scorecard, pillar: PillarResult, found: Believed) -> PillarView:
    projects = tuple(p for p in card.projects if p.pillar is pillar.pillar)
    tasks = [task for project in projects for task in project.tasks]
    checks = list(_pairs(projects))
    verdicts = found.verification.pillars if found.verification else ()
    return PillarView(
        pillar=pillar.pillar,
        readiness=pillar.readiness,
        step=RANK.index(pillar.readiness),
        code=min((project.level_reached for project in projects), default=0),
        projects=projects,
        own=sum(task.ownership is Ownership.OWN for task in tasks),
        tasks=len(tasks),
        unwritten=sum(len(unwritten(project)) for project in projects),
        criteria=tally(pair for pair in checks if pair[1].kind is Kind.CRITERION),
        own_criteria=held(projects),
        checks=tally(checks),
        generalisation=next(
            (v.generalisation for v in verdicts if v.pillar is pillar.pillar), None
        ),
    )


def _ended(card: Scorecard, which: Ending) -> Listed:
    found = [pair for pair in _pairs(card.projects) if ending(*pair) is which]
    own = tuple(pair for pair in found if is_own(*pair))
    return Listed(own, tuple(pair for pair in found if not is_own(*pair)))


def _spent(card: Scorecard) -> Spent | None:
    """Add the projects up; of latencies the slowest project's is the honest summary."""
    each = list(card.clock.spent.values())
    if not each:
        return None
    return Spent(
        calls=sum(spent.calls for spent in each),
        input_tokens=sum(spent.input_tokens for spent in each),
        output_tokens=sum(spent.output_tokens for spent in each),
        simulated_usd=sum(spent.simulated_usd for spent in each),
        p50_ms=max(spent.p50_ms for spent in each),
        p95_ms=max(spent.p95_ms for spent in each),
        forgotten=sum(spent.forgotten for spent in each),
    )


def _courses(card: Scorecard, history: Sequence[Record]) -> tuple[Course, ...]:
    """Sort the runs by what may be compared, this result's own line first."""
    now = record_of(card)
    records = [r for r in history if r.at < now.at]
    lines = dict.fromkeys([now.line, *(record.line for record in records)])
    return tuple(
        Course(line, tuple(r for r in [*records, now] if r.line == line)) for line in lines
    )


def _modes(card: Scorecard) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Count the shown failures of all projects by mode, and name the checks they belong to."""
    counts: Counter[str] = Counter()
    codes: dict[str, dict[str, None]] = {}
    for project in card.projects:
        for check in project.checks:
            for failure in check.measured.failures if check.measured else ():
                if failure.mode and not check.passed:
                    counts[failure.mode] += 1
                    codes.setdefault(failure.mode, {})[check.code] = None
    return tuple((mode, n, tuple(codes[mode])) for mode, n in counts.most_common())
