"""Text into word-pieces: the only place that knows how long a text is for the model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from shared.embeddings.model import Overflow
from shared.embeddings.overlong import too_long
from shared.errors import EmbeddingError

TokenIds: TypeAlias = NDArray[np.int64]
"""Shape (tokens,), the special ones at both ends included."""


class WordPieces:
    """The model's tokenizer, with every length in the open."""

    def __init__(self, tokenizer_file: Path, *, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        # The file itself pads and cuts to 128, which would hide how long a text really is.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def count(self, text: str) -> int:
        """Count the tokens of ``text``, special ones included."""
        return len(self._encode([text])[0])

    def encode(self, texts: Sequence[str], overflow: Overflow) -> list[TokenIds]:
        """Encode ``texts``; raises ``EmbeddingError`` for one too long unless told to truncate."""
        encoded = self._encode(texts)
        if overflow == "error":
            for position, ids in enumerate(encoded):
                if len(ids) > self.max_tokens:
                    raise too_long(texts, position, tokens=len(ids), limit=self.max_tokens)
        return [self._cut(ids) for ids in encoded]

    def _cut(self, ids: TokenIds) -> TokenIds:
        if len(ids) <= self.max_tokens:
            return ids
        return np.concatenate([ids[: self.max_tokens - 1], ids[-1:]])

    def _encode(self, texts: Sequence[str]) -> list[TokenIds]:
        try:
            encodings = self._tokenizer.encode_batch_fast(list(texts))
        except TypeError as error:
            raise EmbeddingError(
                "A text holds characters that cannot be encoded as UTF-8.",
                advice="Clean it with text.encode(errors='replace').decode() before embedding it.",
            ) from error
        return [np.array(encoding.ids, np.int64) for encoding in encodings]
