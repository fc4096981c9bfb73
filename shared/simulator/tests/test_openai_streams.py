"""What streams of OpenAI's dialects do that others need not: several answers, and their pace."""

import json
import time
from typing import Any

import httpx
import pytest

from shared.simulator.respond import Reader
from shared.simulator.server import make_state, serving

pytestmark = pytest.mark.anyio

QUESTION = "Ana lives in Porto, by the sea. Bruno lives in Faro. Who lives in Faro?"


def sse(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line[:6] == "data: "]
    return [json.loads(line) for line in lines if line != "[DONE]"]


async def test_n_answers_stream_side_by_side(base_url: str, http: httpx.AsyncClient) -> None:
    messages = [{"role": "user", "content": QUESTION}]
    body = {"model": "sim-fast", "messages": messages, "n": 3}

    whole = (await http.post(f"{base_url}/chat/completions", json=body)).json()
    stream = await http.post(f"{base_url}/chat/completions", json={**body, "stream": True})

    texts = ["", "", ""]
    for event in sse(stream.text):
        for choice in event["choices"]:
            texts[choice["index"]] += choice["delta"].get("content") or ""
    assert [choice["message"]["content"] for choice in whole["choices"]] == texts


async def test_legacy_completions_answer_each_prompt(
    base_url: str, http: httpx.AsyncClient
) -> None:
    body = {"model": "sim-fast", "prompt": ["One. Who?", "Two. Who?"], "n": 2, "logprobs": 2}

    whole = (await http.post(f"{base_url}/completions", json=body)).json()
    stream = await http.post(f"{base_url}/completions", json={**body, "stream": True})

    texts = ["", "", "", ""]
    for event in sse(stream.text):
        for choice in event["choices"]:
            texts[choice["index"]] += choice["text"]
    assert [choice["text"] for choice in whole["choices"]] == texts == ["One."] * 2 + ["Two."] * 2
    assert whole["choices"][0]["logprobs"]["text_offset"] == [0, 3]


async def test_on_the_wall_clock_tokens_come_one_by_one(reader: Reader) -> None:
    text = "A parrot and two dogs of a neighbour live in Faro with Bruno. Who lives with Bruno?"
    messages = [{"role": "user", "content": text}]
    body = {"model": "sim-null", "messages": messages, "stream": True}
    async with (
        serving(make_state(read=reader, clock="wall")) as url,
        httpx.AsyncClient() as http,
        http.stream("POST", f"{url}/chat/completions", json=body) as answer,
    ):
        arrivals = [time.perf_counter() async for _ in answer.aiter_raw()]

    assert len(arrivals) > 3
    assert arrivals[-1] - arrivals[0] > 0.001
