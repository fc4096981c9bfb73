"""Task 10, and a service from its start to its end."""

import asyncio
import gc
import json
import os
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from projects.p13_api_backend.__main__ import listen, serve_all
from projects.p13_api_backend.edge import Drain
from projects.p13_api_backend.given.app import create_app
from projects.p13_api_backend.given.contract import Options, Principal, Role
from projects.p13_api_backend.given.depends import Parts, model_of, principal_of
from projects.p13_api_backend.serving import drained, opened
from projects.p13_api_backend.store import Store
from shared.errors import ConfigurationError
from shared.llm.messages import ChatRequest, Reply
from shared.settings import Settings
from shared.simulator.server import running
from shared.testing import ScriptedModel

pytestmark = pytest.mark.anyio
Serving = Callable[..., AbstractAsyncContextManager[Any]]
ASK = {"question": "Where is it?", "order_id": "ZX-0001"}


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


class Waiting(ScriptedModel):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__(["Done."])
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def complete(self, request: ChatRequest) -> Reply:
        """Wait, then answer."""
        self.asked.set()
        await self.go.wait()
        return await super().complete(request)


async def test_a_stopping_service_finishes_what_it_began(serving: Serving) -> None:
    model = Waiting()

    async with serving(model, Options(notice_s=0.6, drain_s=10)) as service:
        async with service.client() as ana:
            asking = asyncio.create_task(ana.post("/v1/answers", json=ASK))
            await asyncio.wait_for(model.asked.wait(), 10)
            service.drain.begin()
            ready, alive = await ana.get("/readyz"), await ana.get("/healthz")
            model.go.set()
            answer = await asking
        await asyncio.wait_for(asyncio.shield(service.running), 10)

    assert (ready.status_code, alive.status_code, answer.status_code) == (503, 200, 201)


async def test_lives_leave_no_task_no_descriptor_no_session(database: str, store: Store) -> None:
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
    for _ in range(4):
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
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running() as url:
        told = {"base_url": url, "model": "sim-smart", "api_key": "any", "home": home}
        serving = asyncio.create_task(serve_all(Settings.model_validate(told), seed=7, port=0))
        said = ""
        while "Stop:" not in said and not serving.done():
            await asyncio.sleep(0.01)
            said += capsys.readouterr().out
        answer = await paste(said)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 20)

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


def test_a_port_that_is_taken_is_one_clear_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError) as refused,
    ):
        listen(taken.getsockname()[1])

    assert "--port" in refused.value.advice
