"""Embedders that remember: a text that the same model has seen costs a look-up."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.cache import DiskCache
from shared.embeddings.content import content_hash
from shared.embeddings.late_interaction import TokenEmbedder, TokenVectors
from shared.embeddings.model import Embedder, Overflow, Progress, Vectors, no_progress

Row = TypeVar("Row")
Item = TypeVar("Item")

PORTION = 128
"""Texts embedded between two writes: what an interrupted run can lose."""


@dataclass(frozen=True)
class Codec(Generic[Row]):
    """A row as bytes and back; ``read`` answers None for bytes that cannot be a row."""

    write: Callable[[Row], bytes]
    read: Callable[[bytes], Row | None]


class CachedEmbedder:
    """Wraps an embedder: same contract, each distinct text embedded once a machine.

    ``progress`` is told about the texts that had to be embedded.
    """

    def __init__(
        self, inner: Embedder, cache: DiskCache, *, progress: Progress = no_progress
    ) -> None:
        self.name = inner.name
        self.dimensions = inner.dimensions
        self.max_tokens = inner.max_tokens
        self._inner = inner
        self._cache = cache
        self._progress = progress

    def count_tokens(self, text: str) -> int:
        """Count the tokens that the wrapped embedder reads."""
        return self._inner.count_tokens(text)

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``, in order; only those never seen reach the wrapped embedder."""

        async def make(missing: Sequence[str]) -> Vectors:
            return await self._inner.embed(missing, overflow=overflow)

        space = f"{self.name} vectors {overflow}"
        rows = await self._recall(space, texts, vector_codec(self.dimensions), make)
        return np.array(rows, np.float32).reshape(len(texts), self.dimensions)

    async def _recall(
        self,
        space: str,
        texts: Sequence[str],
        codec: Codec[Row],
        make: Callable[[Sequence[str]], Awaitable[Iterable[Row]]],
    ) -> list[Row]:
        # The space holds the overflow mode, or a truncated text's vector would pass as a whole one.
        names = [content_hash(text) for text in texts]
        blobs = await self._cache.read(space, dict.fromkeys(names))
        read = ((name, codec.read(blob)) for name, blob in blobs.items())
        rows = {name: row for name, row in read if row is not None}
        missing = {name: text for name, text in zip(names, texts, strict=True) if name not in rows}
        done = 0
        for portion in portions(list(missing.items()), PORTION):
            made = await make([text for _, text in portion])
            fresh = {name: row for (name, _), row in zip(portion, made, strict=True)}
            await self._cache.write(space, {name: codec.write(row) for name, row in fresh.items()})
            rows.update(fresh)
            done += len(fresh)
            self._progress(done, len(missing))
        return [rows[name] for name in names]


class CachedTokenEmbedder(CachedEmbedder):
    """Wraps an embedder of tokens: remembers token vectors as well."""

    def __init__(
        self, inner: TokenEmbedder, cache: DiskCache, *, progress: Progress = no_progress
    ) -> None:
        super().__init__(inner, cache, progress=progress)
        self._token_inner = inner

    async def embed_tokens(
        self, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> list[TokenVectors]:
        """Embed every token of each text; only texts never seen reach the wrapped embedder."""

        async def make(missing: Sequence[str]) -> list[TokenVectors]:
            return await self._token_inner.embed_tokens(missing, overflow=overflow)

        space = f"{self.name} tokens {overflow}"
        return await self._recall(space, texts, token_codec(self.dimensions), make)


def vector_codec(dimensions: int) -> Codec[NDArray[np.float32]]:
    """One text's vector as little-endian float32."""

    def read(blob: bytes) -> NDArray[np.float32] | None:
        return np.frombuffer(blob, "<f4") if len(blob) == 4 * dimensions else None

    return Codec(write=lambda row: row.astype("<f4").tobytes(), read=read)


def token_codec(dimensions: int) -> Codec[TokenVectors]:
    """One text's token vectors as bytes, row after row."""

    def read(blob: bytes) -> TokenVectors | None:
        if len(blob) % dimensions:
            return None
        return np.frombuffer(blob, np.int8).reshape(-1, dimensions)

    return Codec(write=lambda rows: rows.tobytes(), read=read)


def portions(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut ``items`` into portions of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
