"""The service on a real socket: what an in-process transport cannot show."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

import anyio
import httpx2
import psycopg
import pytest

from projects.p13_api_backend.app import create_app
from projects.p13_api_backend.contract import Deadline, Options, Principal, Role
from projects.p13_api_backend.depends import Parts, model_of, principal_of
from projects.p13_api_backend.edge import Drain
from projects.p13_api_backend.serving import drained, opened
from projects.p13_api_backend.store import Store
from shared.errors import ModelUnavailableError
from shared.llm.connect import provider
from shared.llm.model import ChatModel
from shared.settings import Settings
from shared.testing import (
    RawServer,
    ScriptedModel,
    Then,
    http_answer,
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


async def test_draining_waits_for_the_notice_and_for_what_is_in_flight() -> None:
    drain, over = Drain(), asyncio.Event()
    with drain.counted():
        draining = asyncio.create_task(drained(drain, Options(notice_s=0.05, drain_s=20)))
        draining.add_done_callback(lambda _: over.set())
        await asyncio.sleep(0.2)
        waited = not over.is_set()
    await asyncio.wait_for(over.wait(), 5)

    assert waited


async def test_draining_waits_no_longer_than_it_may() -> None:
    drain = Drain()

    with drain.counted():
        await asyncio.wait_for(drained(drain, Options(notice_s=0, drain_s=0.05)), 5)
        busy = not drain.idle.is_set()

    assert busy


async def test_a_stopping_service_finishes_what_it_began(serving: Serving) -> None:
    go = asyncio.Event()
    answer_ = http_answer(
        {
            "id": "r",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "Done."},
                    "finish_reason": "stop",
                }
            ],
        }
    )
    options = Options(notice_s=0.6, drain_s=10)

    async with (
        raw_server([go, *answer_]) as raw,
        model_at(raw) as model,
        serving(model, options) as service,
        service.client() as ana,
    ):
        asking = asyncio.create_task(ana.post("/v1/answers", json=ASK))
        await asyncio.wait_for(raw.arrived.wait(), 10)
        service.drain.begin()
        ready, alive = await ana.get("/readyz"), await ana.get("/healthz")
        go.set()
        answer = await asking
        await asyncio.wait_for(asyncio.shield(service.running), 10)

    assert (ready.status_code, alive.status_code, answer.status_code) == (503, 200, 201)


async def test_twenty_lives_leave_no_task_no_descriptor_no_session(
    database: str, store: Store
) -> None:
    del store  # the tables are there

    def held() -> tuple[int, int]:
        gc.collect()
        return len(asyncio.all_tasks()), len(list(Path("/dev/fd").iterdir()))

    async def live() -> None:
        model = ScriptedModel(["Yes."])
        app = create_app(
            lambda: opened(database, model, Options(connections=1)),
            options=Options(),
            drain=Drain(),
        )
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://f") as client:
                assert (await client.get("/readyz")).status_code == 200

    await live()
    before = held()
    for _ in range(20):
        await live()

    after = held()
    async with await psycopg.AsyncConnection.connect(database) as connection:
        found = await connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        )
        sessions = await found.fetchone()
    assert after == before
    assert sessions is not None
    assert sessions[0] <= 5  # ours, and the pool of this test


async def test_a_model_is_put_in_place_by_an_override(store: Store) -> None:
    parts = Parts(store, store, store, store, ScriptedModel([]))
    app = create_app(lambda: nullcontext(parts), options=Options(), drain=Drain())
    app.state.parts = parts
    other = ScriptedModel(["From the override."])
    app.dependency_overrides[model_of] = lambda: other
    app.dependency_overrides[principal_of] = lambda: Principal("k", "C-1", Role.CUSTOMER)

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://f") as client:
        answer = await client.post("/v1/answers", json=ASK, headers={"idempotency-key": "o"})

    assert answer.json()["text"] == "From the override."


async def test_a_database_that_restarts_is_a_clear_error_and_nothing_twice(
    serving: Serving, database: str
) -> None:
    refund = {"amount_cents": 7, "reason": "late"}
    path = "/v1/orders/ZX-0001/refunds"

    async with serving(ScriptedModel([])) as service, service.client("agent") as agent:
        await agent.post(path, json=refund)
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        statuses = [(await agent.post(path, json=refund)).status_code for _ in range(12)]
        order = (await agent.get("/v1/orders/ZX-0001")).json()

    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 201
    assert order["refunded_cents"] == 7


async def test_the_command_serves_against_a_simulator_of_its_own_until_sigterm(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from shared.simulator.server import running  # noqa: PLC0415 (starts a server of its own)

    home = tmp_path_factory.getbasetemp() / "postgres"
    async with running() as url:
        environment = {
            **os.environ,
            "CAPSTONE_BASE_URL": url,
            "CAPSTONE_MODEL": "sim-smart",
            "CAPSTONE_API_KEY": "any",
            "CAPSTONE_HOME": str(home),
        }
        command = ("-m", "projects.p13_api_backend", "serve", "--port", "0")
        process = await anyio.open_process(
            [sys.executable, *command],
            cwd=Path(__file__).parents[3],
            env=environment,
        )
        async with process:
            said = ""
            assert process.stdout is not None
            while "Stop:" not in said:
                said += (await process.stdout.receive()).decode()
            answer = await paste(said)
            process.terminate()
            code = await process.wait()

    assert code == 0
    assert answer["event"] == "done"
    assert answer["answer"]["model"] == "sim-smart"


async def paste(said: str) -> Any:
    """Do what the printed curl line does."""
    url = said.partition("curl -N ")[2].split()[0]
    key = said.partition("Bearer ")[2].split("'")[0]
    body = json.loads(said.partition("-d '")[2].split("'")[0])
    headers = {"authorization": f"Bearer {key}", "idempotency-key": "p"}
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as client:
        for _ in range(200):
            try:
                answer = await client.post(url, json=body, headers=headers)
            except httpx2.ConnectError:
                await asyncio.sleep(0.05)
            else:
                return json.loads(answer.text.strip().split("data: ")[-1].splitlines()[0])
    return {}
