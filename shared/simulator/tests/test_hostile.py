"""Bad input ends in a clear error or a clean close, in bounded time, and the server lives."""

import asyncio
import base64
import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.simulator.app import Simulator
from shared.simulator.respond import Reader
from shared.simulator.server import drill_url, make_state, running, server_url, serving
from shared.simulator.state import State
from shared.simulator.wire import MAX_BODY_BYTES

pytestmark = pytest.mark.anyio

ASKED: dict[str, Any] = {"model": "sim-fast", "messages": [{"role": "user", "content": "Hello."}]}
ONE_CALL = json.dumps(ASKED).encode()


@pytest.fixture
def patient(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.timeout = httpx.Timeout(30)
    return http


def raw(body: str) -> bytes:
    return body.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe\x00",
        raw('{"model": "sim-fast", "messages": [{"role": "user", "content": "\\ud800"}]}'),
        ONE_CALL.replace(b"Hello", b"\xc3\x28"),
        ONE_CALL[:-1] + b', "temperature": NaN}',
        ONE_CALL[:-1] + b', "temperature": 1e999}',
        ONE_CALL[:-1] + b', "seed": ' + b"9" * 5_000 + b"}",
        ONE_CALL[:-1] + b', "metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        ONE_CALL[:-1] + b', "logit_bias": {"1": Infinity}}',
    ],
)
async def test_a_body_that_is_no_request_is_a_400(
    base_url: str, patient: httpx.AsyncClient, body: bytes
) -> None:
    answer = await patient.post(f"{base_url}/chat/completions", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


async def test_a_million_tokens_overflow_the_context(
    base_url: str, patient: httpx.AsyncClient
) -> None:
    asked = {**ASKED, "messages": [{"role": "user", "content": "word " * 1_000_000}]}

    answer = await patient.post(f"{base_url}/chat/completions", json=asked)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "context_length_exceeded"
    assert "resulted in 1000" in answer.json()["error"]["message"]


@pytest.mark.parametrize("depth", [20, 80, 120, 5_000])
async def test_a_deep_schema_is_taken_or_refused(
    base_url: str, patient: httpx.AsyncClient, depth: int
) -> None:
    schema = '{"type": "object", "properties": {"a": ' * depth + "{}" + "}}" * depth
    wanted = f'{{"type": "json_schema", "json_schema": {{"name": "x", "schema": {schema}}}}}'
    body = ONE_CALL.decode()[:-1] + f', "response_format": {wanted}}}'

    answer = await patient.post(f"{base_url}/chat/completions", content=body)

    assert answer.status_code == (200 if depth < 64 else 400)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "(.*a){40}",
        "(a|aa)+$",
        "((((a{999}){999}){999}){999})",
        "a{390}a*a*a*a*a*a*\\b!",
        "(((",
    ],
)
async def test_a_regular_expression_that_would_never_end_is_not_waited_for(pattern: str) -> None:
    text = {"type": "string", "pattern": pattern}
    schema = {"type": "object", "properties": {"a": text}, "required": ["a"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    async with running() as url, httpx.AsyncClient(timeout=10) as http:
        answer = await http.post(
            f"{url}/chat/completions", json={**ASKED, "response_format": wanted}
        )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"type": "object", "properties": {"child": {"$ref": "#"}}, "required": ["child"]},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"type": "array", "items": {"type": "string"}, "minItems": 1_000_000_000},
        {"type": "string", "minLength": 1_000_000_000},
        {"type": "object", "properties": {"a": True, "b": {"type": "odd"}, "c": {"minimum": "x"}}},
    ],
)
async def test_a_schema_without_end_gets_an_answer_with_one(schema: dict[str, Any]) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    async with running() as url, httpx.AsyncClient(timeout=10) as http:
        answer = await http.post(
            f"{url}/chat/completions", json={**ASKED, "response_format": wanted}
        )

    assert answer.status_code == 200
    assert len(answer.content) < 1_000_000


async def test_a_body_over_the_limit_is_a_413(base_url: str, patient: httpx.AsyncClient) -> None:
    answer = await patient.post(f"{base_url}/chat/completions", content=b"x" * (MAX_BODY_BYTES + 1))
    alive = await patient.get(f"{base_url}/models")

    assert answer.status_code == 413
    assert alive.status_code == 200


async def test_a_large_image_is_read(base_url: str, patient: httpx.AsyncClient) -> None:
    url = "data:image/png;base64," + base64.b64encode(bytes(10_000_000)).decode()
    parts = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    asked = {**ASKED, "messages": [{"role": "user", "content": parts}]}

    answer = await patient.post(f"{base_url}/chat/completions", json=asked)

    assert answer.status_code == 200


