"""all-MiniLM-L6-v2 in plain NumPy: the readable oracle that the fast graph is tested against."""

from collections.abc import Mapping
from math import erf

import numpy as np
from numpy.typing import NDArray

from shared.embeddings.architecture import HEADS, LAYERS

Array = NDArray[np.float32]

erf_of_each = np.vectorize(erf, otypes=[np.float32])


class ReferenceMiniLM:
    """The encoder, one text at a time, from the weights as they come."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights

    def embed(self, token_ids: NDArray[np.int64]) -> Array:
        """Return the mean of the token states, at unit length."""
        mean = self.states(token_ids).mean(axis=0)
        unit: Array = mean / np.linalg.norm(mean)
        return unit

    def states(self, token_ids: NDArray[np.int64]) -> Array:
        """Return the last hidden state of each token, shape (tokens, 384)."""
        words = self._weights["embeddings.word_embeddings.weight"][token_ids]
        places = self._weights["embeddings.position_embeddings.weight"][: len(token_ids)]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(words + places + kind, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        return x

    def _layer(self, x: Array, name: str) -> Array:
        mixed = self._dense(
            self._attend(x, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        x = self._norm(x + mixed, f"{name}.attention.output.LayerNorm")
        wide = gelu(self._dense(x, f"{name}.intermediate.dense"))
        return self._norm(x + self._dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attend(self, x: Array, name: str) -> Array:
        query, key, value = (
            self._dense(x, f"{name}.{part}").reshape(len(x), HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        weights = softmax(query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1], dtype=np.float32))
        return (weights @ value).swapaxes(0, 1).reshape(x.shape)

    def _dense(self, x: Array, name: str) -> Array:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(centred.var(axis=-1, keepdims=True) + 1e-12)
        normed = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        single: Array = normed.astype(np.float32, copy=False)
        return single


def gelu(x: Array) -> Array:
    """Weigh each number by how likely a standard normal one is below it."""
    gated: Array = 0.5 * x * (1 + erf_of_each(x / np.sqrt(2, dtype=np.float32)))
    return gated


def softmax(x: Array) -> Array:
    """Turn scores into weights that sum to one along the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    weights = raised / raised.sum(axis=-1, keepdims=True)
    single: Array = weights.astype(np.float32, copy=False)
    return single
