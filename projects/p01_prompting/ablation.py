"""Which way of asking pays, on which model: measured on the same items, side by side."""

import asyncio
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import Field

from projects.p01_prompting.given.prompt_files import Example
from projects.p01_prompting.given.strategies import (
    BY_NAME,
    STRATEGIES,
    Answered,
    Setup,
    StrategyName,
)
from projects.p01_prompting.plans import read_out
from projects.p01_prompting.voting import normalised
from shared.criteria.measure import wilson
from shared.errors import CapstoneError, ModelError
from shared.llm.connect import simulated_prices
from shared.llm.messages import Frozen, Usage
from shared.llm.model import ChatModel
from shared.llm.prices import PriceList
from shared.llm.stopwatch import stopwatch
from shared.world.desk import DeskItem

AT_ONCE = 8
CENT = 0.01
PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


class AblationError(CapstoneError):
    """A choice cannot be made from these rows."""


class Row(Frozen):
    """One strategy on one model: ``right`` and ``answers`` item by item, in the items' order.

    ``usd`` is None where a price is not known; ``p95_s`` are seconds as the model told them, on the
    simulator's virtual clock, or as they passed. ``live`` rows come from a real model.
    """

    model: str
    strategy: StrategyName
    live: bool = False
    right: tuple[bool, ...]
    answers: tuple[str, ...] = ()
    usage: Usage = Usage()
    usd: Decimal | None = None
    p95_s: float = 0.0

    @property
    def accuracy(self) -> float:
        """The share of items answered rightly."""
        return sum(self.right) / len(self.right)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy."""
        return wilson(sum(self.right), len(self.right))

    @property
    def tokens(self) -> int:
        """All tokens, in and out."""
        return self.usage.input_tokens + self.usage.output_tokens


class Gain(Frozen):
    """What one row gains over another on the same items, in points, with a 95 % interval.

    The ``verdict`` is what the interval says: "no gain" where it contains 0.
    """

    points: float
    low: float
    high: float

    verdict: Literal["gain", "loss", "no gain"]


class Choice(Frozen):
    """A strategy and the reason for it, in a sentence."""

    strategy: StrategyName
    reason: str = Field(min_length=1)


def gain(row: Row, over: Row) -> Gain:
    """Compare two rows item by item.

    Items on which both are right, or both wrong, tell nothing. Of those on which they differ, the
    share that ``row`` wins has Wilson's interval, which is brought back to all items.
    """
    pairs = list(zip(row.right, over.right, strict=True))
    won = sum(mine and not other for mine, other in pairs)
    lost = sum(other and not mine for mine, other in pairs)
    if not won + lost:
        return Gain(points=0.0, low=0.0, high=0.0, verdict="no gain")
    scale = (won + lost) / len(pairs)
    low, high = ((2 * bound - 1) * scale for bound in wilson(won, won + lost))
    return Gain(
        points=(won - lost) / len(pairs),
        low=low,
        high=high,
        verdict="gain" if low > 0 else "loss" if high < 0 else "no gain",
    )


def choose_strategy(rows: Sequence[Row]) -> Choice:
    """Choose the strategy that is worth its cost: the cheapest that no other is proven to beat.

    ``rows`` are one model's, on the same items. Start from the most accurate (of equal ones the
    cheapest). Any row over which it has a proven gain (``gain``, the interval above 0) is out; of
    those that are left the cheapest wins, by dollars, or by tokens where a price is not known. The
    reason names what it was compared with. Raises ``AblationError`` for no rows, rows of several
    models, of simulated and live ones together, or on different numbers of items.
    """
    # task 10: begin
    if not rows or len({(row.model, row.live, len(row.right)) for row in rows}) > 1:
        raise AblationError(
            "A strategy is chosen for one model, from rows on the same items.",
            advice="Choose for each model apart; simulated and live rows do not mix.",
        )
    priced = all(row.usd is not None for row in rows)

    def cost(row: Row) -> Decimal:
        return row.usd if priced and row.usd is not None else Decimal(row.tokens)

    best = min(rows, key=lambda row: (-row.accuracy, cost(row)))
    left = [row for row in rows if gain(best, row).low <= 0]
    chosen = min(left, key=lambda row: (cost(row), -row.accuracy))
    return Choice(strategy=chosen.strategy, reason=_reason(chosen, best))
    # task 10: end


def _reason(chosen: Row, best: Row) -> str:
    if chosen is best:
        return f"{best.strategy} is the most accurate, and nothing cheaper comes near it."
    found = gain(best, chosen)
    return (
        f"{best.strategy} is {100 * found.points:.1f} points ahead, "
        f"95 % between {100 * found.low:.1f} and {100 * found.high:.1f}: not proven, and dearer."
    )


async def measure(
    items: Sequence[DeskItem],
    models: Mapping[str, ChatModel],
    prices: PriceList,
    *,
    strategies: Sequence[StrategyName] = STRATEGIES,
    setup: Setup | None = None,
    live: bool = False,
) -> tuple[Row, ...]:
    """Ask every item of every model in every way; one row for each model and strategy.

    An item whose model fails counts as wrong: what was asked stays in the denominator. A model
    that answers nothing at all raises its last error.
    """
    rows = []
    for name, model in models.items():
        for strategy in strategies:
            results = await _all(items, model, strategy, setup or Setup())
            rows.append(_row(name, strategy, items, results, prices, live=live))
    return tuple(rows)


async def _all(
    items: Sequence[DeskItem], model: ChatModel, strategy: StrategyName, setup: Setup
) -> list[tuple[Answered, float]]:
    slots = asyncio.Semaphore(AT_ONCE)
    failures: list[ModelError] = []

    async def one(item: DeskItem) -> tuple[Answered, float]:
        async with slots:
            with stopwatch() as watch:
                try:
                    answered = await BY_NAME[strategy](item, model, setup)
                except ModelError as error:
                    failures.append(error)
                    answered = Answered(text="", usage=Usage())
            return answered, watch.seconds

    results = await asyncio.gather(*map(one, items))
    if failures and len(failures) == len(items):
        raise failures[-1]
    return results


def _row(
    name: str,
    strategy: StrategyName,
    items: Sequence[DeskItem],
    results: Sequence[tuple[Answered, float]],
    prices: PriceList,
    *,
    live: bool,
) -> Row:
    answers = [answered for answered, _ in results]
    usage = sum((answered.usage for answered in answers), Usage())
    return Row(
        model=name,
        strategy=strategy,
        live=live,
        right=tuple(
            is_right(item, answered.text) for item, answered in zip(items, answers, strict=True)
        ),
        answers=tuple(answered.text for answered in answers),
        usage=usage,
        usd=prices.cost(name, usage),
        p95_s=percentile([seconds for _, seconds in results], 0.95),
    )


def is_right(item: DeskItem, answer: str) -> bool:
    """Tell whether an answer is right: one of those accepted, or a sentence that ends in one."""
    given = [answer, read_out(answer)]
    if item.kind == "refund" and _to_the_cent(item.accepted, given):
        return True
    return not {*map(normalised, item.accepted)}.isdisjoint(map(normalised, given))


def _to_the_cent(wanted: Iterable[str], given: Iterable[str]) -> bool:
    """Compare amounts, since a sum may come unrounded."""
    amounts = [
        [float(text) for text in texts if PLAIN.fullmatch(text)] for texts in (wanted, given)
    ]
    return any(abs(left - right) <= CENT for left in amounts[0] for right in amounts[1])


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that a ``share`` of the values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def shots_of(pairs: Sequence[tuple[str, str]]) -> tuple[Example, ...]:
    """Make examples of texts and their answers."""
    return tuple(Example(text=text, answer=answer) for text, answer in pairs)


async def ablation(
    items: Sequence[DeskItem],
    shots: Sequence[tuple[str, str]],
    models: Mapping[str, ChatModel],
    strategies: Sequence[StrategyName] = STRATEGIES,
) -> tuple[Row, ...]:
    """Measure simulated models at their published prices."""
    prices = PriceList(own=simulated_prices())
    setup = Setup(shots=shots_of(shots))
    return await measure(items, models, prices, strategies=strategies, setup=setup)
