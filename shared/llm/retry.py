"""Ask again when a model is unavailable: patiently, with jitter, and within a budget."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from shared.errors import DeadlineExceededError, ModelUnavailableError
from shared.llm.messages import ChatRequest, Reply, StreamEvent
from shared.llm.model import ChatModel


@dataclass(slots=True)
class RetryBudget:
    """A bucket of tokens that retries draw from, so that retrying cannot add to an outage.

    A retry costs one token, or ``deadline_cost`` after a deadline, since such calls held resources
    for longest. Every call that succeeds puts ``refund`` back: in the long run at most that share
    of calls is repeated. Share one budget among the wrappers of models at the same server.
    """

    capacity: float = 20.0
    refund: float = 0.1
    deadline_cost: float = 2.0
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        """Start full."""
        self.tokens = self.capacity

    def spend(self, error: ModelUnavailableError) -> bool:
        """Pay for one retry after ``error``; false, and nothing paid, when too little is left."""
        cost = self.deadline_cost if isinstance(error, DeadlineExceededError) else 1.0
        if cost > self.tokens:
            return False
        self.tokens -= cost
        return True

    def earn(self) -> None:
        """Put back a success's share."""
        self.tokens = min(self.capacity, self.tokens + self.refund)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to try, and how long to wait in between, in seconds.

    The wait after try ``n`` is drawn between 0 and ``first_wait_s * 2**(n-1)``, at most
    ``longest_wait_s`` (full jitter), and never below what the server asked for. A server that asks
    for more than ``patience_s`` is not asked again.
    """

    attempts: int = 4
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0
    patience_s: float = 60.0

    def wait(self, attempt: int, error: ModelUnavailableError, jitter: float) -> float:
        """Say how long to wait after ``attempt`` (from 1); ``jitter`` lies in [0, 1)."""
        ceiling = min(self.longest_wait_s, self.first_wait_s * 2.0 ** (attempt - 1))
        return max(error.retry_after_s or 0.0, ceiling * jitter)


class RetryingModel:
    """A model that asks again while the one inside is unavailable.

    A stream is begun again only while none of it was handed on. ``sleep`` and ``jitter`` are there
    for tests and simulations to replace.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        policy: RetryPolicy | None = None,
        budget: RetryBudget | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._policy = policy or RetryPolicy()
        self._budget = budget or RetryBudget()
        self._sleep = sleep
        self._jitter = jitter

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._model.name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        attempt = 1
        while True:
            try:
                reply = await self._model.complete(request)
            except ModelUnavailableError as error:
                if not self._may_repeat(attempt, error):
                    raise
                wait = self._policy.wait(attempt, error, self._jitter())
            else:
                self._budget.earn()
                return reply
            await self._sleep(wait)
            attempt += 1

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        attempt = 1
        while True:
            began = False
            try:
                async with aclosing(self._model.stream(request)) as events:
                    async for event in events:
                        began = True
                        yield event
            except ModelUnavailableError as error:
                if began or not self._may_repeat(attempt, error):
                    raise
                wait = self._policy.wait(attempt, error, self._jitter())
            else:
                self._budget.earn()
                return
            await self._sleep(wait)
            attempt += 1

    def _may_repeat(self, attempt: int, error: ModelUnavailableError) -> bool:
        if attempt >= self._policy.attempts:
            return False
        if (error.retry_after_s or 0.0) > self._policy.patience_s:
            return False
        if self._budget.spend(error):
            return True
        error.add_note("Not retried: too many recent calls failed, so the retry budget is empty.")
        return False
