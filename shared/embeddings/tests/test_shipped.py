import json
from pathlib import Path

import numpy as np
import pytest

from shared.embeddings.__main__ import main
from shared.embeddings.compact import CompactTokens
from shared.embeddings.fakes import FakeEmbedder
from shared.embeddings.shipped import ShippedEmbedder, ShippedVectors, agreement
from shared.errors import ConfigurationError, EmbeddingError

pytestmark = pytest.mark.anyio

TEXTS = ["red kettle", "blue lamp", "green radio", ""]


async def test_shipped_texts_are_looked_up_and_only_others_embedded() -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(), TEXTS)
    inner = FakeEmbedder()

    vectors = await ShippedEmbedder(inner, shipped).embed(["new", *TEXTS, "newer"])

    assert inner.seen == ["new", "newer"]
    exact = await FakeEmbedder().embed(["new", *TEXTS, "newer"])
    assert (vectors * exact).sum(axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


async def test_no_texts_give_an_empty_matrix() -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(), TEXTS)

    vectors = await ShippedEmbedder(FakeEmbedder(), shipped).embed([])

    assert vectors.shape == (0, 8)


async def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(), TEXTS)

    shipped.save(tmp_path / "vectors.npz")
    loaded = ShippedVectors.load(tmp_path / "vectors.npz")

    assert loaded.known == shipped.known
    np.testing.assert_array_equal(loaded.rows, shipped.rows)


async def test_the_order_of_the_texts_does_not_change_a_byte_of_the_file(tmp_path: Path) -> None:
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]

    for file, texts in zip(files, [TEXTS, [*TEXTS[::-1], *TEXTS]], strict=True):
        (await ShippedVectors.build(FakeEmbedder(), texts)).save(file)

    assert len({content(file) for file in files}) == 1


def content(file: Path) -> bytes:
    return file.read_bytes()


async def test_vectors_of_another_model_are_refused() -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(name="one"), TEXTS)

    with pytest.raises(ConfigurationError, match="are of one, the embedder is two"):
        ShippedEmbedder(FakeEmbedder(name="two"), shipped)


async def test_a_vector_shipped_for_a_truncated_text_never_stands_for_the_whole() -> None:
    model = FakeEmbedder(max_tokens=2)
    shipped = await ShippedVectors.build(model, ["one two three"], overflow="truncate")
    embedder = ShippedEmbedder(model, shipped)

    cut = await embedder.embed(["one two three"], overflow="truncate")

    assert cut.shape == (1, 8)
    with pytest.raises(EmbeddingError):
        await embedder.embed(["one two three"])


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 half an archive"])
def test_a_damaged_file_is_an_error_with_the_next_step(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "vectors.npz"
    file.write_bytes(damage)

    with pytest.raises(ConfigurationError, match="Restore the file from Git"):
        ShippedVectors.load(file)


def test_a_missing_file_is_an_error_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Restore the file from Git"):
        ShippedVectors.load(tmp_path / "nothing.npz")


async def test_agreement_is_high_for_the_same_model_and_low_for_wrong_vectors() -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(dimensions=64), TEXTS)
    wrong = ShippedVectors(shipped.known, shipped.rows[::-1])

    right_cosine = await agreement(shipped, FakeEmbedder(dimensions=64), TEXTS)
    wrong_cosine = await agreement(wrong, FakeEmbedder(dimensions=64), TEXTS)

    assert right_cosine > 0.999
    assert wrong_cosine < 0.5


async def test_agreement_over_texts_that_were_not_shipped_is_an_error() -> None:
    shipped = await ShippedVectors.build(FakeEmbedder(), TEXTS)

    with pytest.raises(ConfigurationError, match="None of the texts"):
        await agreement(shipped, FakeEmbedder(), ["never shipped"])


def test_the_command_writes_vectors_that_its_own_check_confirms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, vectors = tmp_path / "texts.json", tmp_path / "vectors.npz"
    texts.write_text(json.dumps(["Sort a list.", "Open a file."]), encoding="utf-8")

    shipped = main(["ship", str(texts), str(vectors)])
    checked = main(["check", str(texts), str(vectors)])

    assert (shipped, checked) == (0, 0)
    assert "lowest cosine of 2 texts embedded anew: 1.0000" in capsys.readouterr().out


def test_the_command_writes_token_vectors_on_request(tmp_path: Path) -> None:
    texts, tokens = tmp_path / "texts.json", tmp_path / "tokens.npz"
    texts.write_text(json.dumps(["Sort a list.", "Open a file."]), encoding="utf-8")

    code = main(["ship", "--tokens", str(texts), str(tokens)])

    assert code == 0
    assert len(CompactTokens.load(tokens).known.hashes) == 2


def test_the_command_refuses_a_file_that_is_no_list_of_strings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text('{"not": "a list"}', encoding="utf-8")

    code = main(["ship", str(texts), str(tmp_path / "vectors.npz")])

    assert code == 2
    assert "is not a list of strings" in capsys.readouterr().err
