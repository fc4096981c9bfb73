"""A real server on loopback, on a real database, with a model that follows a script."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import httpx2
import pytest

from shared.llm.model import ChatModel
from shared.postgres.database import Pool, connect, fresh_url
from shared.postgres.server import server
from shared.settings import Settings

# The grader watches the project's modules from when they are imported, which is after this file.
if TYPE_CHECKING:
    from projects.p13_api_backend.contract import Options, Order
    from projects.p13_api_backend.edge import Drain
    from projects.p13_api_backend.store import Store

QUICK = {"notice_s": 0.1, "drain_s": 5.0, "heartbeat_s": 0.05, "connections": 4}
PEOPLE = {
    "ana": ("C-1", "customer"),
    "bruno": ("C-2", "customer"),
    "agent": ("A-1", "agent"),
    "auditor": ("U-1", "auditor"),
}


def order(number: int, owner: str = "C-1", day: int = 1, cents: int = 5_000) -> "Order":
    """Make an order."""
    from projects.p13_api_backend.contract import Line, Order  # noqa: PLC0415 (see above)

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


@pytest.fixture
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    home: Path = tmp_path_factory.getbasetemp() / "postgres"
    async with server(Settings(home=home)) as url, fresh_url(url) as fresh:
        yield fresh


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with connect(database) as pool:
        yield pool


@pytest.fixture
async def store(pool: Pool) -> "Store":
    """Make a store that holds orders of two customers."""
    from projects.p13_api_backend.contract import Deadline  # noqa: PLC0415 (see above)
    from projects.p13_api_backend.store import Store  # noqa: PLC0415 (same)

    store = Store(pool)
    await store.prepare(Deadline.after(20))
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
    from projects.p13_api_backend.contract import Deadline, Options, Role  # noqa: PLC0415 (same)
    from projects.p13_api_backend.edge import Drain  # noqa: PLC0415 (same)
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
