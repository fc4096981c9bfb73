"""The static tier: the average of word vectors, thousands of texts a second, no network run.

The vectors are all-MiniLM-L6-v2's own input embeddings. What a word means beside others is lost, so
expect to find what shares words, and little else.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from shared.embeddings.late_interaction import unit_rows
from shared.embeddings.model import Overflow, Vectors
from shared.embeddings.weights import derived_file, find_model_files, table_name
from shared.embeddings.wordpieces import TokenIds, WordPieces

VERSION = 1
SPECIAL_TOKENS = slice(0, 999)
"""BERT's vocabulary keeps padding, markers and unused places below the first character, 999."""


class StaticEmbedder:
    """Averages each text's rows of ``table``, whose lengths are the words' weights."""

    def __init__(self, table: NDArray[np.float16], word_pieces: WordPieces) -> None:
        self.name = f"all-MiniLM-L6-v2/static/v{VERSION}"
        self.dimensions = table.shape[1]
        self.max_tokens = word_pieces.max_tokens
        self._table = table
        self._word_pieces = word_pieces

    def count_tokens(self, text: str) -> int:
        """Count the word-pieces of ``text``, the two special ones included."""
        return self._word_pieces.count(text)

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``, of any length: an average reads everything."""
        return await asyncio.to_thread(self._embed, texts, overflow)

    def _embed(self, texts: Sequence[str], overflow: Overflow) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, ids in enumerate(self._word_pieces.encode(texts, overflow)):
            vectors[row] = self._average(ids)
        return unit_rows(vectors)

    def _average(self, ids: TokenIds) -> NDArray[np.float32]:
        average: NDArray[np.float32] = self._table[ids].mean(axis=0, dtype=np.float32)
        return average


def weigh_words(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centre word vectors and give rare words more weight than common ones.

    No counts are needed: the vocabulary is sorted by frequency, so by Zipf's law a word's rank
    tells its probability, and log(1 + rank) weighs as inverse frequency does.
    """
    centred = words - words.mean(axis=0)
    weights = np.log1p(np.arange(len(words), dtype=np.float32))
    # Not zero, so that a text without words still has a direction.
    weights[SPECIAL_TOKENS] = 1e-3
    weighed: NDArray[np.float32] = centred * weights[:, np.newaxis]
    return weighed


async def load_static(home: Path) -> StaticEmbedder:
    """Load the word vectors; the first time on a machine they are weighed and kept in ``home``."""
    return await asyncio.to_thread(_load, home)


def _load(home: Path) -> StaticEmbedder:
    files = find_model_files()
    path = derived_file(
        home,
        table_name(),
        lambda target: _write_table(files.weights.verified(), target),
    )
    word_pieces = WordPieces(files.tokenizer.verified(), max_tokens=sys.maxsize)
    return StaticEmbedder(np.load(path, mmap_mode="r"), word_pieces)


def _write_table(weights: Path, target: Path) -> None:
    words = load_file(weights)["embeddings.word_embeddings.weight"]
    np.save(target, weigh_words(words).astype(np.float16))
