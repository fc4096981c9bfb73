import asyncio
import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from shared.embeddings.cache import DiskCache
from shared.embeddings.cached import PORTION, CachedEmbedder, CachedTokenEmbedder
from shared.embeddings.fakes import FakeEmbedder
from shared.errors import EmbeddingError

pytestmark = pytest.mark.anyio


def overwrite(file: Path, content: bytes, *, after: int = 0) -> None:
    kept = file.read_bytes()[:after] if file.exists() else b""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(kept + content)


def list_folder(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


TEXTS = ["red kettle", "blue lamp", "red kettle", ""]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "vectors.sqlite3"


async def test_each_distinct_text_is_embedded_once(file: Path) -> None:
    inner = FakeEmbedder()
    cached = CachedEmbedder(inner, DiskCache(file))

    first = await cached.embed(TEXTS)
    second = await cached.embed(TEXTS[::-1])

    assert sorted(inner.seen) == ["", "blue lamp", "red kettle"]
    np.testing.assert_array_equal(first, second[::-1])
    np.testing.assert_array_equal(first, await FakeEmbedder().embed(TEXTS))


async def test_what_one_process_embedded_another_finds(file: Path) -> None:
    await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed(TEXTS)
    inner = FakeEmbedder()

    await CachedEmbedder(inner, DiskCache(file)).embed(TEXTS)

    assert inner.seen == []


async def test_two_models_never_share_a_vector(file: Path) -> None:
    await CachedEmbedder(FakeEmbedder(name="one"), DiskCache(file)).embed(["text"])
    other = FakeEmbedder(name="two")

    await CachedEmbedder(other, DiskCache(file)).embed(["text"])

    assert other.seen == ["text"]


async def test_a_truncated_texts_vector_never_stands_for_the_whole_text(file: Path) -> None:
    cached = CachedEmbedder(FakeEmbedder(max_tokens=2), DiskCache(file))
    await cached.embed(["one two three"], overflow="truncate")

    with pytest.raises(EmbeddingError):
        await cached.embed(["one two three"])


async def test_no_texts_give_an_empty_matrix_and_touch_no_disk(file: Path) -> None:
    vectors = await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed([])

    assert vectors.shape == (0, 8)
    assert list_folder(file.parent) == []


async def test_token_vectors_are_remembered_apart_from_text_vectors(file: Path) -> None:
    inner = FakeEmbedder()
    cached = CachedTokenEmbedder(inner, DiskCache(file))
    await cached.embed(["red kettle"])

    first = await cached.embed_tokens(["red kettle", "lamp"])
    second = await cached.embed_tokens(["lamp", "red kettle"])

    assert inner.seen == ["red kettle", "red kettle", "lamp"]
    assert [rows.shape for rows in first] == [(2, 8), (1, 8)]
    np.testing.assert_array_equal(first[0], second[1])


async def test_progress_counts_only_what_had_to_be_embedded(file: Path) -> None:
    told: list[tuple[int, int]] = []
    cache = DiskCache(file)
    await CachedEmbedder(FakeEmbedder(), cache).embed(["known"])
    cached = CachedEmbedder(FakeEmbedder(), cache, progress=lambda *counts: told.append(counts))

    await cached.embed(["known", *(f"new {n}" for n in range(PORTION + 1))])

    assert told == [(PORTION, PORTION + 1), (PORTION + 1, PORTION + 1)]


async def test_an_interrupted_run_keeps_the_portions_it_finished(file: Path) -> None:
    texts = [f"text {n}" for n in range(PORTION)] + ["far too long " * 9]
    with pytest.raises(EmbeddingError):
        await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed(texts)
    inner = FakeEmbedder()

    await CachedEmbedder(inner, DiskCache(file)).embed(texts[:PORTION])

    assert inner.seen == []


@pytest.mark.parametrize("damage", [b"not a database at all" * 99, b""])
async def test_a_file_that_is_no_cache_is_replaced(
    file: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    overwrite(file, damage)
    inner = FakeEmbedder()
    cached = CachedEmbedder(inner, DiskCache(file))

    with caplog.at_level(logging.WARNING):
        await cached.embed(["text"])
    await cached.embed(["text"])

    assert inner.seen == ["text"]
    assert ("is damaged" in caplog.text) == bool(damage)


async def test_a_damaged_page_is_discarded_with_a_message(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [f"text {n}" for n in range(300)]
    await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed(texts)
    overwrite(file, b"\xff" * 100_000, after=4096)
    inner = FakeEmbedder()
    cached = CachedEmbedder(inner, DiskCache(file))

    await cached.embed(texts)
    await cached.embed(texts)

    assert inner.seen == texts
    assert "is damaged" in caplog.text


async def test_an_entry_whose_bytes_changed_is_embedded_anew(file: Path) -> None:
    await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed(["text"])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE entries SET content = zeroblob(length(content))")
    inner = FakeEmbedder()

    vectors = await CachedEmbedder(inner, DiskCache(file)).embed(["text"])

    assert inner.seen == ["text"]
    np.testing.assert_array_equal(vectors, await FakeEmbedder().embed(["text"]))


async def test_a_foreign_table_of_the_same_name_is_thrown_away(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE entries (something TEXT)")
    inner = FakeEmbedder()
    cached = CachedEmbedder(inner, DiskCache(file))

    await cached.embed(["text"])
    await cached.embed(["text"])

    assert inner.seen == ["text"]


async def test_a_full_disk_is_said_once_and_work_goes_on(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def connect_to_a_small_disk(path: Path, timeout: float) -> sqlite3.Connection:
        connection = connect(path, timeout=timeout)
        connection.execute("PRAGMA max_page_count = 3")  # SQLite then reports SQLITE_FULL itself
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_to_a_small_disk)
    texts = [f"text {n}" for n in range(2 * PORTION)]

    vectors = await CachedEmbedder(FakeEmbedder(), DiskCache(file)).embed(texts)

    assert vectors.shape == (2 * PORTION, 8)
    assert caplog.text.count("going on without it") == 1
    assert "full" in caplog.text


async def test_a_home_that_cannot_be_a_folder_is_said_and_work_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()

    vectors = await CachedEmbedder(FakeEmbedder(), DiskCache(blocked / "vectors")).embed(["text"])

    assert vectors.shape == (1, 8)
    assert "set CAPSTONE_HOME" in caplog.text


WRITER = """
import asyncio, logging, pathlib, sys
from shared.embeddings.cache import DiskCache
from shared.embeddings.cached import CachedEmbedder
from shared.embeddings.fakes import FakeEmbedder
logging.basicConfig()
texts = [f"text {n}" for n in range(400)]
asyncio.run(CachedEmbedder(FakeEmbedder(), DiskCache(pathlib.Path(sys.argv[1]))).embed(texts))
"""


async def test_processes_that_start_on_an_empty_cache_together_do_not_disturb_each_other(
    file: Path,
) -> None:
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(file), stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]

    said = [(await writer.communicate())[1] for writer in writers]
    inner = FakeEmbedder()
    await CachedEmbedder(inner, DiskCache(file)).embed([f"text {n}" for n in range(400)])

    assert said == [b"", b"", b""]
    assert inner.seen == []
