"""The tools: a contract for each, and one way to use them in which nothing raises.

Whatever a model writes and whatever a tool does, each call ends as one ``Observation``.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import httpx2
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from projects.p09_agents.contracts import (
    AgentError,
    Call,
    Json,
    Observation,
    Reason,
    RefusedError,
    Ticket,
    digest_of,
)
from projects.p09_agents.database import Farol, Pool, look, plain, transaction
from projects.p09_agents.sql_guard import schema_text
from shared.llm.messages import Tool

TIMEOUT_S = 5.0
HTTP_S = 0.4
TRIES = 3
MOST_BYTES = 64_000
MOST_TEXT = 4_000
MOST_DATA = 16_000
MARK = " […cut: the answer was longer]"

OrderId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{7}$", description="order number")]


class Arguments(BaseModel):
    """What a tool takes; nothing else, and nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QueryOrders(Arguments):
    """Read this customer's orders, lines, shipments and refunds with one SQL SELECT."""

    sql: str = Field(description=f"one SELECT over:\n{schema_text()}", max_length=4_000)


class TrackParcel(Arguments):
    """Ask the courier where a parcel is and when it arrives."""

    tracking: str = Field(description="tracking code of the shipment", pattern=r"^[A-Z0-9]{6,20}$")


class QuoteRefund(Arguments):
    """Ask the returns desk whether units of a product may come back, and for how much money."""

    order_id: OrderId
    sku: str = Field(description="code of the product", max_length=40)
    quantity: int = Field(ge=1, le=1_000, description="how many units come back", strict=True)


class SearchPolicies(Arguments):
    """Find what Farol's policies say about a question."""

    query: str = Field(description="what to look for", max_length=1_000)


class Refund(QuoteRefund):
    """Give money back for returned units. It cannot be undone, so a person approves it first."""

    amount: str = Field(pattern=r"^\d{1,9}\.\d{2}$", description="the amount quoted")
    reason: Reason


class CancelOrder(Arguments):
    """Cancel an order that has not been shipped."""

    order_id: OrderId


CONTRACTS: Mapping[str, type[Arguments]] = {
    "query_orders": QueryOrders,
    "track_parcel": TrackParcel,
    "quote_refund": QuoteRefund,
    "search_policies": SearchPolicies,
    "refund": Refund,
    "cancel_order": CancelOrder,
}
ANSWER: TypeAdapter[Json] = TypeAdapter(dict[str, Any])
IRREVERSIBLE = frozenset({"refund"})


def offered() -> tuple[Tool, ...]:
    """Describe the tools to a model."""
    return tuple(
        Tool(
            name=name,
            description=" ".join((contract.__doc__ or "").split()),
            parameters=contract.model_json_schema(),
        )
        for name, contract in CONTRACTS.items()
    )


@dataclass(frozen=True)
class Toolbox:
    """What the tools of one ticket stand on; ``key`` makes its actions its own."""

    ticket: Ticket
    key: str
    owner: Pool
    reader: Pool
    http: httpx2.AsyncClient
    farol: Farol

    async def use(self, name: str, arguments: Arguments) -> Json:
        """Carry out one valid call; raises ``RefusedError`` or ``AgentError``."""
        match arguments:
            case QueryOrders():
                return await self._query(arguments)
            case TrackParcel():
                return await self._fetch(f"/parcels/{arguments.tracking}")
            case SearchPolicies():
                return await self._search(arguments)
            case Refund():
                return await self.once(name, arguments, _refund)
            case CancelOrder():
                return await self.once(name, arguments, _cancel)
            case QuoteRefund():
                return await self._fetch(
                    f"/quotes/{arguments.order_id}/{arguments.sku}/{arguments.quantity}"
                )
            case _:
                raise RefusedError(f"There is no tool {name}.")

    async def _query(self, arguments: QueryOrders) -> Json:
        found = await look(
            arguments.sql,
            customer_id=self.ticket.customer_id,
            reader=self.reader,
            owner=self.owner,
        )
        return {"sql": found.sql, "row_count": len(found.rows), "rows": found.records}

    async def _search(self, arguments: SearchPolicies) -> Json:
        """Find the paragraphs that share the rarest words with the question."""
        async with transaction(self.owner) as connection:
            cursor = await connection.execute(SEARCH, [arguments.query, self.ticket.language] * 2)
            return {"passages": [{"title": t, "text": text} for t, text in await cursor.fetchall()]}

    async def _fetch(self, path: str) -> Json:
        """Ask a service that has bad days: a few tries, a time for each, so many bytes at most."""
        reason = ""
        for _ in range(TRIES):
            try:
                return await self._fetch_once(path)
            except (httpx2.HTTPError, ValueError, TimeoutError) as error:
                reason = str(error) or type(error).__name__
        raise AgentError(f"The service did not answer {TRIES} times ({reason[:120]}).")

    async def _fetch_once(self, path: str) -> Json:
        body = bytearray()
        async with asyncio.timeout(HTTP_S), self.http.stream("GET", path) as answer:
            if answer.status_code == httpx2.codes.NOT_FOUND:
                raise RefusedError(f"The service knows nothing of {path}.")
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError("the answer was longer than any answer should be")
        return ANSWER.validate_json(bytes(body))

    async def once(self, name: str, arguments: Arguments, act: "Act") -> Json:
        """Act exactly once for these exact arguments, however often it is asked for.

        The key is written in the transaction that acts: both are there, or neither. Whoever comes
        second, after a crash or at the same moment, waits for the first and gets its result.
        """
        # task 5: begin
        plain_arguments = arguments.model_dump(mode="json")
        key = f"{self.key}:{digest_of(name, plain_arguments)}"
        async with transaction(self.owner) as connection:
            taken = await connection.execute(
                "INSERT INTO agent_actions (key, tool, arguments) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING RETURNING key",
                [key, name, Jsonb(plain_arguments)],
            )
            if await taken.fetchone() is None:
                done = await connection.execute(
                    "SELECT result FROM agent_actions WHERE key = %s", [key]
                )
                row = await done.fetchone()
                return dict(row[0]) if row else {}
            result = await act(connection, arguments, self)
            await connection.execute(
                "UPDATE agent_actions SET result = %s WHERE key = %s", [Jsonb(result), key]
            )
            return result
        # task 5: end


