"""Two services that the agent has to call over HTTP, and that have bad days.

``GET /parcels/{tracking}`` is the couriers': where a parcel is.
``GET /quotes/{order}/{sku}/{units}`` is the returns desk's: whether units may come back, for how
much.
"""

import asyncio
import hashlib
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import uvicorn
from pydantic import Field

from projects.p09_agents.given.contracts import Json
from projects.p09_agents.given.farol import Farol
from shared.llm.messages import Frozen
from shared.world.hops import Sale, work_out
from shared.world.money import amount, cents
from shared.world.rows import COLUMNS
from shared.world.rules import Rules

HANG_S = 30.0
HUGE = 5_000_000


class Day(Frozen):
    """How the services feel today: rates of faults, drawn by ``seed``; notes of theirs by path."""

    seed: int = 0
    error: float = 0.0
    hang: float = 0.0
    garbage: float = 0.0
    huge: float = 0.0
    notes: dict[str, str] = Field(default_factory=dict)


Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@dataclass
class Services:
    """An ASGI application over Farol's rows."""

    farol: Farol
    day: Day
    asked: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or fail to."""
        del receive
        path = str(scope["path"])
        self.asked[path] += 1
        match self._mood(path):
            case "error":
                await _answer(send, 503, b'{"error": "try again"}')
            case "hang":
                await asyncio.sleep(HANG_S)
            case "garbage":
                await _answer(send, 200, b"<html><h1>Bad Gateway</h1></html>")
            case "huge":
                await _answer(send, 200, b'{"note": "' + b"x" * HUGE + b'"}')
            case _:
                found = self._found(path)
                body = {"error": "unknown"} if found is None else found
                await _answer(send, 404 if found is None else 200, json.dumps(body).encode())

    def _mood(self, path: str) -> str:
        """Draw what goes wrong with this request; the next one for the same path draws again."""
        key = f"{self.day.seed} {path} {self.asked[path]}".encode()
        luck = int.from_bytes(hashlib.sha256(key).digest()[:6]) / 2**48
        for mood in ("error", "hang", "garbage", "huge"):
            luck -= getattr(self.day, mood)
            if luck < 0:
                return mood
        return ""

    def _found(self, path: str) -> Json | None:
        match path.strip("/").split("/"):
            case ["parcels", tracking]:
                return self._parcel(tracking)
            case ["quotes", order, sku, units] if units.isdigit():
                return self._quote(order, sku, int(units))
            case _:
                return None

    def _table(self, name: str) -> list[Json]:
        return [dict(zip(COLUMNS[name], row, strict=True)) for row in self.farol.rows[name]]

    def _parcel(self, tracking: str) -> Json | None:
        for row in self._table("shipments"):
            if row["tracking"] == tracking:
                delivered = row["delivered_on"]
                late = int.from_bytes(hashlib.sha256(tracking.encode()).digest()[:2]) % 6 + 1
                expected = str(self.farol.today + timedelta(days=late))
                where = {"state": "delivered", "on": delivered} if delivered else None
                told = where or {"state": "on its way", "expected_on": expected}
                return {"tracking": tracking, **told, "note": self.day.notes.get(tracking, "")}
        return None

    def _quote(self, order_id: str, sku: str, units: int) -> Json | None:
        """Work out what comes back for units of a line, by the rules of the policies."""
        line = next(
            (r for r in self._table("order_lines") if (r["order_id"], r["sku"]) == (order_id, sku)),
            None,
        )
        parcel = next((r for r in self._table("shipments") if r["order_id"] == order_id), None)
        if line is None or parcel is None or not parcel["delivered_on"] or not units:
            return None
        order = next(r for r in self._table("orders") if r["id"] == order_id)
        customer = next(r for r in self._table("customers") if r["id"] == order["customer_id"])
        rules = Rules.model_validate(self.farol.rules)
        days = (self.farol.today - date.fromisoformat(str(parcel["delivered_on"]))).days
        sale = Sale(
            product=next(p for p in self.farol.products if p.sku == sku),
            points=int(customer["points"]),
            quantity=int(line["quantity"]),
            returned=units,
            price=cents(Decimal(str(line["unit_price"]))),
            shipping=cents(Decimal(str(order["shipping"]))),
            days=days,
        )
        back, steps = work_out(rules, sale)
        item, tier = rules.class_for(sale.product.category), rules.tier_for(int(customer["points"]))
        window = item.window_days + tier.extra_days
        return {
            "order_id": order_id,
            "sku": sku,
            "quantity": units,
            "eligible": days <= window and units <= int(line["quantity"]),
            "amount": str(amount(back)),
            "currency": order["currency"],
            "window_days": window,
            "days_passed": days,
            "steps": list(steps),
            "note": self.day.notes.get(order_id, ""),
        }


async def _answer(send: Send, status: int, body: bytes) -> None:
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(farol: Farol, day: Day) -> AsyncIterator[str]:
    """Serve on a free loopback port; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Services(farol, day),
        lifespan="off",
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=0,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    task = asyncio.create_task(server.main_loop())
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        await server.shutdown(sockets=[listener])
