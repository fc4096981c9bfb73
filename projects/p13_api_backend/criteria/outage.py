"""11: the database goes away in the middle, and comes back."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from psycopg import sql

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .cases import Json
from .http import answered, fault_of, new_key
from .idempotency import payable, refunded
from .service import Desk, looking

REFUNDS = 24
CENTS = 37


@dataclass(frozen=True)
class Payment:
    """A refund that somebody insists on, under one key."""

    order: Json
    key: str
    before: int


@fact(timeout_s=120)
@answered
async def outage(desk: Desk) -> list[tuple[str, bool]]:
    """Pay refunds while the database ends every session and lets nobody in for a while."""
    agent = desk.clients["agent"]
    payments = [
        Payment(order, new_key(), await refunded(agent, order["id"]))
        for order in payable(desk, REFUNDS)
    ]
    faults = list[str]()
    first = [asyncio.create_task(pay(desk, p, faults)) for p in payments[: REFUNDS // 2]]
    async with away(desk.database):
        during = await asyncio.gather(*(pay(desk, p, faults) for p in payments))
        ready = await agent.get("/readyz")
        alive = await agent.get("/healthz")
    await asyncio.gather(*first)
    back = await recovered(desk)
    for payment in payments:
        await insist(desk, payment, faults)
    paid = [await refunded(agent, p.order["id"]) - p.before for p in payments]
    return [
        ("away: every error is a problem that says when to come back", not faults),
        ("away: some were refused", not all(during)),
        ("away: not ready", not fault_of(ready, 503, "/readyz")),
        ("away: alive", alive.status_code == 200),
        ("back: it recovers by itself", back),
        ("back: everything was paid once", paid == [CENTS] * REFUNDS),
    ]


async def pay(desk: Desk, payment: Payment, faults: list[str]) -> bool:
    """Try to pay; a failure must be a clear one."""
    path = f"/v1/orders/{payment.order['id']}/refunds"
    body = {"amount_cents": CENTS, "reason": "outage"}
    headers = {"x-deadline-ms": "5000"}
    answer = await desk.clients["agent"].post(path, body, key=payment.key, **headers)
    if answer.status_code == 201:
        return True
    if fault := fault_of(answer, 503, path):
        faults.append(fault)
    return False


async def insist(desk: Desk, payment: Payment, faults: list[str]) -> None:
    """Try until it is paid."""
    for _ in range(30):
        if await pay(desk, payment, faults):
            return
        await asyncio.sleep(0.1)


async def recovered(desk: Desk) -> bool:
    """Say whether the service becomes ready again."""
    for _ in range(100):
        if (await desk.clients["agent"].get("/readyz")).status_code == 200:
            return True
        await asyncio.sleep(0.1)
    return False


class away:  # noqa: N801 (reads as a context: async with away(database))
    """While it lasts, the database has no sessions and takes none."""

    def __init__(self, database: str) -> None:
        self._name = urlsplit(database).path.lstrip("/")
        self._server = urlunsplit(urlsplit(database)._replace(path="/postgres"))

    async def __aenter__(self) -> None:
        """Send everybody away."""
        await self._allow(allowed=False)
        async with looking(self._server) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [self._name],
            )

    async def __aexit__(self, *_: object) -> None:
        """Let them in again."""
        await self._allow(allowed=True)

    async def _allow(self, *, allowed: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(
            sql.Identifier(self._name), sql.SQL("true" if allowed else "false")
        )
        async with looking(self._server) as connection:
            await connection.execute(statement)


@criterion("P13.11", level=Level.SENIOR, at_least=1.0)
def an_outage_loses_nothing(outage: list[tuple[str, bool]]) -> Measured:
    """What holds when the database goes away and comes back: clear errors, nothing lost or twice.

    A commit whose answer was lost may have happened: only the key can tell.
    """
    failures = [Failure(case=case) for case, held in outage if not held]
    return share((held for _, held in outage), failures=failures)