@pytest.mark.parametrize("url", ["https://example.org/cat.png", "data:image/png;base64,???", ""])
async def test_an_image_that_cannot_be_read_is_named(
    base_url: str, patient: httpx.AsyncClient, url: str
) -> None:
    parts = [{"type": "image_url", "image_url": {"url": url}}]
    asked = {**ASKED, "messages": [{"role": "user", "content": parts}]}

    answer = await patient.post(f"{base_url}/chat/completions", json=asked)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "messages[0].content[0].image_url.url"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-slow: ",
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{",
    ],
)
async def test_a_client_that_never_ends_its_request_is_let_go(reader: Reader, sent: bytes) -> None:
    async with serving(make_state(read=reader, request_timeout_s=0.1)) as url:
        parts = urlsplit(url)
        incoming, outgoing = await asyncio.open_connection(parts.hostname, parts.port)
        outgoing.write(sent)

        answer = await asyncio.wait_for(incoming.read(), 5)

        outgoing.close()
        await outgoing.wait_closed()
    assert answer.startswith(b"HTTP/1.1 408")


async def test_endless_headers_are_cut_off(base_url: str) -> None:
    parts = urlsplit(base_url)
    incoming, outgoing = await asyncio.open_connection(parts.hostname, parts.port)
    outgoing.write(b"GET /health HTTP/1.1\r\nhost: x\r\n" + b"x-more: yes\r\n" * 10_000)

    answer = await asyncio.wait_for(incoming.read(), 5)

    outgoing.close()
    await outgoing.wait_closed()
    assert answer.startswith(b"HTTP/1.1 431")


async def test_generation_stops_when_the_client_has_gone(reader: Reader) -> None:
    state = make_state(read=reader, clock="wall", drill={"slow_stream": 1.0})
    asked = {**ASKED, "stream": True, "messages": [{"role": "user", "content": "word " * 60}]}
    async with serving(state) as url, httpx.AsyncClient() as client:
        async with client.stream("POST", f"{url}/chat/completions", json=asked) as answer:
            await anext(answer.aiter_bytes())

        entry = next(state.ledger.of())
        async with asyncio.timeout(10):
            while entry.outcome == "answered":
                await client.get(f"{url}/models")

    assert entry.outcome == "abandoned"
    assert entry.delivered < entry.output_tokens


async def test_a_hanging_answer_does_not_hold_up_the_end(reader: Reader) -> None:
    state = make_state(read=reader, clock="wall", drill={"timeout": 1.0})
    async with httpx.AsyncClient() as client, serving(state) as url, asyncio.timeout(10):
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"{url}/chat/completions", json=ASKED, timeout=0.2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "messages",
        "input",
        "prompt",
        "tools",
        "tool_choice",
        "response_format",
        "text",
        "stop",
        "n",
        "stream",
        "max_tokens",
        "system",
        "format",
        "options",
        "logprobs",
    ]
)
ROUTES = st.sampled_from(
    ["chat/completions", "responses", "completions", "messages", "api/chat", "embeddings"]
)
VALID: dict[str, dict[str, Any]] = {
    "chat/completions": ASKED,
    "responses": {"model": "sim-fast", "input": "Hello."},
    "completions": {"model": "sim-fast", "prompt": "Hello."},
    "messages": {**ASKED, "max_tokens": 9},
    "api/chat": ASKED,
    "embeddings": {"model": "sim-embed", "input": []},
}


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=ROUTES, changes=st.dictionaries(KEYS, JSON, min_size=1, max_size=3))
def test_no_body_breaks_a_dialect(state: State, route: str, changes: dict[str, Any]) -> None:
    body = json.dumps({**VALID[route], **changes}).encode()

    status = asyncio.run(post(state, f"/v1/{route}", body))

    assert status in {200, 400, 404}


async def post(state: State, path: str, body: bytes) -> int:
    """Call the application without a socket; returns the status."""
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
    await Simulator(state)(scope, receive, send)
    return statuses[0]


@given(st.text(max_size=40))
def test_no_path_breaks_the_router(state: State, path: str) -> None:
    assert asyncio.run(post(state, f"/{path}", b"{}")) in {200, 400, 403, 404, 405}


async def test_a_cut_leaves_the_server_well(base_url: str, patient: httpx.AsyncClient) -> None:
    url = drill_url(base_url, {"tcp_cut": 1.0})
    for _ in range(5):
        with pytest.raises(httpx.TransportError):
            await patient.post(f"{url}/chat/completions", json={**ASKED, "stream": True})

    health = await patient.get(f"{server_url(base_url)}/health")

    assert health.json()["simulator"] is True
