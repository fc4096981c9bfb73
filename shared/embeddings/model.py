"""The one contract every embedder keeps."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""Shape (texts, dimensions), rows of unit length, so a dot product is the cosine."""

Overflow: TypeAlias = Literal["error", "truncate"]
"""What to do with a text longer than the model reads; there is no silent third way."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many texts are done, and of how many."""


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """The model and its variant, as it enters cache keys and database columns."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of one vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The most tokens of one text that the model reads."""
        ...

    def count_tokens(self, text: str) -> int:
        """Count the tokens the model would read, special ones included."""
        ...

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``, in order.

        Raises ``EmbeddingError`` naming the first text over ``max_tokens`` unless told to truncate.
        """
        ...
