import base64
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeAlias

import numpy as np
import pytest
from openai import AsyncOpenAI

from shared.embeddings.model import Overflow, Vectors
from shared.embeddings.openai_compatible import OpenAIEmbedder
from shared.errors import (
    AuthenticationFailedError,
    CapstoneError,
    DeadlineExceededError,
    EmbeddingError,
    ModelUnavailableError,
    RateLimitedError,
)

pytestmark = pytest.mark.anyio

Json: TypeAlias = dict[str, Any]
Answer: TypeAlias = Callable[[Json], tuple[int, Json]]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[Json]]]:
    """Serve ``answer`` on loopback; yields the URL and the requests as they come."""
    requests: list[Json] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append(request)
            status, body = answer(request)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.send_header("retry-after", "7")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", requests
        finally:
            server.shutdown()
            thread.join()


def vector(text: str) -> list[float]:
    return [float(len(text)), 1.0, 0.0, 2.0]


def embed_in_base64(request: Json) -> tuple[int, Json]:
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(np.array(vector(text), "<f4").tobytes()).decode(),
        }
        for index, text in enumerate(request["input"])
    ]
    return 200, answer_of(data[::-1])  # an order is not promised: the index tells


def embed_in_floats(request: Json) -> tuple[int, Json]:
    data = [
        {"object": "embedding", "index": index, "embedding": vector(text)}
        for index, text in enumerate(request["input"])
    ]
    return 200, answer_of(data)


def answer_of(data: list[Json]) -> Json:
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "model": "embed-1", "data": data, "usage": usage}


@asynccontextmanager
async def connected(url: str, patience_s: float = 10) -> AsyncIterator[OpenAIEmbedder]:
    async with AsyncOpenAI(
        base_url=url, api_key="secret-key", max_retries=0, timeout=patience_s
    ) as client:
        yield OpenAIEmbedder(
            client,
            "embed-1",
            dimensions=4,
            max_tokens=5,
            count_tokens=lambda text: len(text.split()),
            texts_per_request=3,
        )


async def embed(url: str, texts: list[str], *, overflow: Overflow = "error") -> Vectors:
    async with connected(url) as embedder:
        return await embedder.embed(texts, overflow=overflow)


@pytest.mark.parametrize("answer", [embed_in_base64, embed_in_floats])
async def test_vectors_come_in_the_order_of_the_texts_at_unit_length(answer: Answer) -> None:
    texts = [f"text {'x' * n}" for n in range(7)]

    with serving(answer) as (url, requests):
        vectors = await embed(url, texts)

    raw = np.array([vector(text) for text in texts])
    np.testing.assert_allclose(vectors, raw / np.linalg.norm(raw, axis=1, keepdims=True), 1e-5)
    assert sorted(len(request["input"]) for request in requests) == [1, 3, 3]
    assert {request["encoding_format"] for request in requests} == {"base64"}


async def test_no_texts_ask_nothing() -> None:
    with serving(embed_in_floats) as (url, requests):
        vectors = await embed(url, [])

    assert vectors.shape == (0, 4)
    assert requests == []


async def test_an_empty_string_is_sent_as_a_space() -> None:
    with serving(embed_in_floats) as (url, requests):
        await embed(url, [""])

    assert requests[0]["input"] == [" "]


async def test_a_text_too_long_is_an_error_before_anything_is_sent() -> None:
    with (
        serving(embed_in_floats) as (url, requests),
        pytest.raises(EmbeddingError, match="Text 2 of 2 has 6 tokens and the model reads 5"),
    ):
        await embed(url, ["short", "one two three four five six"])

    assert requests == []


async def test_truncating_on_request_sends_the_longest_beginning_that_fits() -> None:
    with serving(embed_in_floats) as (url, requests):
        await embed(url, ["one two three four five six seven"], overflow="truncate")

    assert requests[0]["input"] == ["one two three four five "]


def failing(status: int, message: str) -> Answer:
    return lambda _: (status, {"error": {"message": message}})


def answering(*vectors: list[float]) -> Answer:
    data: list[Json] = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return lambda _: (200, answer_of(data))


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (failing(401, "bad key secret-key"), AuthenticationFailedError, "API_KEY"),
        (failing(429, "slow down"), RateLimitedError, "slow down"),
        (failing(503, "busy"), ModelUnavailableError, "status 503"),
        (failing(200, "an error with the wrong status"), ModelUnavailableError, "no usable answer"),
        (answering(), ModelUnavailableError, "no usable answer"),
        (answering([1, 2]), EmbeddingError, r"vectors of \[2\] numbers, not 4"),
        (answering([0, 0, 0, 0]), EmbeddingError, "zero or not finite"),
        (answering([1, 2, 3, 4], [1, 2, 3, 4]), EmbeddingError, "2 vectors for 1 texts"),
    ],
)
async def test_what_goes_wrong_at_the_server_is_said_in_our_own_errors(
    answer: Answer, error: type[CapstoneError], words: str
) -> None:
    with serving(answer) as (url, _), pytest.raises(error, match=words) as raised:
        await embed(url, ["text"])

    assert "secret-key" not in str(raised.value)


async def test_how_long_the_server_wants_us_to_wait_is_kept() -> None:
    with (
        serving(failing(429, "slow down")) as (url, _),
        pytest.raises(RateLimitedError) as raised,
    ):
        await embed(url, ["text"])

    assert raised.value.retry_after_s == 7


async def test_after_one_failure_the_requests_that_wait_are_not_sent() -> None:
    with serving(failing(401, "bad key")) as (url, requests):
        async with connected(url) as embedder:
            with pytest.raises(AuthenticationFailedError):
                await embedder.embed(["text"] * 60)  # twenty requests, four at once
            # Takes its turn behind any that still wait, so when it is done they would be too.
            with pytest.raises(AuthenticationFailedError):
                await embedder.embed(["another"])

    assert len(requests) < 20


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with serving(embed_in_floats) as (url, _):
        pass

    with pytest.raises(ModelUnavailableError, match="CAPSTONE_BASE_URL"):
        await embed(url, ["text"])


async def test_a_server_that_does_not_answer_in_time_is_said_to_be_late() -> None:
    with pytest.raises(DeadlineExceededError), silent_server() as url:
        async with connected(url, patience_s=0.05) as embedder:
            await embedder.embed(["text"])


@contextmanager
def silent_server() -> Iterator[str]:
    """Accept connections and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
