"""The index serves a llama-index pipeline, with offsets kept."""

import pytest
from llama_index.core.schema import TextNode

from projects.p07_advanced_rag import index
from projects.p07_advanced_rag.llama import HybridRetriever
from projects.p07_advanced_rag.passages import Document, Passage, RetrievalError
from shared.embeddings.fakes import FakeEmbedder
from shared.postgres.database import Pool

pytestmark = pytest.mark.anyio


async def test_nodes_keep_their_place_in_the_document(pool: Pool, embedder: FakeEmbedder) -> None:
    text = "Intro. A blue kettle."
    part = Passage(
        document_id="d", start=7, end=21, text=text[7:], semantic=text[7:], english=text[7:]
    )
    await index.store(pool, embedder, [Document(id="d", text=text)], [part])

    found = await HybridRetriever(pool, embedder).aretrieve("blue kettle")

    node = found[0].node
    assert isinstance(node, TextNode)
    assert text[node.start_char_idx : node.end_char_idx] == node.text == "A blue kettle."


async def test_a_synchronous_call_is_refused(pool: Pool, embedder: FakeEmbedder) -> None:
    with pytest.raises(RetrievalError, match="aretrieve"):
        HybridRetriever(pool, embedder).retrieve("question")
