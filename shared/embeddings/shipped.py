"""Vectors that travel with a project: known texts need no embedding on the reader's machine."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.content import HASH_BYTES, ContentHash, content_hash
from shared.embeddings.late_interaction import quantise_directions, unit_rows
from shared.embeddings.model import Embedder, Overflow, Vectors
from shared.errors import ConfigurationError

FORMAT = 1


@dataclass(frozen=True)
class ShippedVectors:
    """Vectors of known texts, by content: one byte a component, since only direction matters."""

    model: str
    overflow: Overflow
    hashes: tuple[ContentHash, ...]
    rows: NDArray[np.int8]

    @classmethod
    async def build(
        cls, embedder: Embedder, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> ShippedVectors:
        """Embed ``texts``; the order of the result depends on nothing but their content."""
        by_hash = {content_hash(text): text for text in texts}
        hashes = tuple(sorted(by_hash))
        vectors = await embedder.embed([by_hash[name] for name in hashes], overflow=overflow)
        return cls(embedder.name, overflow, hashes, quantise_directions(vectors))

    def save(self, path: Path) -> None:
        """Write to ``path``, equal bytes for equal vectors."""
        header = np.array([str(FORMAT), self.model, self.overflow])
        names = np.frombuffer(b"".join(self.hashes), np.uint8).reshape(-1, HASH_BYTES)
        with path.open("wb") as file:
            np.savez_compressed(file, header=header, hashes=names, rows=self.rows)

    @classmethod
    def load(cls, path: Path) -> ShippedVectors:
        """Read from ``path``; raises ``ConfigurationError`` when it is missing or damaged."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return cls._read(archive)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ConfigurationError(
                f"The shipped vectors {path} cannot be read ({error}).",
                advice="Restore the file from Git, or write it again: python -m shared.embeddings.",
            ) from error

    @classmethod
    def _read(cls, archive: Mapping[str, NDArray[np.generic]]) -> ShippedVectors:
        version, model, overflow = (str(field) for field in archive["header"])
        hashes, rows = archive["hashes"], archive["rows"]
        if version != str(FORMAT) or rows.dtype != np.int8 or len(hashes) != len(rows):
            raise ValueError("it is of another format")
        return cls(
            model,
            "error" if overflow == "error" else "truncate",
            tuple(name.tobytes() for name in hashes),
            rows.astype(np.int8),
        )

    def sample(self, texts: Sequence[str], size: int) -> list[str]:
        """Draw up to ``size`` of the ``texts`` that are shipped: the same ones every time."""
        known = set(self.hashes)
        named = {content_hash(text): text for text in texts}
        return [named[name] for name in sorted(named) if name in known][:size]


class ShippedEmbedder:
    """Wraps an embedder: same contract, but shipped texts are looked up."""

    def __init__(self, inner: Embedder, shipped: ShippedVectors) -> None:
        if shipped.model != inner.name:
            raise ConfigurationError(
                f"The shipped vectors are of {shipped.model}, the embedder is {inner.name}.",
                advice=f"Use the embedder {shipped.model}, or write the vectors anew.",
            )
        self.name = inner.name
        self.dimensions = inner.dimensions
        self.max_tokens = inner.max_tokens
        self._inner = inner
        self._shipped = shipped
        self._places = {name: place for place, name in enumerate(shipped.hashes)}

    def count_tokens(self, text: str) -> int:
        """Count the tokens that the wrapped embedder reads."""
        return self._inner.count_tokens(text)

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``, in order; only those not shipped reach the wrapped embedder."""
        places = [self._place(text, overflow) for text in texts]
        missing = [row for row, place in enumerate(places) if place is None]
        fresh = await self._inner.embed([texts[row] for row in missing], overflow=overflow)
        known = [row for row, place in enumerate(places) if place is not None]
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        vectors[known] = unit_rows(self._shipped.rows[[p for p in places if p is not None]])
        vectors[missing] = fresh
        return vectors

    def _place(self, text: str, overflow: Overflow) -> int | None:
        # A vector made by truncating must not answer a caller who wants an error instead.
        usable = self._shipped.overflow in ("error", overflow)
        return self._places.get(content_hash(text)) if usable else None


async def agreement(
    shipped: ShippedVectors, embedder: Embedder, texts: Sequence[str], *, size: int = 32
) -> float:
    """Embed a sample of the shipped ``texts`` anew; the lowest cosine to what was shipped."""
    sample = shipped.sample(texts, size)
    if not sample:
        raise ConfigurationError(
            "None of the texts is among the shipped vectors.",
            advice="Write the vectors anew from these texts: python -m shared.embeddings ship.",
        )
    fresh = await embedder.embed(sample, overflow=shipped.overflow)
    places = {name: place for place, name in enumerate(shipped.hashes)}
    stored = unit_rows(shipped.rows[[places[content_hash(text)] for text in sample]])
    return float((fresh * stored).sum(axis=1).min())
