"""Bring the standard library's symbols into the index, once per Python and per version of ours."""

import hashlib
import logging
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from projects.p07_advanced_rag import index, stdlib_corpus
from projects.p07_advanced_rag.expansion import Expansion
from projects.p07_advanced_rag.passages import Passage
from shared.embeddings.cache import DiskCache
from shared.embeddings.cached import CachedTokenEmbedder
from shared.embeddings.late_interaction import TokenEmbedder
from shared.embeddings.minilm import load_minilm
from shared.embeddings.model import Embedder, Progress, no_progress
from shared.embeddings.shipped import ShippedEmbedder, ShippedVectors
from shared.errors import ConfigurationError
from shared.postgres.database import database
from shared.settings import Settings

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent
VECTORS = FOLDER / "data" / "vectors.npz"
SOURCES = (
    "collect_stdlib.py",
    "stdlib_corpus.py",
    "expansion.py",
    "index.py",
    "passages.py",
    "data/uses.tsv",
    "data/situations.tsv",
)


@dataclass(frozen=True)
class Library:
    """The index, ready to be searched: ``embedder`` for texts, ``tokens`` for reranking."""

    pool: index.Pool
    embedder: Embedder
    tokens: TokenEmbedder


@asynccontextmanager
async def open_library(
    settings: Settings, progress: Progress = no_progress, *, expanded: bool = True
) -> AsyncIterator[Library]:
    """Open the index, bringing it up to date first where this Python or our sources are new.

    Without ``expanded`` it is another index, of what the docstrings say and nothing else.
    """
    model = await load_minilm(settings.home, progress=progress)
    tokens = CachedTokenEmbedder(model, DiskCache(settings.home / "embeddings.sqlite"))
    embedder = with_shipped_vectors(tokens)
    kind = "python" if expanded else "docstrings"
    name = f"p07_{kind}_{platform.python_version().replace('.', '_')}"
    async with database(settings, name) as pool:
        await index.prepare(pool)
        if await index.get_note(pool, "corpus") != fingerprint(embedder.name):
            await build(pool, embedder, expanded=expanded)
        yield Library(pool, embedder, tokens)


def with_shipped_vectors(inner: Embedder, file: Path = VECTORS) -> Embedder:
    """Look known texts up in the file that travels with the project; without it, embed them.

    That it cannot be used is said in the log: everything still works, only much more slowly.
    """
    try:
        return ShippedEmbedder(inner, ShippedVectors.load(file))
    except ConfigurationError as error:
        logger.warning("%s Until then every text is embedded on this machine.", error)
        return inner


def fingerprint(model: str) -> str:
    """Name everything that the index was made from."""
    digest = hashlib.sha256(f"{platform.python_version()} {model}".encode())
    for name in SOURCES:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()


async def build(pool: index.Pool, embedder: Embedder, *, expanded: bool = True) -> index.Report:
    """Read the symbols of this Python and make the index hold exactly them."""
    symbols = await stdlib_corpus.read_symbols()
    if not expanded:
        symbols = [symbol.model_copy(update={"expansion": Expansion()}) for symbol in symbols]
    report = await index.store(
        pool, embedder, stdlib_corpus.documents_of(symbols), passages(symbols)
    )
    async with index.transaction(pool) as connection:
        await index.set_note(connection, "corpus", fingerprint(embedder.name))
    return report


def passages(symbols: list[stdlib_corpus.Symbol]) -> list[Passage]:
    """List every passage of every symbol."""
    return [passage for symbol in symbols for passage in stdlib_corpus.passages_of(symbol)]


async def write_vectors(settings: Settings, pythons: list[Path], progress: Progress) -> int:
    """Write the shipped vectors for the symbols of several Pythons; returns how many."""
    model = await load_minilm(settings.home, progress=progress)
    texts: dict[str, None] = {}
    for python in pythons:
        found = passages(await stdlib_corpus.read_symbols(python))
        texts.update(dict.fromkeys(passage.semantic for passage in found))
    shipped = await ShippedVectors.build(model, list(texts))
    shipped.save(VECTORS)
    return len(shipped.rows)
