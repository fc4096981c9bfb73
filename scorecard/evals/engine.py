"""Gather facts, judge criteria: each fact at most once, each criterion to exactly one ending.

A fact is gathered when the first criterion that stands on it is reached. What could not be
gathered leaves its criteria unchecked; it never makes one pass.
"""

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from scorecard.evals.declared import Declared
from scorecard.evals.remote import WorkerLostError
from scorecard.ledger import Cause, State
from shared.criteria import Criterion, Fact, Measured, Subject, SubjectRaisedError
from shared.errors import CapstoneError

JUDGING_S = 30.0
STUMBLES = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError, AssertionError),
    RecursionError,
)
"""What a grader raises over an answer it did not expect."""


class ResourceError(CapstoneError):
    """Something the grader should provide (a model, a database) cannot be had."""


class NeedsSimulatorError(ResourceError):
    """Only the simulator can do what is asked, and a live model was chosen."""


@dataclass(frozen=True)
class Ending:
    """How one criterion ended."""

    code: str
    state: State
    cause: Cause = Cause.NONE
    detail: str = ""
    measured: Measured | None = None
    simulated_only: bool = False


@dataclass(frozen=True)
class Missing:
    """A fact that could not be gathered; a live model keeps it from none but its own criteria."""

    cause: Cause
    detail: str
    simulated_only: bool = False


class Abandonable(Subject, Protocol):
    """A subject whose process can be thrown away; it counts what it answered."""

    answered: int

    async def abandon(self) -> None:
        """End the process and all it runs."""
        ...


Tell = Callable[[str, float], None]
"""Told what begins now, and for how many seconds it may be silent."""


class Engine:
    """Measures one project."""

    def __init__(
        self,
        declared: Declared,
        subject: Abandonable,
        seed: int,
        tell: Tell,
        *,
        judging_s: float = JUDGING_S,
        gated: bool = True,
        slower: float = 1.0,
    ) -> None:
        self._declared = declared
        self._subject = subject
        self._seed = seed
        self._tell = tell
        self._judging_s = judging_s
        self._gated = gated
        self._slower = slower
        self._facts: dict[str, Any] = {}
        self._endings: dict[str, Ending] = {}

    async def measure(self, ended: Callable[[Ending], None]) -> None:
        """End every criterion, lower levels first."""
        for criterion in in_order(self._declared.criteria):
            stopped = self._gate(criterion) if self._gated else None
            ending = stopped or await self._measure(criterion)
            self._endings[criterion.code] = ending
            ended(ending)

    def _gate(self, criterion: Criterion) -> Ending | None:
        """Stop at a criterion whose prerequisites or lower levels do not hold."""
        failed = [c for c in sorted(criterion.requires) if not self._passed(c)]
        if failed:
            detail = f"It means something only where {', '.join(failed)} holds."
            return Ending(criterion.code, State.NOT_REACHED, Cause.PREREQUISITE, detail)
        below = [
            c.code
            for c in self._declared.criteria
            if c.level < criterion.level and not self._passed(c.code)
        ]
        if below:
            more = f" and {len(below) - 3} more" if len(below) > 3 else ""
            detail = f"First comes {', '.join(below[:3])}{more}."
            return Ending(criterion.code, State.NOT_REACHED, Cause.LOWER_LEVEL, detail)
        return None

    def _passed(self, code: str) -> bool:
        ending = self._endings.get(code)
        return ending is not None and (ending.state is State.PASSED or ending.simulated_only)

    async def _measure(self, criterion: Criterion) -> Ending:
        for fact in self._declared.order(criterion):
            if fact.name not in self._facts:
                self._facts[fact.name] = await self._gather(fact)
            found = self._facts[fact.name]
            if isinstance(found, Missing):
                return Ending(
                    criterion.code,
                    State.COULD_NOT_CHECK,
                    found.cause,
                    found.detail,
                    simulated_only=found.simulated_only,
                )
        self._tell(criterion.code, self._judging_s)
        facts = {name: self._given(name) for name in criterion.needs}
        return judge(criterion, facts, answered=self._subject.answered > 0)

    def _given(self, name: str) -> Any:
        return {"subject": self._subject, "seed": self._seed}.get(name, self._facts.get(name))

    async def _gather(self, fact: Fact) -> Any:
        if missing := self._missing_below(fact):
            return missing
        allowed_s = fact.timeout_s * self._slower
        self._tell(fact.name, allowed_s)
        before = self._subject.answered
        clock = asyncio.timeout(allowed_s)
        try:
            async with clock:
                return await fact.gather(**{name: self._given(name) for name in fact.needs})
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 (whatever a fact raises is a state)
            if clock.expired():
                await self._subject.abandon()
                detail = f"Gathering {fact.name} took longer than {allowed_s:g} s."
                return Missing(Cause.TIMED_OUT, detail)
            return explain(fact.name, error, answered=self._subject.answered > before)

    def _missing_below(self, fact: Fact) -> Missing | None:
        below = (self._facts.get(name) for name in fact.needs)
        return next((found for found in below if isinstance(found, Missing)), None)


