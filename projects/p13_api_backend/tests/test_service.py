"""The service on a real socket: what an in-process transport cannot show."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from projects.p13_api_backend.given.contract import Deadline
from projects.p13_api_backend.store import Store
from shared.errors import ModelUnavailableError
from shared.llm.connect import provider
from shared.llm.model import ChatModel
from shared.settings import Settings
from shared.testing import (
    RawServer,
    ScriptedModel,
    Then,
    raw_server,
    sse_answer,
    sse_event,
)

pytestmark = pytest.mark.anyio
Serving = Callable[..., AbstractAsyncContextManager[Any]]
ASK = {"question": "Where is it?", "order_id": "ZX-0001"}


def chunk(text: str) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return sse_event({"id": "r", "object": "c", "created": 1, "model": "m", "choices": [choice]})


def model_at(raw: RawServer) -> AbstractAsyncContextManager[ChatModel]:
    return provider(Settings.model_validate({"base_url": f"{raw.url}/v1", "model": "m"}))


async def test_an_answer_comes_once_and_is_read_again(serving: Serving) -> None:
    model = ScriptedModel(["On its way."])

    async with serving(model) as service, service.client() as ana, service.client("bruno") as bruno:
        first = await ana.post("/v1/answers", json=ASK)
        second = await ana.post("/v1/answers", json=ASK)
        path = f"/v1/answers/{first.json()['id']}"
        read, others = await ana.get(path), await bruno.get(path)

    assert first.status_code == 201
    assert first.json()["text"] == "On its way."
    assert second.json() == read.json() == first.json()
    assert others.status_code == 404
    assert "ZX-0001" in model.requests[0].messages[-1].text


async def test_words_arrive_before_the_model_has_ended(serving: Serving) -> None:
    more = asyncio.Event()
    stop = sse_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    steps = [
        *sse_answer(chunk("It left. "), ended=False),
        more,
        *sse_answer(chunk("Today."), stop)[1:],
    ]

    async with raw_server(steps) as raw, model_at(raw) as model, serving(model) as service:
        lines = list[str]()
        async with (
            service.client() as ana,
            ana.stream("POST", "/v1/answers/stream", json=ASK) as got,
        ):
            async for line in got.aiter_lines():
                lines.append(line)
                if "It left." in line:
                    more.set()

    assert [line for line in lines if line.startswith("event")] == [
        "event: started",
        "event: delta",
        "event: delta",
        "event: done",
    ]


async def test_a_client_that_leaves_ends_the_models_call(serving: Serving) -> None:
    steps = [*sse_answer(chunk("It left. "), ended=False), Then.HANG]

    async with raw_server(steps) as raw, model_at(raw) as model, serving(model) as service:
        async with (
            service.client() as ana,
            ana.stream("POST", "/v1/answers/stream", json=ASK) as got,
        ):
            async for line in got.aiter_lines():
                if "It left." in line:
                    break
        await asyncio.wait_for(raw.departed.wait(), 10)

    assert len(raw.hits) == 1


async def test_a_deadline_ends_the_models_call(serving: Serving) -> None:
    async with raw_server([Then.HANG]) as raw, model_at(raw) as model, serving(model) as service:
        async with service.client(x_deadline_ms="300") as ana:
            answer = await ana.post("/v1/answers", json=ASK)
        await asyncio.wait_for(raw.departed.wait(), 10)

    assert answer.status_code == 504


async def test_a_model_that_fails_leaves_the_key_to_be_used_again(serving: Serving) -> None:
    model = ScriptedModel([ModelUnavailableError("canary"), "Here."])

    async with serving(model) as service, service.client() as ana:
        first = await ana.post("/v1/answers", json=ASK)
        second = await ana.post("/v1/answers", json=ASK)

    assert (first.status_code, second.status_code) == (503, 201)
    assert "canary" not in first.text
    assert int(first.headers["retry-after"]) >= 1


async def test_pages_lead_through_all_orders(serving: Serving) -> None:
    found, cursor = list[str](), "?limit=1"

    async with serving(ScriptedModel([])) as service, service.client("auditor") as auditor:
        while cursor:
            page = (await auditor.get(f"/v1/orders{cursor}")).json()
            found += [order["id"] for order in page["items"]]
            cursor = f"?limit=1&cursor={page['next_cursor']}" if page["next_cursor"] else ""

    assert found == ["ZX-0004", "ZX-0002", "ZX-0003", "ZX-0001"]


async def test_who_asks_too_often_is_told_when_to_come_back(serving: Serving, store: Store) -> None:
    async with serving(ScriptedModel([])) as service, service.client() as ana:
        async with store.transaction(Deadline.after(5)) as cursor:
            await cursor.execute("UPDATE api_key SET level = 0, per_s = 0.1")
        answer = await ana.get("/v1/orders")

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 10
