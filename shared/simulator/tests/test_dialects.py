"""Every dialect says the same, whole and streamed."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest
from anthropic.types import RawMessageStreamEvent
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from shared.simulator.address import drill_url, server_url

pytestmark = pytest.mark.anyio

QUESTION = "Ana lives in Porto, by the sea. Bruno lives in Faro. Who lives in Faro?"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": name, "description": name, "parameters": CITY}}
    for name in ("weather", "map")
]


class Said(NamedTuple):
    """What an answer said: text, tool calls as (name, arguments), finish reason, output tokens."""

    text: str
    calls: tuple[tuple[str, Any], ...]
    finish: str | None
    tokens: int


def sse(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line[:6] == "data: "]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def chat_body(*, tools: bool, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": "sim-fast", "stream": stream}
    body["messages"] = [{"role": "user", "content": QUESTION}]
    if tools:
        body["tools"] = TOOLS
    if stream:
        body["stream_options"] = {"include_usage": True}
    return body


def chat_whole(text: str) -> Said:
    answer = json.loads(text)
    choice = answer["choices"][0]
    calls = tuple(
        (call["function"]["name"], call["function"]["arguments"])
        for call in choice["message"].get("tool_calls", ())
    )
    spent = answer["usage"]["completion_tokens"]
    return Said(choice["message"]["content"] or "", calls, choice["finish_reason"], spent)


def chat_streamed(text: str) -> Said:
    said, finish, spent = "", None, 0
    calls: dict[int, list[str]] = {}
    for event in sse(text):
        spent = (event.get("usage") or {}).get("completion_tokens", spent)
        for choice in event["choices"]:
            said += choice["delta"].get("content") or ""
            finish = choice["finish_reason"] or finish
            for part in choice["delta"].get("tool_calls", ()):
                call = calls.setdefault(part["index"], ["", ""])
                call[0] += part["function"].get("name", "")
                call[1] += part["function"]["arguments"]
    return Said(said, tuple((name, arguments) for name, arguments in calls.values()), finish, spent)


def responses_body(*, tools: bool, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": "sim-fast", "stream": stream, "input": QUESTION}
    if tools:
        body["tools"] = [{"type": "function", **tool["function"]} for tool in TOOLS]
    return body


def responses_said(answer: dict[str, Any]) -> Said:
    text = "".join(
        part["text"]
        for item in answer["output"]
        if item["type"] == "message"
        for part in item["content"]
    )
    calls = tuple(
        (item["name"], item["arguments"])
        for item in answer["output"]
        if item["type"] == "function_call"
    )
    return Said(text, calls, answer["status"], answer["usage"]["output_tokens"])


def responses_streamed(text: str) -> Said:
    events = sse(text)
    numbers = [event["sequence_number"] for event in events]
    deltas = "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta")
    whole = responses_said(events[-1]["response"])

    assert numbers == list(range(len(events)))
    assert deltas == whole.text
    return whole


def anthropic_body(*, tools: bool, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": "sim-fast", "stream": stream, "max_tokens": 500}
    body["messages"] = [{"role": "user", "content": QUESTION}]
    if tools:
        body["tools"] = [
            {"name": tool["function"]["name"], "description": "d", "input_schema": CITY}
            for tool in TOOLS
        ]
    return body


def anthropic_whole(text: str) -> Said:
    answer = json.loads(text)
    said = "".join(block.get("text", "") for block in answer["content"])
    calls = tuple(
        (block["name"], block["input"])
        for block in answer["content"]
        if block["type"] == "tool_use"
    )
    return Said(said, calls, answer["stop_reason"], answer["usage"]["output_tokens"])


def anthropic_streamed(text: str) -> Said:
    said, finish, spent = "", None, 0
    calls: list[list[str]] = []
    for event in sse(text):
        match event["type"]:
            case "content_block_start" if event["content_block"]["type"] == "tool_use":
                calls.append([event["content_block"]["name"], ""])
            case "content_block_delta" if event["delta"]["type"] == "text_delta":
                said += event["delta"]["text"]
            case "content_block_delta":
                calls[-1][1] += event["delta"]["partial_json"]
            case "message_delta":
                finish = event["delta"]["stop_reason"]
                spent = event["usage"]["output_tokens"]
    return Said(said, tuple((name, json.loads(text)) for name, text in calls), finish, spent)


def ollama_body(*, tools: bool, stream: bool) -> dict[str, Any]:
    return {**chat_body(tools=tools, stream=False), "stream": stream}


def ollama_whole(text: str) -> Said:
    return ollama_said([json.loads(text)])


def ollama_streamed(text: str) -> Said:
    return ollama_said([json.loads(line) for line in text.splitlines()])


def ollama_said(lines: list[dict[str, Any]]) -> Said:
    said = "".join(line["message"]["content"] for line in lines)
    calls = tuple(
        (call["function"]["name"], call["function"]["arguments"])
        for line in lines
        for call in line["message"].get("tool_calls", ())
    )
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    return Said(said, calls, lines[-1]["done_reason"], lines[-1]["eval_count"])


class Spoken(NamedTuple):
    """How to speak a dialect."""

    path: str
    body: Callable[..., dict[str, Any]]
    whole: Callable[[str], Said]
    streamed: Callable[[str], Said]


DIALECTS = {
    "chat": Spoken("/v1/chat/completions", chat_body, chat_whole, chat_streamed),
    "responses": Spoken(
        "/v1/responses",
        responses_body,
        lambda text: responses_said(json.loads(text)),
        responses_streamed,
    ),
    "anthropic": Spoken("/v1/messages", anthropic_body, anthropic_whole, anthropic_streamed),
    "ollama": Spoken("/api/chat", ollama_body, ollama_whole, ollama_streamed),
}


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("asked", ["text", "tools"])
async def test_a_stream_says_what_the_whole_answer_says(
    base_url: str, http: httpx.AsyncClient, name: str, asked: str
) -> None:
    path, body, whole, streamed = DIALECTS[name]
    tools = asked == "tools"
    url = server_url(base_url) + path

    one = await http.post(url, json=body(tools=tools, stream=False))
    other = await http.post(url, json=body(tools=tools, stream=True))

    assert (one.status_code, other.status_code) == (200, 200), one.text
    assert whole(one.text) == streamed(other.text)
    assert whole(one.text).text == ("Let me look." if tools else "Bruno lives in Faro.")


@pytest.mark.parametrize("name", DIALECTS)
async def test_every_answer_says_that_it_is_simulated(
    base_url: str, http: httpx.AsyncClient, name: str
) -> None:
    path, body, *_ = DIALECTS[name]

    answer = await http.post(server_url(base_url) + path, json=body(tools=False, stream=False))

    assert answer.headers["x-sim-profile"] == "sim-fast"
    id_header = "request-id" if name == "anthropic" else "x-request-id"
    assert answer.headers[id_header].startswith("sim-")
    assert float(answer.headers["x-sim-total-ms"]) >= float(answer.headers["x-sim-ttft-ms"]) > 0
    assert answer.json().get("id", "sim-").startswith("sim-")


@pytest.mark.parametrize("name", DIALECTS)
async def test_a_clean_cut_ends_a_stream_without_a_finish(
    base_url: str, http: httpx.AsyncClient, name: str
) -> None:
    path, body, _, _ = DIALECTS[name]
    url = drill_url(base_url, {"clean_cut": 1.0}).removesuffix("/v1") + path

    answer = await http.post(url, json=body(tools=False, stream=True))

    assert answer.status_code == 200
    assert "Bru" in answer.text
    for end in ('"finish_reason":"stop"', "response.completed", "message_stop", '"done":true'):
        assert end not in answer.text


@pytest.mark.parametrize("name", DIALECTS)
async def test_an_error_in_mid_stream_is_an_event(
    base_url: str, http: httpx.AsyncClient, name: str
) -> None:
    path, body, _, _ = DIALECTS[name]
    url = drill_url(base_url, {"stream_error": 1.0}).removesuffix("/v1") + path

    answer = await http.post(url, json=body(tools=False, stream=True))

    assert "Bru" in answer.text
    assert "had an error while processing" in answer.text.strip().splitlines()[-1]


EVENT_TYPES: dict[str, TypeAdapter[Any]] = {
    "chat": TypeAdapter(ChatCompletionChunk),
    "responses": TypeAdapter(ResponseStreamEvent),
    "anthropic": TypeAdapter(RawMessageStreamEvent),
}


@pytest.mark.parametrize("name", EVENT_TYPES)
@pytest.mark.parametrize("asked", ["text", "tools"])
async def test_every_event_is_of_a_type_the_official_client_declares(
    base_url: str, http: httpx.AsyncClient, name: str, asked: str
) -> None:
    path, body, _, _ = DIALECTS[name]
    wanted = body(tools=asked == "tools", stream=True)

    answer = await http.post(server_url(base_url) + path, json=wanted)

    events = [event for event in sse(answer.text) if event.get("type") != "ping"]
    assert len(events) > 4
    for event in events:
        EVENT_TYPES[name].validate_python(event)
