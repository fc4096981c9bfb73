"""What a project's evals cost: calls, tokens, simulated dollars, latency, from the ledger."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from pydantic import Field

from shared.llm.messages import Frozen


class Spent(Frozen):
    """The calls that one project's evals made to the simulated models.

    Latency is the simulator's own: what each call would have taken at the profile's pace.
    """

    calls: int
    input_tokens: int
    output_tokens: int
    simulated_usd: float
    p50_ms: float = Field(description="Half of the calls were answered within this time.")
    p95_ms: float
    forgotten: int = Field(default=0, description="Calls that the ledger had no room to keep.")


class Call(Protocol):
    """One entry of the simulator's ledger, as far as its cost goes."""

    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    total_ms: float


def add_up(entries: Iterable[Call], forgotten: int = 0) -> Spent:
    """Add up calls; percentiles are nearest ranks."""
    calls = tuple(entries)
    times = sorted(call.total_ms for call in calls)
    return Spent(
        calls=len(calls),
        input_tokens=sum(call.input_tokens for call in calls),
        output_tokens=sum(call.output_tokens for call in calls),
        simulated_usd=float(sum((call.cost_usd for call in calls), Decimal(0))),
        p50_ms=_rank(times, 0.5),
        p95_ms=_rank(times, 0.95),
        forgotten=forgotten,
    )


def _rank(times: list[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(len(times) * share))], 1) if times else 0.0
