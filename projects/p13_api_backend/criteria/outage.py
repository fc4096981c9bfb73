"""11: the database's server is stopped in the middle, and started again."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx2
import psycopg

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ServingSubject,
    SocketHandle,
    criterion,
    fact,
    share,
)
from shared.postgres.database import guest_url
from shared.postgres.server import server
from shared.settings import Settings

from .cases import Json
from .http import Client, answered, fault_of, new_key, pump
from .idempotency import payable, refunded
from .service import Desk, looking

REFUNDS = 24
CENTS = 37
NUMBER = 1
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@dataclass
class Cluster:
    """A PostgreSQL server of its own: nobody else is hurt when it stops.

    The service reaches it by a socket that stays where it is, in a folder that a sandbox shows.
    """

    home: Path
    folder: Path
    url: str = ""
    real: Path = Path()
    held: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> str:
        """Start it, with all that it held; gives its superuser's URL."""
        settings = Settings(home=self.home, DATABASE_URL=None)
        url = await self.held.enter_async_context(server(settings))
        self.real = Path(parse_qs(urlsplit(url).query)["host"][0], ".s.PGSQL.5432")
        return url

    async def stop(self) -> None:
        """Stop it; comes back once it takes nobody any more."""
        await self.held.aclose()
        with suppress(psycopg.OperationalError):
            while True:
                await (await psycopg.AsyncConnection.connect(self.url)).close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to where the server really is; to nowhere while it is away."""
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self.real)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


@asynccontextmanager
async def clustered(folder: Path) -> AsyncIterator[Cluster]:
    """Run a server of its own, with an empty database in it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        cluster = Cluster(Path(home), folder)
        relay = await asyncio.start_unix_server(cluster.carry, folder / ".s.PGSQL.5432")
        try:
            async with guest_url(await cluster.start()) as url:
                query = urlencode({"host": str(folder)})
                cluster.url = urlunsplit(urlsplit(url)._replace(query=query))
                yield cluster
        finally:
            relay.close()
            await cluster.stop()


@dataclass(frozen=True)
class Payment:
    """A refund that somebody insists on, under one key."""

    order: Json
    key: str


@fact(timeout_s=150)
@answered
async def outage(subject: ServingSubject, desk: Desk) -> list[tuple[str, bool]]:
    """Have a service pay refunds over a server that is stopped and started again under it."""
    door = Path(str((await subject.address(SocketHandle(number=NUMBER)))["path"]))
    orders = payable(desk, REFUNDS)
    async with clustered(door.parent) as cluster:
        url = cluster.url
        await subject.call("serving.stock", returns=type(None), database=url, orders=orders)
        async with desk.beside(NUMBER, database=url) as service:
            agent = Client(service.path, await service.key("agent-7", "agent"))
            results = await through(
                service, agent, cluster, [Payment(o, new_key()) for o in orders]
            )
            return [*results, ("back: it is the same process", not service.running[0].done())]


async def through(
    desk: Desk, agent: Client, cluster: Cluster, payments: Sequence[Payment]
) -> list[tuple[str, bool]]:
    """Pay some before, some while the server stops, all while it is away, and all afterwards."""
    faults = list[str]()
    early, cut = payments[:8], payments[8:12]
    first = [await pay(agent, payment, faults) for payment in early]
    marked, key = desk.plan("Yes."), new_key()
    asked = {"question": f"Is it? {marked}"}
    told = await agent.post("/v1/answers", asked, key=key)
    waiting = await stopped_in_the_middle(agent, cluster, cut, faults)
    during = await asyncio.gather(*(pay(agent, payment, faults) for payment in payments))
    ready, alive, silent = await asyncio.gather(
        agent.get("/readyz"), agent.get("/healthz"), agent.post("/v1/answers", asked, key=key)
    )
    await cluster.start()
    back = await recovered(agent)
    again = [await insist(agent, payment, faults) for payment in payments]
    retold = await agent.post("/v1/answers", asked, key=key)
    paid = [await refunded(agent, payment.order["id"]) for payment in payments]
    return [
        (f"away: every error is a problem that says when to come back {faults[:1]}", not faults),
        ("away: nothing is said to be paid", not any((*waiting, *during))),
        ("away: nothing is said that cannot be looked up", not fault_of(silent, 503, ASK)),
        ("away: not ready", not fault_of(ready, 503, "/readyz")),
        ("away: alive", alive.status_code == 200),
        ("back: it recovers by itself", back),
        ("back: what was paid before is the same refund", first == again[: len(early)]),
        ("back: everything was paid once", paid == [CENTS] * REFUNDS and all(again)),
        ("back: an answer stands, and cost nothing more", same(told, retold)),
        ("back: the model was asked once", len(desk.upstream.of(marked)) == 1),
    ]


ASK = "/v1/answers"


def same(told: httpx2.Response, retold: httpx2.Response) -> bool:
    """Say whether an answer was given again."""
    return told.status_code == retold.status_code == 201 and told.text == retold.text


async def stopped_in_the_middle(
    agent: Client, cluster: Cluster, payments: Sequence[Payment], faults: list[str]
) -> list[str]:
    """Stop the server while statements of some refunds wait for a lock that we hold."""
    ours = await psycopg.AsyncConnection.connect(cluster.url)
    try:
        ids = [payment.order["id"] for payment in payments]
        await ours.execute("SELECT 1 FROM purchase WHERE id = ANY(%s) FOR UPDATE", [ids])
        paying = [asyncio.create_task(pay(agent, payment, faults)) for payment in payments]
        async with looking(cluster.url) as connection:
            for _ in range(100):
                found = await (await connection.execute(WAITING)).fetchone()
                if found == (len(payments),):
                    break
                await asyncio.sleep(0.02)
        await cluster.stop()
    finally:
        await ours.close()
    return await asyncio.gather(*paying)


async def pay(agent: Client, payment: Payment, faults: list[str]) -> str:
    """Try to pay; gives the refund's id, or nothing. A failure must be a clear one."""
    path = f"/v1/orders/{payment.order['id']}/refunds"
    body = {"amount_cents": CENTS, "reason": "outage"}
    answer = await agent.post(path, body, key=payment.key, **{"x-deadline-ms": "5000"})
    if answer.status_code == 201:
        return str(answer.json()["id"])
    if fault := fault_of(answer, 503, path):
        faults.append(fault)
    return ""


async def insist(agent: Client, payment: Payment, faults: list[str]) -> str:
    """Try until it is paid."""
    for _ in range(30):
        if paid := await pay(agent, payment, faults):
            return paid
        await asyncio.sleep(0.1)
    return ""


async def recovered(agent: Client) -> bool:
    """Say whether the service becomes ready again."""
    for _ in range(100):
        if (await agent.get("/readyz")).status_code == 200:
            return True
        await asyncio.sleep(0.1)
    return False


@criterion("P13.11", level=Level.SENIOR, at_least=1.0)
def an_outage_loses_nothing(outage: list[tuple[str, bool]]) -> Measured:
    """What holds when the database stops and starts again: clear errors, nothing lost or twice.

    A commit whose answer was lost may have happened: only the key can tell.
    """
    failures = [Failure(case=case) for case, held in outage if not held]
    return share((held for _, held in outage), failures=failures)