Act: TypeAlias = Callable[[Any, Any, Toolbox], Awaitable[Json]]

SEARCH = """
WITH asked AS (
    SELECT lexeme, 1.0 / count(*) AS weight
    FROM unnest(to_tsvector('simple', %s)) AS q
    JOIN agent_passages p ON p.words @@ to_tsquery('simple', quote_literal(lexeme))
    WHERE p.language = %s GROUP BY lexeme
)
SELECT p.title, p.text
FROM agent_passages p JOIN asked ON p.words @@ to_tsquery('simple', quote_literal(asked.lexeme))
WHERE %s <> '' AND p.language = %s
GROUP BY p.id ORDER BY sum(asked.weight) DESC, p.id LIMIT 4
"""


async def _refund(connection: Any, arguments: Refund, box: Toolbox) -> Json:
    """Pay a refund, after looking at the order again: much may have happened since the quote."""
    order = await _locked_order(connection, arguments.order_id, box.ticket.customer_id)
    cursor = await connection.execute(
        "SELECT quantity, total FROM order_lines WHERE order_id = %s AND sku = %s",
        [arguments.order_id, arguments.sku],
    )
    line = await cursor.fetchone()
    paid = Decimal(0) if line is None else Decimal(line[1]) + Decimal(order["shipping"])
    if order["status"] != "delivered" or line is None or arguments.quantity > line[0]:
        raise RefusedError(f"Order {arguments.order_id} has nothing to refund like this.")
    if not 0 < Decimal(arguments.amount) <= paid:
        raise RefusedError("The amount is more than was paid.")
    await connection.execute(
        "INSERT INTO refunds VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [f"R-{arguments.order_id}", arguments.order_id, arguments.sku, arguments.quantity,
         arguments.amount, arguments.reason, box.farol.today],
    )  # fmt: skip
    await connection.execute(
        "UPDATE orders SET status = 'refunded' WHERE id = %s", [arguments.order_id]
    )
    return {"refund_id": f"R-{arguments.order_id}", "amount": arguments.amount,
            "currency": order["currency"], "order_id": arguments.order_id}  # fmt: skip


async def _cancel(connection: Any, arguments: CancelOrder, box: Toolbox) -> Json:
    """Cancel an order that is still here."""
    order = await _locked_order(connection, arguments.order_id, box.ticket.customer_id)
    if order["status"] not in {"placed", "paid"}:
        raise RefusedError(f"Order {arguments.order_id} is {order['status']}; it stays.")
    await connection.execute(
        "UPDATE orders SET status = 'cancelled' WHERE id = %s", [arguments.order_id]
    )
    return {"order_id": arguments.order_id, "status": "cancelled"}


async def _locked_order(connection: Any, order_id: str, customer_id: str) -> Json:
    cursor = await connection.execute(
        "SELECT status, currency, shipping FROM orders WHERE id = %s AND customer_id = %s"
        " FOR UPDATE",
        [order_id, customer_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise RefusedError(f"This customer has no order {order_id}.")
    return dict(zip(("status", "currency", "shipping"), map(plain, row), strict=True))


async def perform(calls: Sequence[Call], box: Toolbox) -> list[Observation]:
    """Carry out calls at the same time; one observation each, in the order of the calls."""
    # task 3: begin
    return list(await asyncio.gather(*(_perform_one(call, box) for call in calls)))
    # task 3: end


async def _perform_one(call: Call, box: Toolbox) -> Observation:
    """End one call as an observation, whatever happens."""
    try:
        arguments = read_arguments(call)
        async with asyncio.timeout(TIMEOUT_S):
            data = await box.use(call.name, arguments)
    except TimeoutError:
        text = f"{call.name} did not answer within {TIMEOUT_S:g} s."
        return Observation(call_id=call.id, tool=call.name, status="error", text=text)
    except AgentError as error:
        return Observation(call_id=call.id, tool=call.name, status="error", text=str(error))
    return observed(call, data)


def read_arguments(call: Call) -> Arguments:
    """Fit a call to its contract; raises ``RefusedError`` that says what to write instead."""
    contract = CONTRACTS.get(call.name)
    if contract is None:
        known = ", ".join(CONTRACTS)
        raise RefusedError(f"There is no tool {call.name[:60]!r}.", advice=f"Use one of {known}.")
    try:
        return contract.model_validate_json(call.arguments)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)[:5]
        )
        raise RefusedError(
            f"The arguments of {call.name} are wrong: {wrong}.",
            advice="Correct these, leave the others.",
        ) from None


def observed(call: Call, data: Json) -> Observation:
    """Show a tool's answer, cut to what a prompt can bear."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    if len(text) > MOST_DATA:
        data = {name: value for name, value in data.items() if name in {"sql", "row_count"}}
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT] + MARK
    return Observation(call_id=call.id, tool=call.name, status="ok", text=text, data=data)


@asynccontextmanager
async def http_client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the client for the services; on loopback, so without proxies and certificates."""
    async with httpx2.AsyncClient(
        base_url=url,
        trust_env=False,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        timeout=HTTP_S,
    ) as client:
        yield client
