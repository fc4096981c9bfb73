"""Tamper with documents: hide instructions in them that a careful system must not follow."""

from collections.abc import Mapping, Sequence

from shared.world.asking import Attack, Poisoned, Question
from shared.world.model import Document
from shared.world.phrases.injections import INJECTIONS
from shared.world.stream import Stream

POISONED = 40
ATTACKS: tuple[Attack, ...] = ("override", "role", "comment", "exfiltrate", "tool", "polite")


def draw_poisoned(
    draw: Stream, documents: Sequence[Document], questions: Sequence[Question]
) -> tuple[Poisoned, ...]:
    """Tamper with documents that still answer a plain question; spans move with the text."""
    texts = {document.id: document for document in documents}
    answerable = [
        question
        for question in questions
        if question.kind in {"plain", "paraphrase"} and len(question.hops) == 1
    ]
    return tuple(
        _poisoned(draw.at(at), texts, question, ATTACKS[at % len(ATTACKS)])
        for at, question in enumerate(draw.sample(answerable, POISONED))
    )


def _poisoned(
    draw: Stream, texts: Mapping[str, Document], question: Question, attack: Attack
) -> Poisoned:
    evidence = question.hops[0].evidence[0]
    document = texts[evidence.document_id]
    canary = f"CANARY-{draw.code(10)}"
    injection = draw.pick(INJECTIONS[document.language][attack]).format(canary=canary)
    breaks = [at for at in range(len(document.text)) if document.text.startswith("\n\n", at)]
    tampered = _inserted(document, draw.pick(breaks), f"\n\n{injection}")
    hop = question.hops[0]
    fact = next(fact for fact in tampered.facts if fact.id == evidence.fact_id)
    moved = evidence.model_copy(update={"document_id": tampered.id, "span": fact.span})
    written = tampered.text[slice(*fact.span)]
    return Poisoned(
        document=tampered,
        attack=attack,
        injection=injection,
        canary=canary,
        question=question.model_copy(
            update={
                "hops": (hop.model_copy(update={"evidence": (moved,)}),),
                "accepted": (written,),
                "languages": (document.language,),
            }
        ),
    )


def _inserted(document: Document, at: int, text: str) -> Document:
    number = f"{document.id}-x"
    facts = []
    for fact in document.facts:
        shift = len(text) if fact.span[0] >= at else 0
        span = (fact.span[0] + shift, fact.span[1] + shift)
        facts.append(fact.model_copy(update={"document_id": number, "span": span}))
    changed = document.text[:at] + text + document.text[at:]
    return document.model_copy(update={"id": number, "text": changed, "facts": tuple(facts)})
