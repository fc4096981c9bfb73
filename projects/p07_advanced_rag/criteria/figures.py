"""11: ranks turned into the figures that everybody means by these names."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from shared.criteria import Failure, Level, Measured, Subject, criterion, fact, share

from .cases import Json

DEPTH = 10
DOUBTFUL, SEVERAL = 0.2, 3
NARROWEST = 0.4
"""Of a share between 0.2 and 0.8 the 95 % interval of Wald is 1.57 / √n wide and more."""
Ranks: TypeAlias = list[int | None]


def drawn(seed: int) -> list[Ranks]:
    """Draw places of first right answers, some of them nowhere; the first are all or nothing."""
    draw = random.Random(seed)
    mixed = [
        [draw.choice((None, draw.randrange(DEPTH))) for _ in range(draw.randint(5, 40))]
        for _ in range(20)
    ]
    return [[0] * 7, [None] * 7, [9] * 7, *mixed]


def figures(ranks: Ranks) -> Mapping[str, float]:
    """Work the figures out, apart from the learner's code."""
    found = [rank for rank in ranks if rank is not None]
    within = {f"recall_{d}": sum(rank < d for rank in found) for d in (1, 5, DEPTH)}
    reciprocal = math.fsum(1 / (rank + 1) for rank in found)
    discounted = math.fsum(1 / math.log2(rank + 2) for rank in found)
    sums = {**within, "mrr": reciprocal, f"ndcg_{DEPTH}": discounted}
    return {name: total / len(ranks) for name, total in sums.items()}


@fact()
async def scored(subject: Subject, seed: int) -> list[tuple[Ranks, Json]]:
    """Let the learner turn drawn ranks into figures."""
    return [
        (ranks, await subject.call("evaluate.score", returns=Json, method="any", ranks=ranks))
        for ranks in drawn(seed)
    ]


# A definition, so no margin.
@criterion("P07.11", level=Level.ROBUST, at_least=1.0)
def figures_are_what_their_names_say(scored: Sequence[tuple[Ranks, Json]]) -> Measured:
    """Recall, MRR and nDCG that are right to the last digit, each with its interval.

    A question without a right answer among the first ten counts as zero, and stays in the mean.
    """
    rows = [
        (f"{name} of {ranks}"[:120], value, row.get(name) or {}, ranks)
        for ranks, row in scored
        for name, value in figures(ranks).items()
    ]
    right = [_is_right(value, said, ranks) for _, value, said, ranks in rows]
    failures = [
        Failure(case=case, expected=f"{value:.4f}", actual=str(said)[:120])
        for (case, value, said, _), good in zip(rows, right, strict=True)
        if not good
    ]
    return share(right, failures=failures)


def _is_right(value: float, said: Json, ranks: Ranks) -> bool:
    low, high, n = said.get("low"), said.get("high"), len(ranks)
    if low is None or high is None or said.get("n") != n:
        return False
    scattered = len(set(ranks)) > SEVERAL and DOUBTFUL < value < 1 - DOUBTFUL
    if scattered and high - low < NARROWEST / math.sqrt(n):
        return False  # so many questions do not tell it so exactly
    return math.isclose(said["value"], value, abs_tol=1e-9) and low - 1e-9 <= value <= high + 1e-9
