"""Late interaction: compare a query with a document token by token (MaxSim, as in ColBERT)."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.model import Embedder, Overflow

TokenVectors: TypeAlias = NDArray[np.int8]
"""Shape (tokens, dimensions): each row's direction; its length carries nothing."""


class TokenEmbedder(Embedder, Protocol):
    """An embedder that also gives each token of a text a vector of its own."""

    async def embed_tokens(
        self, texts: Sequence[str], *, overflow: Overflow = "error"
    ) -> list[TokenVectors]:
        """Embed every token of each text, in order, special tokens included."""
        ...


def quantise_directions(vectors: NDArray[np.float32]) -> TokenVectors:
    """Keep each row's direction in eight bits a component, its largest component at ±127."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    rows: TokenVectors = np.rint(vectors * (127 / np.maximum(largest, 1e-12))).astype(np.int8)
    return rows


def unit_rows(vectors: NDArray[np.int8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to unit length."""
    rows = vectors.astype(np.float32)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    single: NDArray[np.float32] = unit.astype(np.float32, copy=False)
    return single


def max_sim(query: TokenVectors, documents: Sequence[TokenVectors]) -> NDArray[np.float32]:
    """Score ``documents`` against ``query``: the mean over its tokens of the best match's cosine.

    One matrix product over all documents' tokens; shape (documents,). A document without tokens
    scores -1, the lowest cosine.
    """
    scores = np.full(len(documents), -1, np.float32)
    filled = [position for position, document in enumerate(documents) if len(document)]
    if not filled or not len(query):
        return scores
    tokens = unit_rows(np.concatenate([documents[position] for position in filled]))
    similarity = tokens @ unit_rows(query).T
    starts = np.cumsum([0, *(len(documents[position]) for position in filled[:-1])])
    scores[filled] = np.maximum.reduceat(similarity, starts, axis=0).mean(axis=1)
    return scores
