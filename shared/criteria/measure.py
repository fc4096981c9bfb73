"""Numbers with intervals, and the cases behind them.

Shares carry Wilson's score interval (Wilson 1927), means a percentile bootstrap over clusters
(Efron 1979), both at 95 %. Neither assumes a normal distribution, which small samples do not have.
"""

import math
import random
from collections.abc import Hashable, Iterable, Sequence
from typing import Literal, TypeAlias

from shared.llm.messages import Frozen

Z_95 = 1.959963984540054
RESAMPLES = 1_000
SHOWN_FAILURES = 20

Unit: TypeAlias = Literal["share", "count", "ratio", "points", "score", "usd", "tokens", "calls"]


class Failure(Frozen):
    """One case that went wrong: what was expected, what came, and the failure mode's name."""

    case: str
    expected: str = ""
    actual: str = ""
    mode: str = ""


class Measured(Frozen):
    """A value over ``n`` cases, with a 95 % interval where one makes sense."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int
    unit: Unit = "share"
    failures: tuple[Failure, ...] = ()


def share(passed: Iterable[bool], *, failures: Sequence[Failure] = ()) -> Measured:
    """Measure how many of the cases passed; no case at all is NaN, which reaches no threshold."""
    outcomes = tuple(passed)
    if not outcomes:
        return Measured(value=math.nan, n=0)
    low, high = wilson(sum(outcomes), len(outcomes))
    return Measured(
        value=sum(outcomes) / len(outcomes),
        low=low,
        high=high,
        n=len(outcomes),
        failures=tuple(failures[:SHOWN_FAILURES]),
    )


def amount(
    value: float, *, n: int, unit: Unit = "count", failures: Sequence[Failure] = ()
) -> Measured:
    """Report a number that is no average: a count of errors, a difference, a cost."""
    return Measured(value=value, n=n, unit=unit, failures=tuple(failures[:SHOWN_FAILURES]))


def mean(
    values: Sequence[float],
    *,
    unit: Unit = "score",
    clusters: Sequence[Hashable] | None = None,
    failures: Sequence[Failure] = (),
) -> Measured:
    """Average ``values``; cases of one cluster (a document, a dialogue) are resampled together."""
    if not values:
        return Measured(value=math.nan, n=0, unit=unit)
    low, high = bootstrap(values, clusters)
    return Measured(
        value=math.fsum(values) / len(values),
        low=low,
        high=high,
        n=len(values),
        unit=unit,
        failures=tuple(failures[:SHOWN_FAILURES]),
    )


def paired_gain(
    better: Sequence[float],
    worse: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
) -> Measured:
    """Average the differences case by case, in points; an interval over 0 means a real gain."""
    differences = [high - low for high, low in zip(better, worse, strict=True)]
    return mean(differences, unit="points", clusters=clusters)


def wilson(passed: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Bound a share by Wilson's score interval.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    p, spread = passed / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    margin = z * math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - margin), min(1.0, centre + margin)


def bootstrap(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None
) -> tuple[float, float]:
    """Bound a mean by resampling whole clusters; the same values always give the same bounds."""
    groups: dict[Hashable, list[float]] = {}
    for index, value in enumerate(values):
        groups.setdefault(index if clusters is None else clusters[index], []).append(value)
    totals = [(math.fsum(group), len(group)) for group in groups.values()]
    draw = random.Random(len(values))
    means = sorted(_resampled_mean(totals, draw) for _ in range(RESAMPLES))
    return means[int(RESAMPLES * 0.025)], means[int(RESAMPLES * 0.975) - 1]


def _resampled_mean(totals: Sequence[tuple[float, int]], draw: random.Random) -> float:
    picked = draw.choices(totals, k=len(totals))
    return math.fsum(total for total, _ in picked) / sum(count for _, count in picked)
