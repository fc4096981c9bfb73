"""A real server on loopback, on a real database, with a model that follows a script."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal

from shared.llm.model import ChatModel
from shared.postgres.database import Pool, connect, fresh_url
from shared.postgres.server import server
from shared.settings import Settings

# The grader watches the project's modules from when they are imported, which is after this file.
if TYPE_CHECKING:
    from projects.p13_api_backend.edge import Drain
    from projects.p13_api_backend.given.contract import Options, Order
    from projects.p13_api_backend.store import Store

QUICK = {"notice_s": 0.1, "drain_s": 5.0, "heartbeat_s": 0.05, "connections": 4}
# Somebody else's server is not ours to stop.
collect_ignore = ["test_outage.py"] if "DATABASE_URL" in os.environ else []
PEOPLE = {
    "ana": ("C-1", "customer"),
    "bruno": ("C-2", "customer"),
    "agent": ("A-1", "agent"),
    "auditor": ("U-1", "auditor"),
}


def order(number: int, owner: str = "C-1", day: int = 1, cents: int = 5_000) -> "Order":
    """Make an order."""
    from projects.p13_api_backend.given.contract import Line, Order  # noqa: PLC0415 (see above)

    line = Line(sku=f"SKU-{number}", name="Velmora Brisa 320", quantity=1, total_cents=cents)
    return Order(
        id=f"ZX-{number:04d}",
        customer_id=owner,
        placed_on=date(2026, 3, day),
        status="shipped",
        currency="EUR",
        total_cents=cents,
        lines=(line,),
    )


@pytest.fixture
def make_order() -> "Callable[..., Order]":
    return order


@asynccontextmanager
async def _opened(home: Path) -> AsyncIterator[str]:
    async with server(Settings(home=home)) as url, fresh_url(url) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "postgres"


@pytest.fixture(scope="session")
def database(home: Path) -> Iterator[str]:
    """Open one database for all tests: making one costs more than most of them."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_opened(home)) as url,
    ):
        yield url


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with connect(database) as pool:
        yield pool


@pytest.fixture
async def store(pool: Pool) -> "Store":
    """Make a store that holds orders of two customers, and nothing of the test before."""
    from projects.p13_api_backend.given.contract import Deadline  # noqa: PLC0415 (see above)
    from projects.p13_api_backend.store import Store  # noqa: PLC0415 (same)

    store = Store(pool)
    await store.prepare(Deadline.after(20))
    async with pool.connection() as connection:
        await connection.execute("TRUNCATE purchase, refund, answer, api_key")
    orders = (order(1), order(2, day=2), order(3, owner="C-2"), order(4, owner="C-2", day=2))
    await store.add_orders(orders, Deadline.after(20))
    return store


@dataclass
class Service:
    """A running service, and keys to it."""

    url: str
    drain: "Drain"
    running: asyncio.Task[None]
    keys: dict[str, str] = field(default_factory=dict)

    def client(self, who: str = "ana", **more: str) -> httpx2.AsyncClient:
        """Open a client for one of its users; header names with underscores."""
        headers = {"authorization": f"Bearer {self.keys.get(who, '')}", "idempotency-key": "k-1"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        return httpx2.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=20, verify=False
        )


Serving: TypeAlias = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
def serving(database: str, store: "Store") -> Serving:
    """Serve on a real socket while the block lasts."""
    from projects.p13_api_backend.access import new_key  # noqa: PLC0415 (see above)
    from projects.p13_api_backend.edge import Drain  # noqa: PLC0415 (same)
    from projects.p13_api_backend.given.contract import Deadline, Options, Role  # noqa: PLC0415 (same)
    from projects.p13_api_backend.serving import serve  # noqa: PLC0415 (same)

    @asynccontextmanager
    async def run(model: ChatModel, options: "Options | None" = None) -> AsyncIterator[Service]:
        limits = options or Options.model_validate(QUICK)
        keys = {}
        for name, (owner, role) in PEOPLE.items():
            keys[name], key = new_key(owner, Role(role))
            await store.add_key(key, 100, 100, Deadline.after(20))
        drain = Drain()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            task = asyncio.create_task(serve(listening, database, model, limits, drain))
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            service = Service(url, drain, task, keys)
            try:
                yield service
            finally:
                drain.begin()
                await asyncio.wait_for(task, 20)

    return run
