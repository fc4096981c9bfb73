import asyncio
import statistics
import threading
from inspect import getdoc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from shared.embeddings.architecture import MAX_TOKENS
from shared.embeddings.minilm import MiniLM, batches, load_minilm
from shared.embeddings.model import Embedder
from shared.embeddings.reference import ReferenceMiniLM
from shared.embeddings.weights import find_model_files, graph_name
from shared.embeddings.wordpieces import WordPieces
from shared.errors import EmbeddingError
from shared.settings import read_settings

pytestmark = pytest.mark.anyio

TEXTS = [
    "bisect.insort(a, x): insert x in a, and keep it sorted.",
    "Return the order number.",
    "",
    "Não recebi o pedido nº 48213; quero o dinheiro de volta!",
    "The quick brown fox jumps over the lazy dog. " * 12,
    "日本語のテキスト 🙂 1234567890",
    "def read(path: Path) -> str: return path.read_text()",
    "warranty",
]


@pytest.fixture(scope="session")
def golden() -> NDArray[np.float32]:
    files = find_model_files()
    reference = ReferenceMiniLM(load_file(files.weights.verified()))
    encoded = WordPieces(files.tokenizer.path, max_tokens=MAX_TOKENS).encode(TEXTS, "error")
    return np.stack([reference.embed(ids) for ids in encoded])


def cosines(some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    products: NDArray[np.float32] = (some * others).sum(axis=1)
    return products


async def test_fp32_agrees_with_the_numpy_reference(
    fp32: MiniLM, golden: NDArray[np.float32]
) -> None:
    vectors = await fp32.embed(TEXTS)

    assert cosines(vectors, golden).min() >= 0.999


async def test_int8_agrees_with_fp32_on_documentation(int8: MiniLM, fp32: MiniLM) -> None:
    documents = [getdoc(getattr(statistics, name)) or name for name in statistics.__all__]

    exact = await fp32.embed(documents, overflow="truncate")
    quantised = await int8.embed(documents, overflow="truncate")

    assert cosines(quantised, exact).mean() >= 0.99


async def test_int8_stays_near_the_numpy_reference_on_odd_texts(
    int8: MiniLM, golden: NDArray[np.float32]
) -> None:
    vectors = await int8.embed(TEXTS)

    assert cosines(vectors, golden).min() >= 0.97


async def test_what_means_the_same_is_nearer_than_what_does_not(each_minilm: MiniLM) -> None:
    question, same, other = await each_minilm.embed(
        [
            "How do I get my money back?",
            "Refunds are paid within 14 days of a return.",
            "The kettle holds 1.7 litres of water.",
        ]
    )

    assert question @ same > question @ other + 0.2


async def test_every_vector_has_unit_length_in_float32(each_embedder: Embedder) -> None:
    vectors = await each_embedder.embed(TEXTS)

    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


async def test_no_texts_give_an_empty_matrix(each_embedder: Embedder) -> None:
    vectors = await each_embedder.embed([])

    assert vectors.shape == (0, 384)


async def test_a_texts_int8_vector_does_not_depend_on_its_neighbours(int8: MiniLM) -> None:
    together = await int8.embed(TEXTS)

    alone = np.concatenate([await int8.embed([text]) for text in TEXTS])

    np.testing.assert_array_equal(together, alone)


async def test_order_is_kept_though_the_longest_go_first(int8: MiniLM) -> None:
    texts = [f"item {n} " + "and more " * (n % 7) * 9 for n in range(40)]

    forwards = await int8.embed(texts)
    backwards = await int8.embed(texts[::-1])

    np.testing.assert_array_equal(forwards, backwards[::-1])


async def test_a_text_over_256_word_pieces_is_an_error_that_names_it(int8: MiniLM) -> None:
    with pytest.raises(EmbeddingError, match=r"Text 2 of 2 has 302 tokens .* reads 256: “order"):
        await int8.embed(["short", "order " * 300])


async def test_a_text_of_exactly_256_word_pieces_is_embedded_whole(int8: MiniLM) -> None:
    text = "order " * 254

    vectors = await int8.embed([text])

    assert int8.count_tokens(text) == 256
    np.testing.assert_array_equal(vectors, await int8.embed([text], overflow="truncate"))


async def test_truncating_on_request_drops_what_lies_behind_the_limit(int8: MiniLM) -> None:
    text = "order " * 254

    cut = await int8.embed([text + "the password is swordfish"], overflow="truncate")

    np.testing.assert_array_equal(cut, await int8.embed([text]))


async def test_text_that_is_not_unicode_is_an_error_with_advice(int8: MiniLM) -> None:
    with pytest.raises(EmbeddingError, match="cannot be encoded as UTF-8"):
        await int8.embed(["\ud800"])


async def test_each_token_gets_a_direction_of_its_own(int8: MiniLM) -> None:
    tokens = await int8.embed_tokens(["sort a list", ""])

    assert [rows.shape for rows in tokens] == [(5, 384), (2, 384)]
    assert all(rows.dtype == np.int8 and np.abs(rows).max() == 127 for rows in tokens)


async def test_the_event_loop_stays_free_while_the_model_runs(
    int8: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The model may not finish before the loop has done something else: on the loop's own thread
    # that would wait for ever, so the wait has an end and the test would fail.
    loop_moved = threading.Event()
    states = int8._states  # noqa: SLF001 - the place where the processor time goes

    def wait_for_the_loop(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        assert loop_moved.wait(timeout=10)
        return states(ids)

    monkeypatch.setattr(int8, "_states", wait_for_the_loop)

    embedding = asyncio.create_task(int8.embed(["hello"]))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(loop_moved.set)

    assert (await embedding).shape == (1, 384)


async def test_progress_is_told_until_all_texts_are_done() -> None:
    told: list[tuple[int, int]] = []
    model = await load_minilm(
        read_settings().home, progress=lambda done, total: told.append((done, total))
    )

    await model.embed([f"text {n} " + "and so on " * 60 for n in range(12)])

    assert told[-1] == (12, 12)
    assert len(told) > 1
    assert told == sorted(told)


async def test_a_damaged_built_model_is_built_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models").mkdir()
    built = tmp_path / "models" / graph_name("fp32")
    built.write_bytes(b"half a model")

    model = await load_minilm(tmp_path, precision="fp32")

    assert (await model.embed(["text"])).shape == (1, 384)
    assert "is damaged" in caplog.text


def test_batches_hold_every_text_once_longest_first_and_stay_small() -> None:
    lengths = [200, 3, 256, 40, 256, 256, 100, 256, 9]

    made = list(batches(lengths))

    flat = [position for batch in made for position in batch]
    assert sorted(flat) == list(range(9))
    assert [lengths[position] for position in flat] == sorted(lengths, reverse=True)
    assert all(sum(lengths[position] for position in batch) < 1024 + 256 for batch in made)
