"""8: every sentence mapped back to the characters it came from, or nothing said."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ModelHandle,
    Subject,
    amount,
    criterion,
    fact,
    share,
)
from shared.world.model import Document
from shared.world.world import draw as draw_world

from .cases import Json, asked, look

UNANSWERABLE = 30
LONGEST_QUOTE = 4
"""Times the sentence itself: room for whole lines and paragraphs of one or two sentences more."""
Kind: TypeAlias = Literal["verbatim", "number changed", "negated", "foreign"]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Claim:
    """A sentence put to the learner with the passage it may rest on, and what came back."""

    text: str
    kind: Kind
    source: str
    sentences: tuple[Json, ...]


@fact(timeout_s=60)
async def claims(subject: Subject, seed: int) -> list[Claim]:
    """Put true and falsified sentences to the learner, each with the document it is about."""
    draw = random.Random(seed)
    cases: list[tuple[str, Kind, Document]] = []
    documents = [d for d in draw_world(seed).documents if d.language == "en"]
    for document, other in pairwise(documents[:25]):
        true = draw.choice(list(sentences_with_numbers(document.text)) or ["Nothing is said."])
        number = NUMBER.search(true)
        foreign = next(iter(sentences_with_numbers(other.text)), "It melts at 4711 degrees.")
        versions: list[tuple[str, Kind]] = [
            (true, "verbatim"),
            (
                true.replace(number.group(), str(draw.randrange(5_000, 9_999)), 1)
                if number
                else "",
                "number changed",
            ),
            (
                re.sub(r"\b(is|takes|lasts|weighs|has|are|needs)\b", r"\1 not", true, count=1),
                "negated",
            ),
            (foreign, "foreign"),
        ]
        for text, kind in versions:
            if (kind == "foreign" and text in document.text) or (
                kind == "negated" and text == true
            ):
                continue
            dressed = text[:1].lower() + text[1:] + " [1]" if draw.random() < 0.5 else text
            cases.append((dressed, kind, document))
    draw.shuffle(cases)  # so that counting calls tells nothing
    results = []
    for text, kind, document in cases:
        answer = await subject.call(
            "answer.ground", returns=Json, written=text, hits=[as_hit(document)]
        )
        results.append(Claim(text, kind, document.text, tuple(answer["sentences"])))
    return results


def sentences_with_numbers(text: str) -> Iterator[str]:
    """Yield plain sentences that state a number."""
    for line in text.splitlines():
        if line[:1].isalpha():
            for sentence in re.findall(r"[A-Z](?:[^.!?:|()]|\.(?=\d)){20,160}\.(?=\s|$)", line):
                if NUMBER.search(sentence):
                    yield sentence


def as_hit(document: Document) -> Json:
    """Write a whole document as a hit."""
    text = document.text
    scores = {"score": 1.0, "cosine": 1.0, "lexical": 1.0, "attributes": {}}
    place = {"document_id": document.id, "start": 0, "end": len(text)}
    return {**place, "text": text, "semantic": text[:200], **scores}


# 201 to 205: 1.0; less 0.05.
@criterion("P07.8a", level=Level.SENIOR, at_least=0.95)
def citations_are_right(claims: list[Claim]) -> Measured:
    """Citations that quote their document verbatim and support a sentence that is true.

    A sentence whose number or negation differs from its source is not supported by it. A quote is
    the passage that supports the sentence, not the document around it.
    """
    cited = [(claim, c) for claim in claims for s in claim.sentences for c in s["citations"]]
    right = [
        claim.kind == "verbatim"
        and claim.source[c["start"] : c["end"]] == c["quote"]
        and len(c["quote"]) <= LONGEST_QUOTE * len(claim.text)
        for claim, c in cited
    ]
    failures = [
        Failure(case=claim.text, actual=c["quote"], mode=claim.kind)
        for (claim, c), good in zip(cited, right, strict=True)
        if not good
    ]
    return share(right, failures=failures)


# 201 to 205: 1.0; less 0.1.
@criterion("P07.8b", level=Level.SENIOR, at_least=0.9)
def true_sentences_are_cited(claims: list[Claim]) -> Measured:
    """True sentences that come back with a citation."""
    true = [claim for claim in claims if claim.kind == "verbatim"]
    failures = [Failure(case=c.text) for c in true if not c.sentences]
    return share((bool(claim.sentences) for claim in true), failures=failures)


@dataclass(frozen=True)
class Answered:
    """A question that can be answered or not, and whether the answer abstained."""

    text: str
    answerable: bool
    abstained: bool


@fact(timeout_s=240)
async def answered(subject: Subject, seed: int, shelf: str) -> list[Answered]:
    """Ask thirty questions that the documents answer, and thirty that they do not."""
    world = draw_world(seed)
    can = asked(world.questions, "plain", UNANSWERABLE)
    cannot = [q for q in world.questions if q.kind == "unanswerable"][:UNANSWERABLE]
    results = []
    cases = [(q.text, True) for q in can] + [(q.text, False) for q in cannot]
    random.Random(f"{seed}/answered").shuffle(cases)  # so that counting calls tells nothing
    for text, answerable in cases:
        answer = await subject.call(
            "answer.answer",
            returns=Json,
            question=text,
            hits=await look(subject, shelf, text, limit=5),
            model=ModelHandle(),
        )
        results.append(Answered(text, answerable, abstained=not answer["sentences"]))
    return results


# 201 to 205: 0.776 at the lowest; less 0.076. Never abstaining scores 0, always 0.67.
@criterion("P07.8c", level=Level.SENIOR, at_least=0.7)
def what_nothing_answers_is_not_answered(answered: list[Answered]) -> Measured:
    """F1 of abstaining, over questions that the documents answer and as many that they do not."""
    right = sum(a.abstained and not a.answerable for a in answered)
    wrong = sum(a.abstained is a.answerable for a in answered)
    failures = [
        Failure(case=a.text, mode="abstained" if a.abstained else "answered")
        for a in answered
        if a.abstained is a.answerable
    ]
    f1 = 2 * right / (2 * right + wrong) if right else 0.0
    return amount(f1, n=len(answered), unit="score", failures=failures)
