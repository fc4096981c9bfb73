from pathlib import Path

import numpy as np
import pytest

from shared.embeddings.archive import Known
from shared.embeddings.compact import (
    CompactTokenEmbedder,
    CompactTokens,
    Projection,
    compress,
    expand,
    merge,
)
from shared.embeddings.fakes import FakeEmbedder
from shared.embeddings.late_interaction import max_sim, quantise_directions, unit_rows
from shared.embeddings.minilm import MiniLM
from shared.embeddings.shipped import ShippedVectors
from shared.errors import ConfigurationError, EmbeddingError

pytestmark = pytest.mark.anyio

TEXTS = ["red kettle boils", "blue lamp", "green radio plays loud music", "lamp"]


async def test_shipped_documents_are_looked_up_and_only_others_embedded() -> None:
    shipped = await CompactTokens.build(FakeEmbedder(), TEXTS)
    inner = FakeEmbedder()

    documents = await CompactTokenEmbedder(inner, shipped).embed_documents(["new text", *TEXTS])

    assert inner.seen == ["new text"]
    assert [len(rows) for rows in documents] == [1, 1, 1, 2, 1]


async def test_a_document_scores_alike_whether_it_was_shipped_or_not() -> None:
    model = FakeEmbedder(dimensions=32)
    shipped = await CompactTokens.build(model, TEXTS)
    nothing = CompactTokens(
        Known(model.name, "error", ()),
        shipped.projection,
        np.zeros(1, np.int64),
        shipped.codes[:0],
    )

    looked_up = await CompactTokenEmbedder(model, shipped).embed_documents(TEXTS)
    embedded = await CompactTokenEmbedder(model, nothing).embed_documents(TEXTS)

    for some, others in zip(looked_up, embedded, strict=True):
        np.testing.assert_array_equal(some, others)


async def test_the_document_that_answers_scores_highest(int8: MiniLM) -> None:
    documents = [
        "heapq.heappop: Pop the smallest item off the heap.",
        "bisect.insort: Insert item x in list a, and keep it sorted.",
        "shutil.rmtree: Recursively delete a directory tree.",
        "json.dumps: Serialize an object to a JSON formatted string.",
    ]
    compact = CompactTokenEmbedder(int8, await CompactTokens.build(int8, documents))

    query = await compact.embed_query("how do I keep a list sorted while inserting?")
    scores = max_sim(query, await compact.embed_documents(documents))

    assert scores.argmax() == 1


async def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    shipped = await CompactTokens.build(FakeEmbedder(), TEXTS)

    shipped.save(tmp_path / "tokens.npz")
    loaded = CompactTokens.load(tmp_path / "tokens.npz")

    assert loaded.known == shipped.known
    np.testing.assert_array_equal(loaded.codes, shipped.codes)
    np.testing.assert_array_equal(loaded.starts, shipped.starts)
    np.testing.assert_allclose(loaded.projection.axes, shipped.projection.axes, atol=1e-3)


async def test_a_file_of_text_vectors_is_not_taken_for_one_of_tokens(tmp_path: Path) -> None:
    (await ShippedVectors.build(FakeEmbedder(), TEXTS)).save(tmp_path / "vectors.npz")

    with pytest.raises(ConfigurationError, match="it holds text vectors, format 1, not token"):
        CompactTokens.load(tmp_path / "vectors.npz")


async def test_a_cut_document_never_stands_for_the_whole() -> None:
    model = FakeEmbedder(max_tokens=2)
    shipped = await CompactTokens.build(model, ["one two three"], overflow="truncate")

    with pytest.raises(EmbeddingError):
        await CompactTokenEmbedder(model, shipped).embed_documents(["one two three"])


async def test_tokens_of_another_model_are_refused() -> None:
    shipped = await CompactTokens.build(FakeEmbedder(name="one"), TEXTS)

    with pytest.raises(ConfigurationError, match="are of one, the embedder is two"):
        CompactTokenEmbedder(FakeEmbedder(name="two"), shipped)


def test_four_bits_keep_the_direction() -> None:
    rows = np.random.default_rng(1).standard_normal((2, 128)).astype(np.float32)
    pair = np.repeat(rows, 2, axis=0)  # merging equal rows changes nothing

    kept = unit_rows(expand(compress(pair)))

    assert (kept * unit_rows(rows)).sum(axis=1).min() > 0.98


def test_merging_joins_the_nearest_rows_and_weighs_them_by_their_members() -> None:
    rows = np.array([[1, 0], [0, 1], [1, 0], [1, 0.1]], np.float32)

    merged = merge(rows, 2)

    np.testing.assert_allclose(merged, unit_rows(np.array([[3, 0.1], [0, 1]], np.float32)))


def test_a_single_token_is_never_merged_away() -> None:
    assert merge(np.ones((1, 4), np.float32), 0).shape == (1, 4)


def test_a_projection_keeps_the_axes_that_vary_and_drops_the_shared_mean() -> None:
    generator = np.random.default_rng(2)
    varying = generator.standard_normal((200, 2)) * 0.3
    rows = np.hstack([varying, np.ones((200, 1)), np.zeros((200, 1))]).astype(np.float32)

    projected = Projection.fit([quantise_directions(rows)], 2).apply(quantise_directions(rows))

    assert np.abs(projected.mean(axis=0)).max() < 1e-3
    assert projected.var(axis=0).sum() == pytest.approx(unit_rows(rows).var(axis=0).sum(), rel=0.1)
