"""4: questions by code and in other words find their passage, and fusion beats its best half."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from shared.criteria import Level, Measured, Subject, criterion, fact, paired_gain, share
from shared.world.asking import Question
from shared.world.questions import draw_questions
from shared.world.stream import Stream
from shared.world.world import draw as draw_world

from .cases import Asked, asked, gains, look, rank, within

METHODS = ("bm25", "dense", "hybrid")
ROUNDS = 4
EACH = 100
Ranks: TypeAlias = dict[str, list[int | None]]


def many_questions(seed: int) -> Iterator[Question]:
    """Ask about the same documents several times over: other facts, or the same in other words."""
    world = draw_world(seed)
    yield from world.questions
    for turn in range(1, ROUNDS):
        for question in draw_questions(Stream(seed, "p07 questions", turn), world.library):
            yield question.model_copy(update={"id": f"{turn}{question.id}"})


def drawn(seed: int, kind: str) -> list[Asked]:
    """Take questions of one kind, no wording twice."""
    distinct = {question.text: question for question in many_questions(seed)}
    return asked(distinct.values(), kind, EACH)


@fact(timeout_s=240)
async def identifier_ranks(subject: Subject, seed: int, shelf: str) -> Ranks:
    """Ask for things by their names and codes."""
    return await ranked(subject, shelf, drawn(seed, "identifier"))


@fact(timeout_s=240)
async def paraphrase_ranks(subject: Subject, seed: int, shelf: str) -> Ranks:
    """Ask for things in other words than the documents'."""
    return await ranked(subject, shelf, drawn(seed, "paraphrase"))


async def ranked(subject: Subject, label: str, questions: Sequence[Asked]) -> Ranks:
    """Rank every question by every method."""
    return {
        method: [
            rank(await look(subject, label, question.text, method, 10), question.evidence)
            for question in questions
        ]
        for method in METHODS
    }


# 201 to 205: 0.97 at the lowest; less 0.05.
@criterion("P07.4a", level=Level.ROBUST, at_least=0.92)
def identifiers_are_found(identifier_ranks: Ranks) -> Measured:
    """Questions that name a code or a product and find its passage among the first five.

    Vectors blur rare names; words do not. Fuse both.
    """
    return share(within(identifier_ranks["hybrid"], 5))


# 201 to 205: 0.89 at the lowest; less 0.09, for a hundred questions.
@criterion("P07.4b", level=Level.ROBUST, at_least=0.8)
def paraphrases_are_found(paraphrase_ranks: Ranks) -> Measured:
    """Questions in other words than the document's that find its passage among the first five.

    Words miss synonyms; vectors do not. Fuse both.
    """
    return share(within(paraphrase_ranks["hybrid"], 5))


# 201 to 205: 0.013 at the lowest, with intervals of ±0.02; -0.006 on one of five more; less 0.009.
# Fusion by rank loses 0.05 to 0.09; either half alone gains 0 and fails P07.4a or P07.4b.
@criterion("P07.4c", level=Level.ROBUST, at_least=-0.015)
def fusion_beats_its_best_half(
    seed: int, identifier_ranks: Ranks, paraphrase_ranks: Ranks
) -> Measured:
    """Points of nDCG@10 that fusion gains over its better half, both kinds alike in number.

    Ranks forget how sure a list was: beside a noisy half, fusion by rank loses. Add normalised
    scores, so that a list with one clear winner counts for more than one with many alike.
    """
    kinds = {"identifier": identifier_ranks, "paraphrase": paraphrase_ranks}
    count = min(len(ranks["hybrid"]) for ranks in kinds.values())
    together = {
        method: [gain for ranks in kinds.values() for gain in gains(ranks[method][:count])]
        for method in METHODS
    }
    best = max(("bm25", "dense"), key=lambda method: sum(together[method]))
    about = [question.evidence for kind in kinds for question in drawn(seed, kind)[:count]]
    return paired_gain(together["hybrid"], together[best], clusters=about)
