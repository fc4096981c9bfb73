"""A running service, and the other ends of everything it stands on."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import psycopg

from shared.criteria import (
    DatabaseHandle,
    Handle,
    ModelHandle,
    Raised,
    ServingSubject,
    SocketHandle,
    SubjectRaisedError,
    fact,
)

from .cases import Json, mark, orders_of
from .http import Client
from .upstream import Step, Upstream, recording

DATABASE = DatabaseHandle(label="desk")
SIMULATOR = ModelHandle(profile="sim-smart")
OPTIONS: Json = {"notice_s": 0.3, "drain_s": 10.0, "heartbeat_s": 0.3}
START_S = 40.0


@dataclass
class Desk:
    """Farol's service with two customers, an agent and an auditor."""

    subject: ServingSubject
    path: str
    database: str
    upstream: Upstream
    orders: list[Json]
    draw: random.Random
    clients: dict[str, Client] = field(default_factory=dict)
    running: list[asyncio.Task[None]] = field(default_factory=list)
    held: AsyncExitStack = field(default_factory=AsyncExitStack)
    spent: set[str] = field(default_factory=set)

    def plan(self, *steps: Step) -> str:
        """Have the upstream follow a plan; gives the question to ask for it."""
        marked = mark(self.draw)
        self.upstream.plans[marked] = steps
        return marked

    def own(self, name: str) -> list[Json]:
        """List the orders of a customer."""
        return [o for o in self.orders if o["customer_id"] == self.owner(name)]

    def owner(self, name: str) -> str:
        """Name the customer behind a client."""
        return two_customers(self.orders)[name == "bruno"]

    async def key(self, owner: str, role: str, **limits: float) -> str:
        """Have an API key made."""
        return await self.subject.call(
            "serving.issue", returns=str, database=self.database, owner=owner, role=role, **limits
        )

    @asynccontextmanager
    async def beside(
        self, number: int, database: str = "", **options: object
    ) -> AsyncIterator["Desk"]:
        """Run another service, on the same database or another one; SIGTERM ends it."""
        url, model = database or self.database, ModelHandle(server=self.upstream.url)
        path, call = await start(self.subject, number, url, model, {**OPTIONS, **options})
        clients = {name: Client(path, client.key) for name, client in self.clients.items()}
        parts = (self.subject, path, url, self.upstream, self.orders, self.draw)
        try:
            yield Desk(*parts, clients, [call], self.held)
        finally:
            if not call.done():
                await self.subject.terminate()
            with suppress(TimeoutError, Exception):
                async with asyncio.timeout(START_S):
                    await asyncio.shield(call)


def two_customers(orders: list[Json]) -> tuple[str, str]:
    """Find the two who ordered most."""
    counts: dict[str, int] = {}
    for order in orders:
        counts[order["customer_id"]] = counts.get(order["customer_id"], 0) + 1
    first, second, *_ = sorted(counts, key=lambda owner: (-counts[owner], owner))
    return first, second


async def start(
    subject: ServingSubject, number: int, database: str, model: Handle, options: Json
) -> tuple[str, asyncio.Task[None]]:
    """Start a service on one of the sockets; comes back once it answers."""
    socket = SocketHandle(number=number)
    path = str((await subject.address(socket))["path"])
    call = asyncio.create_task(
        subject.call(
            "serving.serve",
            returns=type(None),
            listening=socket,
            database=database,
            model=model,
            options=options,
        )
    )
    probe = asyncio.create_task(Client(path).get("/healthz"))
    await asyncio.wait({call, probe}, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
    if call.done():
        probe.cancel()
        call.result()
    if not probe.done() or probe.exception() or probe.result().status_code != 200:
        raise unusable(
            "serving.serve", "GET /healthz is not answered 200 (without task 2, nothing is)"
        )
    return path, call


def unusable(function: str, message: str) -> SubjectRaisedError:
    """Say that there is nothing to measure."""
    return SubjectRaisedError(function, Raised(types=("ServiceError",), message=message))


@fact(timeout_s=120)
async def desk(subject: ServingSubject, seed: int) -> Desk:
    """Start the service on a database with this seed's orders; it runs for all that follows."""
    orders = orders_of(seed)
    url = str((await subject.address(DATABASE))["url"])
    await subject.call("serving.stock", returns=type(None), database=url, orders=orders)
    stack = AsyncExitStack()
    upstream = await stack.enter_async_context(recording())
    path, call = await start(subject, 0, url, ModelHandle(server=upstream.url), OPTIONS)
    made = Desk(
        subject, path, url, upstream, orders, random.Random(seed), running=[call], held=stack
    )
    first, second = two_customers(orders)
    roles = {"ana": (first, "customer"), "bruno": (second, "customer")}
    roles |= {"agent": ("agent-7", "agent"), "auditor": ("auditor-3", "auditor")}
    for name, (owner, role) in roles.items():
        made.clients[name] = Client(path, await made.key(owner, role))
    return made


@asynccontextmanager
async def looking(database: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    """Look into the database from the grader's side."""
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        yield connection
