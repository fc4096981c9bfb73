"""A database server of its own that is stopped, and started again, under a running service."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx2
import psycopg
import pytest

from projects.p13_api_backend.edge import Drain
from projects.p13_api_backend.given.contract import Options, Order, Role
from projects.p13_api_backend.serving import issue, serve, stock
from shared.postgres.server import server
from shared.settings import Settings
from shared.testing import ScriptedModel

pytestmark = pytest.mark.anyio
REFUNDS = "/v1/orders/ZX-0001/refunds"
REFUND = {"amount_cents": 7, "reason": "late"}
ASK = {"question": "Where is it?"}


@asynccontextmanager
async def serving(url: str, model: ScriptedModel) -> AsyncIterator[httpx2.AsyncClient]:
    drain, key = Drain(), await issue(url, "A-1", Role.AGENT)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        options = Options(notice_s=0, drain_s=5)
        running = asyncio.create_task(serve(listening, url, model, options, drain))
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
            headers={"authorization": f"Bearer {key}", "idempotency-key": "k-1"},
            trust_env=False,
            timeout=20,
        ) as client:
            yield client
        drain.begin()
        await asyncio.wait_for(running, 20)


async def stopped(held: AsyncExitStack, url: str) -> None:
    await held.aclose()
    with suppress(psycopg.OperationalError):
        while True:  # it takes nobody any more while it stops
            await (await psycopg.AsyncConnection.connect(url)).close()


async def ready(client: httpx2.AsyncClient) -> bool:
    for _ in range(100):
        if (await client.get("/readyz")).status_code == 200:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_server_that_is_stopped_and_started_again_costs_nobody_anything(
    tmp_path: Path, make_order: Callable[..., Order]
) -> None:
    settings, held = Settings(home=tmp_path), AsyncExitStack()
    url = await held.enter_async_context(server(settings))
    await stock(url, [make_order(1)])
    model = ScriptedModel(["On its way."])

    async with serving(url, model) as agent:
        paid = await agent.post(REFUNDS, json=REFUND)
        told = await agent.post("/v1/answers", json=ASK)
        await stopped(held, url)
        away = await asyncio.gather(
            agent.post(REFUNDS, json=REFUND),
            agent.post(REFUNDS, json=REFUND, headers={"idempotency-key": "k-2"}),
            agent.post("/v1/answers", json=ASK),
            agent.get("/readyz"),
        )
        alive = await agent.get("/healthz")
        async with server(settings):
            back = await ready(agent)
            paid_again = await agent.post(REFUNDS, json=REFUND)
            late = await agent.post(REFUNDS, json=REFUND, headers={"idempotency-key": "k-2"})
            told_again = await agent.post("/v1/answers", json=ASK)
            order = (await agent.get("/v1/orders/ZX-0001")).json()

    assert [answer.status_code for answer in away] == [503] * 4
    assert {answer.headers["content-type"] for answer in away} == {"application/problem+json"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in away)
    assert (alive.status_code, back, late.status_code) == (200, True, 201)
    assert (paid_again.json(), told_again.json()) == (paid.json(), told.json())
    assert order["refunded_cents"] == 14
