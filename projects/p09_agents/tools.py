"""The tools: one way to use them in which nothing raises, and one to act in which nothing repeats.

Whatever a model writes and whatever a tool does, each call ends as one ``Observation``.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx2
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from projects.p09_agents.database import look
from projects.p09_agents.given.actions import cancel, refund, search
from projects.p09_agents.given.contracts import (
    AgentError,
    Call,
    Json,
    Observation,
    RefusedError,
    Ticket,
    digest_of,
)
from projects.p09_agents.given.farol import Connection, Farol, Pool, transaction
from projects.p09_agents.given.toolset import (
    Arguments,
    CancelOrder,
    QueryOrders,
    QuoteRefund,
    Refund,
    SearchPolicies,
    TrackParcel,
    observed,
    read_arguments,
)

TIMEOUT_S = 5.0
HTTP_S = 0.4
TRIES = 3
MOST_BYTES = 64_000
ANSWER: TypeAdapter[Json] = TypeAdapter(dict[str, Any])
Act: TypeAlias = Callable[[Connection], Awaitable[Json]]


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
                async with transaction(self.owner) as connection:
                    return await search(connection, arguments.query, self.ticket.language)
            case Refund():
                ticket, today = self.ticket, self.farol.today
                return await self.once(
                    name, arguments, lambda c: refund(c, arguments, ticket, today)
                )
            case CancelOrder():
                return await self.once(name, arguments, lambda c: cancel(c, arguments, self.ticket))
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

    async def once(self, name: str, arguments: Arguments, act: Act) -> Json:
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
            result = await act(connection)
            await connection.execute(
                "UPDATE agent_actions SET result = %s WHERE key = %s", [Jsonb(result), key]
            )
            return result
        # task 5: end


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
