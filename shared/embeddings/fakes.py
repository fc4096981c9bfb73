"""An embedder for tests: no model, the same vector for the same text, and it counts."""

import zlib
from collections.abc import Sequence

import numpy as np

from shared.embeddings.late_interaction import TokenVectors, quantise_directions, unit_rows
from shared.embeddings.model import Overflow, Vectors
from shared.embeddings.overlong import too_long


class FakeEmbedder:
    """Points each word into a direction drawn from its spelling; ``seen`` lists what it was given.

    A token is a word between spaces.
    """

    def __init__(self, *, dimensions: int = 8, max_tokens: int = 16, name: str = "fake") -> None:
        self.name = name
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.seen: list[str] = []

    def count_tokens(self, text: str) -> int:
        """Count the words."""
        return len(text.split())

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Add up each text's words."""
        sums = [rows.sum(axis=0) for rows in self._words(texts, overflow)]
        return unit_rows(np.array(sums, np.float32).reshape(len(texts), self.dimensions))

    async def embed_tokens(
        self, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> list[TokenVectors]:
        """Give each word its direction."""
        return [quantise_directions(rows) for rows in self._words(texts, overflow)]

    def _words(self, texts: Sequence[str], overflow: Overflow) -> list[Vectors]:
        for position, text in enumerate(texts):
            tokens = self.count_tokens(text)
            if tokens > self.max_tokens and overflow == "error":
                raise too_long(texts, position, tokens=tokens, limit=self.max_tokens)
        self.seen += texts
        kept = [text.split()[: self.max_tokens] or [""] for text in texts]
        return [np.stack([self._direction(word) for word in words]) for words in kept]

    def _direction(self, word: str) -> Vectors:
        generator = np.random.default_rng(zlib.crc32(word.encode()))
        return generator.standard_normal(self.dimensions).astype(np.float32)
