"""Facts gathered once, criteria judged in order, and every way either can go wrong."""

import asyncio
import math
from typing import Any

import pytest

from scorecard.catalog.ownership import Ownership
from scorecard.evals.declared import Declared
from scorecard.evals.engine import Ending, Engine, NeedsSimulatorError, ResourceError, in_order
from scorecard.evals.remote import WorkerLostError
from scorecard.ledger import Cause, Check, Kind, Ledger, LedgerError, State
from scorecard.readiness import Readiness, reached, readiness, weakest
from shared.criteria import (
    Criterion,
    Fact,
    Level,
    Measured,
    Outcome,
    Raised,
    Returned,
    SubjectRaisedError,
    amount,
    criterion,
    fact,
    share,
)
from shared.criteria.subject import ModelCall, ModelHandle, T

pytestmark = pytest.mark.anyio


class NoSubject:
    """A subject nobody calls; counts how often it was abandoned."""

    def __init__(self) -> None:
        self.abandoned = 0
        self.answered = 0

    async def call(self, function: str, /, *, returns: type[T], **_: object) -> T:
        raise SubjectRaisedError(function, Raised(types=("ValueError",), message=str(returns)))

    async def attempt(self, function: str, /, **_: object) -> Outcome:
        return Returned(value=function)

    async def calls(self, _: ModelHandle) -> tuple[ModelCall, ...]:
        return ()

    async def abandon(self) -> None:
        self.abandoned += 1


def works(code: str, value: float = 1, **options: Any) -> Criterion:
    def judge() -> Measured:
        return amount(value, n=1)

    return criterion(code, level=options.pop("level", Level.WORKS), at_least=1, **options)(judge)


async def measured(
    *criteria: Criterion, facts: tuple[Fact, ...] = (), subject: NoSubject | None = None
) -> dict[str, Ending]:
    endings: list[Ending] = []
    declared = Declared({f.name: f for f in facts}, criteria)
    engine = Engine(declared, subject or NoSubject(), 7, lambda _name, _allowed: None)
    await engine.measure(endings.append)
    return {ending.code: ending for ending in endings}


async def test_a_fact_is_gathered_once_for_all_its_criteria() -> None:
    times = 0

    @fact()
    async def counted(seed: int) -> int:
        nonlocal times
        times += 1
        return seed

    @criterion("P01.1", level=Level.WORKS, at_least=7)
    def first(counted: int) -> Measured:
        return amount(counted, n=1)

    @criterion("P01.2", level=Level.ROBUST, at_least=7)
    def second(counted: int) -> Measured:
        return amount(counted, n=1)

    endings = await measured(first, second, facts=(counted,))

    assert times == 1
    assert {ending.state for ending in endings.values()} == {State.PASSED}


async def test_a_failed_prerequisite_leaves_its_dependant_unreached() -> None:
    endings = await measured(works("P01.1", 0), works("P01.2", requires=("P01.1",)))

    assert endings["P01.2"].state is State.NOT_REACHED
    assert endings["P01.2"].cause is Cause.PREREQUISITE


async def test_a_level_counts_only_where_the_one_below_holds() -> None:
    endings = await measured(works("P01.2", level=Level.ROBUST), works("P01.1", 0))

    assert endings["P01.2"].cause is Cause.LOWER_LEVEL


async def test_no_case_at_all_is_not_passed() -> None:
    @criterion("P01.1", level=Level.WORKS, at_least=0)
    def empty() -> Measured:
        return share([])

    endings = await measured(empty)

    assert endings["P01.1"].cause is Cause.NO_CASES


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (WorkerLostError(Cause.MEMORY, "gone"), Cause.MEMORY),
        (BaseExceptionGroup("two", [WorkerLostError(Cause.CRASHED, "gone")]), Cause.CRASHED),
        (SubjectRaisedError("a.b", Raised(types=("E",), message="no")), Cause.RAISED),
        (ExceptionGroup("two", [KeyError("x"), ResourceError("no model")]), Cause.RESOURCE),
        (ZeroDivisionError("oops"), Cause.GRADER),
        (SystemExit(0), Cause.GRADER),
    ],
)
async def test_a_fact_that_cannot_be_gathered_is_named_and_never_passes(
    error: BaseException, cause: Cause
) -> None:
    @fact()
    async def broken() -> int:
        raise error

    @fact()
    async def above(broken: int) -> int:
        return broken

    @criterion("P01.1", level=Level.WORKS, at_least=-math.inf)
    def judged(above: int) -> Measured:
        return amount(above, n=1)

    endings = await measured(judged, facts=(broken, above))

    assert (endings["P01.1"].state, endings["P01.1"].cause) == (State.COULD_NOT_CHECK, cause)


