"""7: reranking brings answers up, always in the same way, and not when there is no time."""

import random
from dataclasses import dataclass

from shared.criteria import Level, Measured, Subject, criterion, fact, paired_gain, share
from shared.world.world import draw as draw_world

from .cases import MINILM, Asked, Json, asked, gains, look, rank

EACH = 15
CANDIDATES = 50


@dataclass(frozen=True)
class Reranked:
    """Where the answer stood before reranking and after."""

    before: int | None
    after: int | None


@dataclass(frozen=True)
class Kept:
    """Which promises reranking kept for one question."""

    stable: bool
    skipped: bool
    bounded: bool


def mixed(seed: int) -> list[Asked]:
    """Take questions of three kinds."""
    questions = draw_world(seed).questions
    kinds = ("plain", "paraphrase", "identifier")
    return [question for kind in kinds for question in asked(questions, kind, EACH)]


@fact(timeout_s=240)
async def reranked(subject: Subject, seed: int, shelf: str) -> list[Reranked]:
    """Rerank fifty candidates that vectors found."""
    results = []
    for question in mixed(seed):
        hits = await look(subject, shelf, question.text, "dense", CANDIDATES)
        order = await rerank(subject, question.text, hits)
        before, after = (rank(found, question.evidence) for found in (hits, order))
        results.append(Reranked(before, after))
    return results


@fact(timeout_s=240)
async def kept(subject: Subject, seed: int, shelf: str) -> list[Kept]:
    """Rerank candidates in reverse too, in no time, and too many of them."""
    texts = [question.text for question in mixed(seed)[::4]]
    found = {t: await look(subject, shelf, t, "dense", CANDIDATES + 10) for t in texts}
    ways = [(text, way) for text in texts for way in ("few", "turned", "hurried", "many")]
    hasty = random.Random(f"{seed}/kept")  # in a millisecond nobody reads fifty
    hasty.shuffle(ways)  # remembering the last call is no help
    orders: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for text, way in ways:
        few = found[text][:CANDIDATES]
        hits = {"turned": few[::-1], "many": found[text]}.get(way, few)
        budget_s = hasty.choice((0.0, 0.001)) if way == "hurried" else 60.0
        orders[text, way] = places(await rerank(subject, text, hits, budget_s))
    return [
        Kept(
            stable=orders[text, "few"] == orders[text, "turned"],
            skipped=orders[text, "hurried"] == places(found[text][:CANDIDATES]),
            bounded=orders[text, "many"][CANDIDATES:] == places(found[text][CANDIDATES:]),
        )
        for text in texts
    ]


async def rerank(
    subject: Subject, query: str, hits: list[Json], budget_s: float = 60.0
) -> list[Json]:
    """Rerank hits within a budget."""
    return await subject.call(
        "retrieve.rerank",
        returns=list[Json],
        queries=[query],
        hits=hits,
        embedder=MINILM,
        budget_s=budget_s,
    )


def places(hits: list[Json]) -> list[tuple[str, int]]:
    """List where hits are, in order."""
    return [(hit["document_id"], hit["start"]) for hit in hits]


# 201 to 205: 0.101 at the lowest, and 0.026 on one of five more; less 0.016. The order as it is: 0.
@criterion("P07.7a", level=Level.ROBUST, at_least=0.01)
def reranking_brings_answers_up(reranked: list[Reranked]) -> Measured:
    """Points of nDCG@10 that reranking gains over the order of the vectors.

    Compare token by token: one vector for a whole passage averages away the word that matters.
    """
    return paired_gain(gains(r.after for r in reranked), gains(r.before for r in reranked))


@criterion("P07.7b", level=Level.ROBUST, at_least=1.0)
def reranking_does_not_depend_on_the_order_of_arrival(kept: list[Kept]) -> Measured:
    """Questions whose candidates end in one order, however they came.

    Break equal scores by something of their own, such as document and place.
    """
    return share(k.stable for k in kept)


@criterion("P07.7c", level=Level.ROBUST, at_least=1.0)
def reranking_keeps_to_its_budget(kept: list[Kept]) -> Measured:
    """Questions whose order stays as it was without time, and beyond the fiftieth candidate."""
    return share(k.skipped and k.bounded for k in kept)
