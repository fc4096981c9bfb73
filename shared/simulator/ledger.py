"""What the simulator was asked, kept for graders: bounded in memory, listed by tag."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from pydantic_core import from_json

from shared.llm.messages import Usage
from shared.simulator.profiles import Profile

MAX_BYTES: Final = 32 * 1024 * 1024
_ENTRY_BYTES: Final = 600
_MILLION: Final = Decimal(1_000_000)
_WRITING: Final = Decimal("0.25")
"""What putting a token in the cache costs on top, as a share of its price."""


@dataclass(slots=True)
class Entry:
    """One call: who asked for what, what it cost, and how it ended.

    ``delivered`` counts the tokens that were sent: fewer than ``output_tokens`` where the client
    hung up or the stream was cut. ``key`` is the keyed hash of the canonical request. Times are
    those of the plan: to the first token of any answer, to the last of all, and in the queue.
    """

    tag: str
    dialect: str
    model: str
    body: bytes
    attempt: tuple[int, int] = (0, 0)
    status: int = 200
    fault: str = ""
    finish: str = ""
    key: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    delivered: int = 0
    cost_usd: Decimal = Decimal(0)
    ttft_ms: float = 0.0
    total_ms: float = 0.0
    queue_ms: float = 0.0
    outcome: str = "answered"

    def shown(self) -> dict[str, Any]:
        """Write the entry as plain data, with the request as it arrived."""
        return {
            "tag": self.tag,
            "dialect": self.dialect,
            "model": self.model,
            "attempt": list(self.attempt),
            "status": self.status,
            "fault": self.fault,
            "finish": self.finish,
            "outcome": self.outcome,
            "key": self.key,
            "input_tokens": self.input_tokens,
            "cached_tokens": self.cached_tokens,
            "output_tokens": self.output_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "delivered": self.delivered,
            "simulated_usd": str(self.cost_usd),
            "ttft_ms": round(self.ttft_ms, 3),
            "total_ms": round(self.total_ms, 3),
            "queue_ms": round(self.queue_ms, 3),
            "request": _plain(self.body),
        }


def _plain(body: bytes) -> Any:
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        return {"unreadable_bytes": len(body)}


def cost(profile: Profile, spent: Usage, written: int = 0) -> Decimal:
    """Price one answer, in simulated US dollars; ``written`` tokens were put in the cache."""
    fresh = spent.input_tokens - spent.cached_tokens
    paid = price(profile, fresh, spent.cached_tokens, spent.output_tokens)
    return paid + written * profile.input_price * _WRITING / _MILLION if written else paid


def price(profile: Profile, fresh: int, cached: int, output: int) -> Decimal:
    """Price so many tokens, in simulated US dollars."""
    return (
        fresh * profile.input_price + cached * profile.cached_price + output * profile.output_price
    ) / _MILLION


@dataclass(slots=True)
class Ledger:
    """The last calls, up to ``MAX_BYTES`` of request bodies; ``dropped`` counts those forgotten."""

    dropped: int = 0
    _entries: deque[Entry] = field(default_factory=deque)
    _bytes: int = 0

    def add(self, entry: Entry) -> None:
        """Keep an entry, and forget the oldest where there are too many."""
        self._entries.append(entry)
        self._bytes += len(entry.body) + _ENTRY_BYTES
        while self._bytes > MAX_BYTES and len(self._entries) > 1:
            oldest = self._entries.popleft()
            self._bytes -= len(oldest.body) + _ENTRY_BYTES
            self.dropped += 1

    def of(self, tag: str | None = None) -> Iterator[Entry]:
        """List the calls with this tag, or all, oldest first."""
        # A copy: graders in the same process list calls while the server's thread adds to them.
        return (entry for entry in list(self._entries) if tag is None or entry.tag == tag)

    def totals(self, tag: str | None = None) -> Mapping[str, Any]:
        """Add up calls, tokens and simulated dollars."""
        entries = list(self.of(tag))
        return {
            "calls": len(entries),
            "input_tokens": sum(entry.input_tokens for entry in entries),
            "cached_tokens": sum(entry.cached_tokens for entry in entries),
            "output_tokens": sum(entry.output_tokens for entry in entries),
            "simulated_usd": str(sum((entry.cost_usd for entry in entries), Decimal(0))),
            "dropped": self.dropped,
        }

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = self.dropped = 0
