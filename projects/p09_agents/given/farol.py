"""Farol's tables: what is in them, and what the agent writes beside them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from projects.p09_agents.given.contracts import AgentError
from shared.llm.messages import Frozen
from shared.world.model import Product
from shared.world.rows import SCHEMA as TABLES
from shared.world.rows import copy_statement

Connection: TypeAlias = AsyncConnection[TupleRow]
Pool: TypeAlias = AsyncConnectionPool[Connection]
WAIT_S = 5.0

OWN = """
CREATE TABLE agent_actions (
    key text PRIMARY KEY,
    tool text NOT NULL,
    arguments jsonb NOT NULL,
    result jsonb,
    done_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE agent_sessions (pid integer PRIMARY KEY, customer_id text NOT NULL);
CREATE TABLE agent_rules (intent text, tool text, PRIMARY KEY (intent, tool));
CREATE TABLE agent_passages (
    id integer PRIMARY KEY,
    title text NOT NULL,
    language text NOT NULL,
    text text NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX ON agent_passages USING gin (words);
"""
RULES: Mapping[str, Sequence[str]] = {
    "status": ("query_orders",),
    "parcel": ("query_orders", "track_parcel"),
    "refund": ("query_orders", "quote_refund", "refund"),
    "cancel": ("query_orders", "cancel_order"),
    "purchases": ("query_orders",),
    "rules": ("search_policies",),
}
"""The tools that each intent may use: what an injected wish for another tool fails on."""


class Document(Frozen):
    """A policy or manual to search in."""

    title: str
    language: str
    text: str


class Farol(Frozen):
    """Farol on one day, as plain data: rows by table, the documents, and the rules of returning."""

    today: date
    rows: dict[str, list[list[Any]]]
    products: tuple[Product, ...] = ()
    documents: tuple[Document, ...] = ()
    rules: dict[str, Any]


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[AsyncConnection[TupleRow]]:
    """Open a transaction; raises ``AgentError`` when the database is away."""
    try:
        async with pool.connection(timeout=WAIT_S) as connection, connection.transaction():
            yield connection
    except (psycopg.OperationalError, PoolTimeout) as error:
        reason = str(error).strip().split("\n")[0]
        raise AgentError(
            f"The database did not carry this out ({reason}).",
            advice="Nothing was done twice; run the same ticket again.",
        ) from error


async def fill(pool: Pool, farol: Farol) -> None:
    """Create and fill Farol's tables in an empty database."""
    async with transaction(pool) as connection:
        await connection.execute(TABLES + OWN)
        for table, rows in farol.rows.items():
            async with connection.cursor().copy(copy_statement(table)) as copy:
                for row in rows:
                    await copy.write_row(row)
        for intent, tools in RULES.items():
            for tool in tools:
                await connection.execute("INSERT INTO agent_rules VALUES (%s, %s)", [intent, tool])
        await _shelve(connection, farol.documents)


async def _shelve(connection: AsyncConnection[TupleRow], documents: Sequence[Document]) -> None:
    """Store documents by paragraph."""
    passages = [
        (document.title, document.language, part.strip())
        for document in documents
        for part in document.text.split("\n\n")
        if len(part.strip()) > 20
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO agent_passages"
            " VALUES (%s, %s, %s, %s, to_tsvector('simple', %s || ' ' || %s))",
            [(at, *passage, passage[0], passage[2]) for at, passage in enumerate(passages)],
        )


def address(pool: Pool) -> str:
    """Say where a pool leads."""
    if not isinstance(pool.conninfo, str):
        raise AgentError("The pool's address is not known.", advice="Open it with an address.")
    return pool.conninfo


def plain(value: object) -> object:
    """Write a database value as JSON can hold it; money and dates as text."""
    if isinstance(value, Decimal | date):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
