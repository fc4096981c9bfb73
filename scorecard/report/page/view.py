"""What the first screen says, worked out from a result before anything is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scorecard.catalog.model import Pillar
from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, Kind, State
from scorecard.locale import mark
from scorecard.readiness import RANK, Readiness
from scorecard.report.history import Line, Record, Since, changes_since, record_of
from scorecard.report.page.level import Believed, believed
from scorecard.report.page.weigh import Piece, strongest, weakest
from scorecard.report.result import PillarResult, ProjectResult, Scorecard
from scorecard.spent import Spent
from scorecard.verify.result import Generalisation, Verification
from shared.criteria.measure import wilson

WORDS = (
    *(mark("passed"), mark("failed"), mark("could not check"), mark("not reached")),
    *(mark("not started"), mark("started"), mark("works"), mark("robust"), mark("senior")),
    *(mark("nothing yet"), mark("reference"), mark("stub"), mark("own"), mark("missing")),
    *(mark("Models"), mark("Systems"), mark("Production"), mark("simulated"), mark("live")),
    *(mark("raised"), mark("timed out"), mark("crashed"), mark("killed: memory")),
    *(mark("protocol broken"), mark("no cases"), mark("prerequisite failed")),
    *(mark("lower level failed"), mark("resource missing"), mark("interrupted")),
    mark("grader failed"),
)
MARKS = {State.PASSED: "✓", State.FAILED: "✗", State.COULD_NOT_CHECK: "?", State.NOT_REACHED: "·"}
STYLES = {State.PASSED: "p", State.FAILED: "f", State.COULD_NOT_CHECK: "u", State.NOT_REACHED: "n"}


@dataclass(frozen=True)
class Tally:
    """How some checks ended."""

    counts: Counter[State]
    total: int

    def __getitem__(self, state: State) -> int:
        """Count those that ended so."""
        return self.counts[state]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The counts by style, for a chart."""
        return [(STYLES[state], self.counts[state]) for state in State]

    @property
    def share(self) -> float:
        """The share that passed; what could not be checked stays in the denominator."""
        return self.counts[State.PASSED] / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval around it."""
        return wilson(self.counts[State.PASSED], self.total) if self.total else (0.0, 1.0)


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
    criteria: Tally
    checks: Tally
    generalisation: Generalisation | None


@dataclass(frozen=True)
class Course:
    """The history of one model: the same line never holds simulated and live answers."""

    line: Line
    records: tuple[Record, ...]

    def shares(self, pillar: Pillar) -> list[float | None]:
        """The share of a pillar's checks that passed, run by run."""
        counts = [
            (r.count(State.PASSED, pillar), sum(r.count(state, pillar) for state in State))
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
    failed: tuple[tuple[ProjectResult, Check], ...]
    unknown: tuple[tuple[ProjectResult, Check], ...]
    spent: Spent | None
    since: Since | None
    courses: tuple[Course, ...]
    own: int
    tasks: int
    modes: tuple[tuple[str, int, tuple[str, ...]], ...]

    @staticmethod
    def of(project: ProjectResult) -> Tally:
        """Count a project's checks."""
        return tally(project.checks)


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
        tally=tally(card.checks),
        pillars=pillars,
        strongest=strongest(card),
        weakest=weakest(card),
        failed=_ended(card, State.FAILED),
        unknown=_ended(card, State.COULD_NOT_CHECK),
        spent=_spent(card),
        since=changes_since(card, history),
        courses=_courses(card, history),
        own=sum(pillar.own for pillar in pillars),
        tasks=sum(pillar.tasks for pillar in pillars),
        modes=_modes(card),
    )


def tally(checks: Sequence[Check]) -> Tally:
    """Count checks by how they ended."""
    return Tally(Counter(check.state for check in checks), len(checks))


def _pillar(card: Scorecard, pillar: PillarResult, found: Believed) -> PillarView:
    projects = tuple(p for p in card.projects if p.pillar is pillar.pillar)
    tasks = [task for project in projects for task in project.tasks]
    checks = [check for project in projects for check in project.checks]
    verdicts = found.verification.pillars if found.verification else ()
    return PillarView(
        pillar=pillar.pillar,
        readiness=pillar.readiness,
        step=RANK.index(pillar.readiness),
        code=min((project.level_reached for project in projects), default=0),
        projects=projects,
        own=sum(task.ownership is Ownership.OWN for task in tasks),
        tasks=len(tasks),
        criteria=tally([check for check in checks if check.kind is Kind.CRITERION]),
        checks=tally(checks),
        generalisation=next(
            (v.generalisation for v in verdicts if v.pillar is pillar.pillar), None
        ),
    )


def _ended(card: Scorecard, state: State) -> tuple[tuple[ProjectResult, Check], ...]:
    return tuple((p, check) for p in card.projects for check in p.checks if check.state is state)


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
