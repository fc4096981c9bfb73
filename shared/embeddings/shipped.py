"""Vectors that travel with a project: known texts need no embedding on the reader's machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.archive import Known, damaged, load_archive, save_archive
from shared.embeddings.content import content_hash
from shared.embeddings.late_interaction import quantise_directions, unit_rows
from shared.embeddings.model import Embedder, Overflow, Vectors
from shared.errors import ConfigurationError

KIND = "text vectors, format 1"


@dataclass(frozen=True)
class ShippedVectors:
    """Vectors of known texts, by content: one byte a component, since only direction matters.

    ``rows`` has shape (texts, dimensions), in the order of ``known.hashes``.
    """

    known: Known
    rows: NDArray[np.int8]

    @classmethod
    async def build(
        cls, embedder: Embedder, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> ShippedVectors:
        """Embed ``texts``."""
        known = Known.of(embedder, texts, overflow)
        vectors = await embedder.embed(known.in_order(texts), overflow=overflow)
        return cls(known, quantise_directions(vectors))

    def save(self, path: Path) -> None:
        """Write to ``path``, about 410 bytes a text of 384 dimensions."""
        save_archive(path, KIND, self.known, {"rows": self.rows})

    @classmethod
    def load(cls, path: Path) -> ShippedVectors:
        """Read from ``path``; raises ``ConfigurationError`` when it is missing or damaged."""
        known, arrays = load_archive(path, KIND)
        rows = arrays.get("rows")
        if rows is None or rows.dtype != np.int8 or len(rows) != len(known.hashes):
            raise damaged(path, "it holds no row for each text")
        return cls(known, rows)


class ShippedEmbedder:
    """Wraps an embedder: same contract, but shipped texts are looked up."""

    def __init__(self, inner: Embedder, shipped: ShippedVectors) -> None:
        shipped.known.require(inner)
        self.name = inner.name
        self.dimensions = inner.dimensions
        self.max_tokens = inner.max_tokens
        self._inner = inner
        self._shipped = shipped
        self._places = {name: place for place, name in enumerate(shipped.known.hashes)}

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
        usable = self._shipped.known.serves(overflow)
        return self._places.get(content_hash(text)) if usable else None


async def agreement(
    shipped: ShippedVectors, embedder: Embedder, texts: Sequence[str], *, size: int = 32
) -> float:
    """Embed ``size`` of the shipped ``texts`` anew: the lowest cosine to what was shipped.

    Hashes order the texts, so the sample is as good as random, and the same every time.
    """
    sample = shipped.known.in_order(texts)[:size]
    if not sample:
        raise ConfigurationError(
            "None of the texts is among the shipped vectors.",
            advice="Write the vectors anew from these texts: python -m shared.embeddings ship.",
        )
    overflow = shipped.known.overflow
    stored = await ShippedEmbedder(embedder, shipped).embed(sample, overflow=overflow)
    fresh = await embedder.embed(sample, overflow=overflow)
    return float((fresh * stored).sum(axis=1).min())