def explain(fact: str, error: BaseException, *, answered: bool = False) -> Missing:
    """Name why a fact could not be gathered.

    Graders are tried on work that holds, so where one stumbles over what it was answered, the
    answer is to blame: an odd one must not pass for a failure of the grader.
    """
    match root(error):
        case WorkerLostError(cause=cause, detail=detail):
            return Missing(cause, detail)
        case SubjectRaisedError() as failure:
            return Missing(Cause.RAISED, str(failure))
        case ResourceError() as failure:
            alone = isinstance(failure, NeedsSimulatorError)
            return Missing(Cause.RESOURCE, str(failure), simulated_only=alone)
        case other if answered and isinstance(other, STUMBLES):
            named = f"{type(other).__name__}: {str(other)[:300]}"
            return Missing(Cause.ODD, f"{fact} cannot make sense of what was answered ({named}).")
        case other:
            detail = f"The fact {fact} raised {type(other).__name__}: {str(other)[:300]}"
            return Missing(Cause.GRADER, detail)


def root(error: BaseException) -> BaseException:
    """Choose from a group of exceptions the one that explains most."""
    leaves = list(_leaves(error))
    for kind in (WorkerLostError, ResourceError, SubjectRaisedError):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return leaves[0]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def judge(criterion: Criterion, facts: Mapping[str, Any], *, answered: bool = False) -> Ending:
    """Judge one criterion on its facts."""
    code = criterion.code
    try:
        measured: object = criterion.judge(**facts)
    except Exception as error:  # noqa: BLE001 (a broken criterion is a state, not a crash)
        detail = f"{code} raised {type(error).__name__}: {str(error)[:300]}"
        odd = answered and isinstance(error, STUMBLES)
        cause = Cause.ODD if odd else Cause.GRADER
        return Ending(code, State.COULD_NOT_CHECK, cause, detail)
    if not isinstance(measured, Measured):
        detail = f"{code} returned {type(measured).__name__} where Measured is expected."
        return Ending(code, State.COULD_NOT_CHECK, Cause.GRADER, detail)
    if not math.isfinite(measured.value):
        return Ending(code, State.COULD_NOT_CHECK, Cause.NO_CASES, "There was no case to count.")
    state = State.PASSED if criterion.threshold.holds(measured.value) else State.FAILED
    return Ending(code, state, measured=measured)


def in_order(criteria: tuple[Criterion, ...]) -> Iterator[Criterion]:
    """Yield criteria by level, and each after those it requires; as declared otherwise."""
    waiting = sorted(criteria, key=lambda c: c.level)
    done: set[str] = set()
    while waiting:
        ready = next((c for c in waiting if c.requires <= done), waiting[0])
        waiting.remove(ready)
        done.add(ready.code)
        yield ready
