"""Measure retrieval over the standard library: every way of looking, side by side, in one run."""

import math
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from importlib import resources
from typing import Literal, TypeAlias

from projects.p07_advanced_rag import index
from projects.p07_advanced_rag.passages import Hit
from projects.p07_advanced_rag.retrieve import CANDIDATES, queries_for, rerank
from projects.p07_advanced_rag.stdlib_index import Library
from shared.criteria.measure import Measured, mean
from shared.llm.messages import Frozen
from shared.llm.model import ChatModel

SETS = ("tune", "held_out", "independent")
DEPTH = 10
Ranking: TypeAlias = list[str]


class Question(Frozen):
    """A question with the symbols any of which answers it."""

    id: str
    language: Literal["en", "pt"]
    kind: Literal["natural", "paraphrased"]
    query: str
    expected: tuple[str, ...]


class Row(Frozen):
    """One way of looking: what share of the questions it answered, and how high."""

    method: str
    recall_1: Measured
    recall_5: Measured
    recall_10: Measured
    mrr: Measured
    ndcg_10: Measured


def read_questions(which: str) -> list[Question]:
    """Read a set: one to tune on, one held back, one by somebody who had not seen the engine."""
    file = resources.files(__package__).joinpath(f"questions/{which}.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Question.model_validate_json(line) for line in lines]


def score(method: str, ranks: Sequence[int | None]) -> Row:
    """Turn the places (from 0) of the first right answers into the usual figures."""

    # task 10: begin
    def within(depth: int) -> Measured:
        return mean([float(rank is not None and rank < depth) for rank in ranks])

    return Row(
        method=method,
        recall_1=within(1),
        recall_5=within(5),
        recall_10=within(DEPTH),
        mrr=mean([0.0 if rank is None else 1 / (rank + 1) for rank in ranks]),
        ndcg_10=mean([0.0 if rank is None else 1 / math.log2(rank + 2) for rank in ranks]),
    )
    # task 10: end


def place(found: Sequence[str], expected: Iterable[str]) -> int | None:
    """Find the first right answer among the first ten."""
    right = set(expected)
    return next((at for at, name in enumerate(found[:DEPTH]) if name in right), None)


async def compare(
    questions: Sequence[Question], library: Library, bare: Library, model: ChatModel
) -> dict[str, list[int | None]]:
    """Rank every question in every way; returns the places of the right answers by method.

    ``bare`` is the index of the docstrings alone.
    """

    async def alone(method: index.Method, question: Question) -> list[Hit]:
        return await _look(library, [question.query], method)

    async def reranked(question: Question) -> list[Hit]:
        return await rerank(
            [question.query], await alone(index.Method.HYBRID, question), library.tokens
        )

    async def rewritten(question: Question, shelf: Library = library) -> list[Hit]:
        queries = await queries_for(question.query, model)
        found = await _look(shelf, queries, index.Method.HYBRID)
        return await rerank(queries, found, shelf.tokens)

    ways: dict[str, Callable[[Question], Awaitable[list[Hit]]]] = {
        "full text": lambda q: alone(index.Method.FULL_TEXT, q),
        "BM25": lambda q: alone(index.Method.BM25, q),
        "dense": lambda q: alone(index.Method.DENSE, q),
        "hybrid (dense and BM25, fused)": lambda q: alone(index.Method.HYBRID, q),
        "hybrid, reranked": reranked,
        "hybrid, reranked, rewritten": rewritten,
        "the same over docstrings alone": lambda q: rewritten(q, bare),
    }
    return {name: await _ranks(way, questions) for name, way in ways.items()}


async def _look(library: Library, queries: Sequence[str], method: index.Method) -> list[Hit]:
    return await index.search(
        library.pool,
        library.embedder,
        queries,
        method=method,
        limit=CANDIDATES,
        by_document=True,
    )


async def _ranks(
    way: Callable[[Question], Awaitable[list[Hit]]], questions: Sequence[Question]
) -> list[int | None]:
    return [
        place([hit.document_id for hit in await way(question)], question.expected)
        for question in questions
    ]


class Latency(Frozen):
    """Milliseconds of one step: the median and the 95th percentile."""

    step: str
    p50: float
    p95: float


async def time_steps(questions: Sequence[Question], library: Library) -> list[Latency]:
    """Time embedding, searching and reranking of each question, one at a time.

    Each gets a few characters of its own, so that no cache knows its vector. The token vectors of
    candidates are cached, as they are for everyone but the first to ask about a subject.
    """
    steps: dict[str, list[float]] = {"embed": [], "search": [], "rerank": []}
    for question in questions:
        query = f"{question.query} {secrets.token_hex(2)}"
        started = time.perf_counter()
        await library.embedder.embed([query], overflow="truncate")
        embedded = time.perf_counter()
        hits = await _look(library, [query], index.Method.HYBRID)
        found = time.perf_counter()
        await rerank([query], hits, library.tokens)
        done = time.perf_counter()
        steps["embed"].append(embedded - started)
        steps["search"].append(found - embedded)  # its vector comes from the cache by now
        steps["rerank"].append(done - found)
    return [_latency(step, seconds) for step, seconds in steps.items()]


def _latency(step: str, seconds: Sequence[float]) -> Latency:
    cuts = statistics.quantiles([s * 1000 for s in seconds], n=20)
    return Latency(step=step, p50=round(cuts[9], 1), p95=round(cuts[18], 1))


def table(rows: Iterable[Row]) -> str:
    """Write rows as a Markdown table, with 95 % bootstrap intervals."""
    head = "| method | recall@1 | recall@5 | recall@10 | MRR | nDCG@10 |\n|---|---|---|---|---|---|"
    lines = [
        f"| {row.method} | "
        + " | ".join(
            f"{m.value:.2f} [{m.low:.2f}, {m.high:.2f}]"
            for m in (row.recall_1, row.recall_5, row.recall_10, row.mrr, row.ndcg_10)
        )
        + " |"
        for row in rows
    ]
    return "\n".join([head, *lines])


def groups(questions: Sequence[Question]) -> dict[str, list[int]]:
    """Name the parts of a question set that are reported apart."""
    found: dict[str, list[int]] = {"all": list(range(len(questions)))}
    for at, question in enumerate(questions):
        found.setdefault(question.kind, []).append(at)
        found.setdefault(f"{question.kind}, {question.language}", []).append(at)
    return found


async def report(which: str, library: Library, bare: Library, model: ChatModel) -> str:
    """Measure one set of questions and write it up."""
    questions = read_questions(which)
    places = await compare(questions, library, bare, model)
    parts = [f"{len(questions)} questions, set {which}"]
    for name, chosen in groups(questions).items():
        rows = [score(m, [ranks[at] for at in chosen]) for m, ranks in places.items()]
        parts.append(f"\n{name} (n = {len(chosen)})\n\n{table(rows)}")
    steps = await time_steps(questions, library)
    parts.append("\n| step | p50 ms | p95 ms |\n|---|---|---|")
    parts += [f"| {step.step} | {step.p50} | {step.p95} |" for step in steps]
    return "\n".join(parts)