async def test_what_only_the_simulator_can_do_keeps_a_live_model_from_nothing_else() -> None:
    @fact()
    async def drilled() -> int:
        raise NeedsSimulatorError("A drill needs the simulator.")

    @criterion("P01.1", level=Level.WORKS, at_least=0)
    def stormy(drilled: int) -> Measured:
        return amount(drilled, n=1)

    endings = await measured(
        stormy,
        works("P01.2", requires=("P01.1",)),
        works("P01.3", level=Level.ROBUST),
        facts=(drilled,),
    )

    assert endings["P01.1"].state is State.COULD_NOT_CHECK
    assert endings["P01.1"].cause is Cause.RESOURCE
    assert {endings[code].state for code in ("P01.2", "P01.3")} == {State.PASSED}


async def test_a_fact_over_its_time_is_abandoned_with_its_worker() -> None:
    @fact(timeout_s=0.01)
    async def endless() -> int:
        await asyncio.Event().wait()
        return 1

    @criterion("P01.1", level=Level.WORKS, at_least=0)
    def judged(endless: int) -> Measured:
        return amount(endless, n=1)

    subject = NoSubject()
    endings = await measured(judged, facts=(endless,), subject=subject)

    assert endings["P01.1"].cause is Cause.TIMED_OUT
    assert subject.abandoned == 1


def test_criteria_come_by_level_and_after_what_they_require() -> None:
    criteria = (
        works("P01.3", level=Level.ROBUST),
        works("P01.2", requires=("P01.1",)),
        works("P01.1"),
    )

    assert [c.code for c in in_order(criteria)] == ["P01.1", "P01.2", "P01.3"]


def a_check(code: str, level: int = 1, state: State = State.PASSED) -> Check:
    return Check(code=code, kind=Kind.CRITERION, title=code, level=level, state=state)


def test_a_check_ends_once_and_only_if_it_was_expected() -> None:
    ledger = Ledger([a_check("P01.1")])
    ledger.end(a_check("P01.1"))

    with pytest.raises(LedgerError, match="twice"):
        ledger.end(a_check("P01.1"))
    with pytest.raises(LedgerError, match="not expected"):
        ledger.end(a_check("P01.2"))


def test_what_nobody_reported_could_not_be_checked() -> None:
    ledger = Ledger([a_check("P01.1"), a_check("P01.2")])
    ledger.end(a_check("P01.1"))

    ledger.close(Cause.CRASHED, "It fell over.")

    assert [c.state for c in ledger.checks] == [State.PASSED, State.COULD_NOT_CHECK]


@pytest.mark.parametrize(
    ("checks", "level"),
    [
        ([a_check("a"), a_check("b", 2), a_check("c", 3)], 3),
        ([a_check("a"), a_check("b", 2)], 2),
        ([a_check("a"), a_check("b", 2, State.FAILED), a_check("c", 3)], 1),
        ([a_check("a", 1, State.COULD_NOT_CHECK), a_check("b", 2)], 0),
    ],
)
def test_a_level_is_reached_when_all_up_to_it_passed(checks: list[Check], level: int) -> None:
    assert reached(checks) == level


@pytest.mark.parametrize(
    ("level", "tasks", "claim"),
    [
        (3, [Ownership.REFERENCE, Ownership.REFERENCE], Readiness.NOT_STARTED),
        (3, [Ownership.OWN, Ownership.REFERENCE], Readiness.STARTED),
        (0, [Ownership.OWN], Readiness.STARTED),
        (1, [Ownership.STUB], Readiness.STARTED),
        (2, [Ownership.OWN, Ownership.OWN], Readiness.ROBUST),
    ],
)
def test_only_own_work_counts_for_a_person(
    level: int, tasks: list[Ownership], claim: Readiness
) -> None:
    assert readiness(level, tasks) is claim


def test_a_pillar_is_as_ready_as_its_weakest_project() -> None:
    assert weakest([Readiness.SENIOR, Readiness.STARTED]) is Readiness.STARTED
    assert weakest([]) is Readiness.NOT_STARTED
