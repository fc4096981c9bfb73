"""The index as a llama-index retriever, for those whose pipeline is built with that library.

Importing llama-index takes seconds, so nothing else here imports this module.
"""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from projects.p07_advanced_rag.index import Pool
from projects.p07_advanced_rag.passages import Hit, RetrievalError
from projects.p07_advanced_rag.retrieve import find
from shared.embeddings.model import Embedder
from shared.llm.model import ChatModel


class HybridRetriever(BaseRetriever):
    """Retrieves with ``find``; each node keeps its document and its place in it."""

    def __init__(
        self, pool: Pool, embedder: Embedder, *, model: ChatModel | None = None, limit: int = 10
    ) -> None:
        super().__init__()
        self._pool = pool
        self._embedder = embedder
        self._model = model
        self._limit = limit

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = await find(
            query_bundle.query_str,
            self._pool,
            self._embedder,
            model=self._model,
            limit=self._limit,
        )
        return [as_node(hit) for hit in hits]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        raise RetrievalError(
            f"There is no synchronous search ({query_bundle.query_str[:40]!r}).",
            advice="Await aretrieve instead of calling retrieve.",
        )


def as_node(hit: Hit) -> NodeWithScore:
    """Write a hit as a node: the same text, with its offsets in the document."""
    node = TextNode(
        id_=f"{hit.document_id}:{hit.start}-{hit.end}",
        text=hit.text,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata={"document_id": hit.document_id, **hit.attributes},
    )
    return NodeWithScore(node=node, score=hit.score)
