"""From a question to ranked passages: rewrite, look, fuse, rerank. Knows no SQL."""

from collections.abc import Sequence

from projects.p07_advanced_rag import index
from projects.p07_advanced_rag.passages import Hit, RawFilter, check_filter
from projects.p07_advanced_rag.rewrite import rewrite
from shared.embeddings.late_interaction import TokenEmbedder, max_sim
from shared.embeddings.model import Embedder
from shared.llm.model import ChatModel

CANDIDATES = 50
SECONDS_A_CANDIDATE = 0.004
"""What embedding one candidate's tokens costs on a slow core; seen ones cost nothing."""

MAX_SIM, LEXICAL, PRIOR = 1.0, 0.2, 0.06
"""Weights beside the cosine's 1, chosen on the tuning questions; see ``evaluate``."""


async def find(
    question: str,
    pool: index.Pool,
    embedder: Embedder,
    *,
    model: ChatModel | None = None,
    reranker: TokenEmbedder | None = None,
    history: Sequence[str] = (),
    filters: Sequence[RawFilter] = (),
    limit: int = 10,
    by_document: bool = False,
    budget_s: float = 1.0,
) -> list[Hit]:
    """Find what answers ``question``, best first.

    Both the question and its rewriting are looked for: a rewriting may only add. Without a model
    nothing is rewritten, without a reranker nothing is reranked.
    """
    checked = [check_filter(filter_) for filter_ in filters]
    queries = await queries_for(question, model, history)
    hits = await index.search(
        pool, embedder, queries, filters=checked, limit=CANDIDATES, by_document=by_document
    )
    if reranker is not None:
        hits = await rerank(queries, hits, reranker, budget_s=budget_s)
    return hits[:limit]


async def queries_for(
    question: str, model: ChatModel | None, history: Sequence[str] = ()
) -> list[str]:
    """List what to look for: the question, and its rewriting if that is another text."""
    if model is None:
        return [question]
    return list(dict.fromkeys([question, await rewrite(question, model, history)]))


async def rerank(
    queries: Sequence[str], hits: Sequence[Hit], embedder: TokenEmbedder, *, budget_s: float = 1.0
) -> list[Hit]:
    """Order ``hits`` anew by MaxSim over token vectors beside what the index knew of them.

    Reads at most ``CANDIDATES``, and none when that would exceed ``budget_s``. Equal scores keep
    the order of document ids, so the same question always gets the same answer.
    """
    # task 5: begin
    head, tail = list(hits[:CANDIDATES]), list(hits[CANDIDATES:])
    if not head or len(head) * SECONDS_A_CANDIDATE > budget_s:
        return list(hits)
    asked = await embedder.embed_tokens(list(queries), overflow="truncate")
    told = await embedder.embed_tokens([_gist(hit) for hit in head], overflow="truncate")
    closeness = [max(column) for column in zip(*(max_sim(q, told) for q in asked), strict=True)]
    scored = [
        hit.model_copy(update={"score": _score(hit, float(near))})
        for hit, near in zip(head, closeness, strict=True)
    ]
    return sorted(scored, key=lambda hit: (-round(hit.score, 6), hit.document_id, hit.start)) + tail
    # task 5: end


def _gist(hit: Hit) -> str:
    """What a reader needs to see of a passage to judge it."""
    return hit.attributes.get("gist", hit.semantic)


def _score(hit: Hit, near: float) -> float:
    prior = float(hit.attributes.get("weight", 0))
    return hit.cosine + MAX_SIM * near + LEXICAL * hit.lexical + PRIOR * prior
