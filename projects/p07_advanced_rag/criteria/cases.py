"""Worlds as plain data, and what several criteria do with them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from shared.criteria import DatabaseHandle, EmbedderHandle, Subject, fact
from shared.world.asking import Question
from shared.world.model import Document
from shared.world.world import draw as draw_world

Json: TypeAlias = dict[str, Any]
Span: TypeAlias = tuple[int, int]
MINILM, STATIC = EmbedderHandle(), EmbedderHandle(variant="static")
QUESTIONS = 60


def plain(document: Document) -> Json:
    """Write a document of the world as the project's plain data."""
    attributes = {
        "language": document.language,
        "title": document.title,
        "kind": document.kind,
        "tenant": document.brand or "farol",
        "sku": document.sku or "",
    }
    return {"id": document.id, "text": document.text, "attributes": attributes}


@dataclass(frozen=True)
class Asked:
    """A question with the places that answer it."""

    id: str
    kind: str
    text: str
    evidence: tuple[tuple[str, Span], ...]


def asked(questions: Iterable[Question], kind: str, count: int) -> list[Asked]:
    """Take questions of one kind that a document in their own language answers in one step."""
    fitting = (
        Asked(
            question.id,
            kind,
            question.text,
            tuple((e.document_id, e.span) for e in question.hops[0].evidence),
        )
        for question in questions
        if question.kind == kind and len(question.hops) == 1 and not question.crosses_languages
    )
    return [question for question, _ in zip(fitting, range(count), strict=False)]


def rank(hits: Sequence[Json], evidence: Sequence[tuple[str, Span]]) -> int | None:
    """Find the first hit that holds a whole piece of evidence."""
    for place, hit in enumerate(hits):
        for document, (start, end) in evidence:
            if hit["document_id"] == document and hit["start"] <= start and end <= hit["end"]:
                return place
    return None


async def ingest(
    subject: Subject, label: str, documents: Sequence[Json], *, headers: bool = False
) -> None:
    """Cut documents and put them into the database of that label."""
    passages = await subject.call(
        "chunking.chunk_documents",
        returns=list[Json],
        documents=list(documents),
        embedder=MINILM,
        headers=headers,
    )
    await subject.call(
        "index.store",
        returns=dict[str, int],
        pool=DatabaseHandle(label=label),
        embedder=MINILM,
        documents=list(documents),
        passages=passages,
    )


async def look(
    subject: Subject, label: str, query: str, method: str = "hybrid", limit: int = 20
) -> list[Json]:
    """Search the database of that label."""
    return await subject.call(
        "index.search",
        returns=list[Json],
        pool=DatabaseHandle(label=label),
        embedder=MINILM,
        queries=[query],
        method=method,
        limit=limit,
    )


def within(ranks: Iterable[int | None], depth: int) -> list[bool]:
    """Say of each question whether its answer is among the first ``depth``."""
    return [place is not None and place < depth for place in ranks]


def gains(ranks: Iterable[int | None]) -> list[float]:
    """Discount each question's answer by its place: nDCG@10 with one right answer."""
    return [0.0 if p is None or p >= 10 else 1 / math.log2(p + 2) for p in ranks]


@fact(timeout_s=240)
async def shelf(subject: Subject, seed: int) -> str:
    """Put the world's documents into a database; the fact is its label."""
    documents = [plain(d) for d in draw_world(seed).documents]
    await ingest(subject, "shelf", documents, headers=True)
    return "shelf"
