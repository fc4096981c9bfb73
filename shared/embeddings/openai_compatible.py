"""Embeddings from any OpenAI-compatible server, with OpenAI's own client."""

import asyncio
from collections.abc import Callable, Sequence

import httpx2
import numpy as np
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    OpenAIError,
)
from openai.types import CreateEmbeddingResponse

from shared.embeddings.concurrently import all_of
from shared.embeddings.late_interaction import unit_rows
from shared.embeddings.model import Overflow, Vectors
from shared.embeddings.overlong import too_long
from shared.errors import EmbeddingError, ModelError
from shared.llm import provider_errors as errors

# Some broken answers surface as plain errors of the JSON or HTTP layers below the client.
FOREIGN = (OpenAIError, httpx2.HTTPError, ValueError, TypeError)


def guess_tokens(text: str) -> int:
    """Guess a token for every two bytes of UTF-8: about twice what prose and code come to."""
    return len(text.encode("utf-8", "surrogatepass")) // 2 + 2


class OpenAIEmbedder:
    """One embedding model behind an OpenAI-compatible server.

    ``count_tokens`` should be the model's own tokenizer: many servers cut long texts without a
    word, so the length is checked here. Without one it is a guess on the high side.
    ``client`` should be made with ``max_retries=0`` where retrying is someone else's work.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        dimensions: int,
        max_tokens: int,
        count_tokens: Callable[[str], int] = guess_tokens,
        texts_per_request: int = 128,
        requests_at_once: int = 4,
    ) -> None:
        self.name = model
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self._client = client
        self._count_tokens = count_tokens
        self._texts_per_request = texts_per_request
        self._turn = asyncio.Semaphore(requests_at_once)
        url = client.base_url.copy_with(userinfo=b"")
        self._server = errors.Server(url=str(url).rstrip("/"), key=client.api_key)

    def count_tokens(self, text: str) -> int:
        """Count the tokens of ``text``, by the function this embedder was given."""
        return self._count_tokens(text)

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        """Embed ``texts``, in order, a request for each ``texts_per_request`` of them.

        Raises ``EmbeddingError`` for a text too long or an answer that is not one vector a text,
        and errors of the ``ModelError`` family where the server fails.
        """
        fitting = [self._fit(texts, position, overflow) for position in range(len(texts))]
        starts = range(0, len(fitting), self._texts_per_request)
        parts = [fitting[start : start + self._texts_per_request] for start in starts]
        rows = await all_of(self._request(part) for part in parts)
        return np.concatenate([np.empty((0, self.dimensions), np.float32), *rows])

    async def _request(self, texts: list[str]) -> Vectors:
        try:
            async with self._turn:
                answer = await self._client.embeddings.create(model=self.name, input=texts)
            return self._read(answer, len(texts))
        except FOREIGN as error:
            raise self._explain(error) from None

    def _read(self, answer: CreateEmbeddingResponse, texts: int) -> Vectors:
        ordered = sorted(answer.data, key=lambda item: item.index)
        if [item.index for item in ordered] != list(range(texts)):
            raise self._unusable(f"{len(ordered)} vectors for {texts} texts")
        lengths = {len(item.embedding) for item in ordered}
        if lengths != {self.dimensions}:
            raise self._unusable(f"vectors of {sorted(lengths)} numbers, not {self.dimensions}")
        vectors = np.array([item.embedding for item in ordered], np.float32)
        if not (np.isfinite(vectors).all() and vectors.any(axis=1).all()):
            raise self._unusable("vectors that are zero or not finite")
        return unit_rows(vectors)

    def _fit(self, texts: Sequence[str], position: int, overflow: Overflow) -> str:
        text = texts[position]
        tokens = self._count_tokens(text)
        if tokens <= self.max_tokens:
            return text or " "  # OpenAI refuses an empty string
        if overflow == "error":
            raise too_long(texts, position, tokens=tokens, limit=self.max_tokens)
        return longest_fitting(text, lambda part: self._count_tokens(part) <= self.max_tokens)

    def _unusable(self, found: str) -> EmbeddingError:
        return EmbeddingError(
            f"The server at {self._server.url} answered with {found}.",
            advice=f"Check that {self.name} is an embedding model of {self.dimensions} dimensions.",
        )

    def _explain(self, error: Exception) -> ModelError:
        match error:
            case APIStatusError():
                return errors.explain(_failure(error), self._server)
            case APITimeoutError() | httpx2.TimeoutException():
                return errors.timed_out(self._server)
            case APIConnectionError() | httpx2.HTTPError():
                return errors.unreachable(self._server)
            case _:
                return errors.unreadable(self._server, str(error))


def longest_fitting(text: str, fits: Callable[[str], bool]) -> str:
    """Return the longest beginning of ``text`` that fits, found by halving."""
    fitting, too_much = 0, len(text)
    while too_much - fitting > 1:
        middle = (fitting + too_much) // 2
        if fits(text[:middle]):
            fitting = middle
        else:
            too_much = middle
    return text[:fitting]


def _failure(error: APIStatusError) -> errors.Failure:
    return errors.Failure(
        status=error.response.status_code,
        code=error.code or error.type or "",
        detail=error.message if isinstance(error.body, dict) else "its body is not JSON",
        retry_after_s=errors.read_retry_after(error.response.headers),
    )
