"""Keep account of every call: what became of it, its tokens, its time and its cost."""

import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from shared.errors import ModelError, StreamCutError
from shared.llm.messages import ChatRequest, Completion, Reply, StreamEnd, StreamEvent, Usage
from shared.llm.model import ChatModel
from shared.llm.prices import PriceList


class Outcome(StrEnum):
    """What became of a call."""

    COMPLETED = "completed"
    REFUSED = "refused"
    CUT = "cut"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Entry:
    """One call; ``cost`` in US dollars is ``None`` where it is not known, ``error`` a class name.

    ``first_s`` is the time to a stream's first piece.
    """

    model: str
    outcome: Outcome
    usage: Usage
    latency_s: float
    cost: Decimal | None
    error: str = ""
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over entries.

    ``cost`` is ``None`` as soon as one call that a provider bills for has no known cost;
    ``known_cost`` sums the others, and ``unpriced`` counts those left out.
    """

    calls: int
    usage: Usage
    known_cost: Decimal
    unpriced: int

    @property
    def cost(self) -> Decimal | None:
        """The whole cost, if it is known."""
        return None if self.unpriced else self.known_cost


@dataclass(slots=True)
class Ledger:
    """The entries so far, oldest first."""

    entries: list[Entry] = field(default_factory=list)

    def totals(self) -> Totals:
        """Add up all entries."""
        return Totals(
            calls=len(self.entries),
            usage=sum((entry.usage for entry in self.entries), Usage()),
            known_cost=sum((entry.cost or Decimal(0) for entry in self.entries), Decimal(0)),
            unpriced=sum(_is_unpriced(entry) for entry in self.entries),
        )


def _is_unpriced(entry: Entry) -> bool:
    # Providers do not bill calls that they turned down; streams that broke they do.
    return entry.cost is None and entry.outcome is not Outcome.FAILED


class LedgerModel:
    """A model whose every call is entered in a ledger, whatever becomes of it."""

    def __init__(
        self,
        model: ChatModel,
        ledger: Ledger,
        *,
        prices: PriceList | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._prices = prices or PriceList()
        self._clock = clock

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._model.name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        with self._entering() as call:
            call.reply = await self._model.complete(request)
            return call.reply

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        with self._entering() as call:
            async with aclosing(self._model.stream(request)) as events:
                async for event in events:
                    if call.first_s is None:
                        call.first_s = self._clock() - call.began
                    if isinstance(event, StreamEnd):
                        call.reply = event.reply
                    else:
                        yield event
        # Readers may leave at the end without closing, so it comes after the entry is made.
        if call.reply is not None:
            yield StreamEnd(reply=call.reply)

    @contextmanager
    def _entering(self) -> Iterator["_Call"]:
        call = _Call(began=self._clock())
        try:
            yield call
        except ModelError as error:
            call.error = error
            raise
        finally:
            self._ledger.entries.append(self._entry(call))

    def _entry(self, call: "_Call") -> Entry:
        model = call.reply.model if call.reply else self._model.name
        usage = call.reply.usage if call.reply else Usage()
        return Entry(
            model=model,
            outcome=call.outcome,
            usage=usage,
            latency_s=self._clock() - call.began,
            cost=self._prices.cost(model, usage),
            error=type(call.error).__name__ if call.error else "",
            first_s=call.first_s,
        )


@dataclass(slots=True)
class _Call:
    """A call in flight."""

    began: float
    reply: Reply | None = None
    error: ModelError | None = None
    first_s: float | None = None

    @property
    def outcome(self) -> Outcome:
        if isinstance(self.error, StreamCutError):
            return Outcome.CUT
        if self.error is not None:
            return Outcome.FAILED
        if self.reply is None:
            return Outcome.ABANDONED
        return Outcome.COMPLETED if isinstance(self.reply, Completion) else Outcome.REFUSED
