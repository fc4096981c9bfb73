"""Open pools on databases: one that stays, or a fresh one that is dropped afterwards."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection, conninfo, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from shared.errors import DatabaseError
from shared.postgres.server import server
from shared.settings import Settings

OLDEST_SERVER = 16
OLDEST_PGVECTOR = (0, 8)
CONNECT_TIMEOUT_S = 15
PREFIX = "capstone_fresh"

Connection: TypeAlias = AsyncConnection[TupleRow]
Pool: TypeAlias = AsyncConnectionPool[Connection]


@asynccontextmanager
async def database(settings: Settings, name: str, *, size: int = 4) -> AsyncIterator[Pool]:
    """Open a pool on the database ``name``, created when missing and kept afterwards."""
    async with server(settings) as url:
        async with _maintenance(url) as connection:
            found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if await found.fetchone() is None:
                await _create(connection, name)
        async with connect(_renamed(url, name), size=size) as pool:
            yield pool


@asynccontextmanager
async def fresh_database(settings: Settings, *, size: int = 4) -> AsyncIterator[Pool]:
    """Open a pool on an empty database that nobody else has; drop it afterwards."""
    async with (
        server(settings) as url,
        fresh_url(url) as fresh,
        connect(fresh, size=size) as pool,
    ):
        yield pool


@asynccontextmanager
async def fresh_url(url: str) -> AsyncIterator[str]:
    """Create an empty database on the server behind ``url``; yields its URL, drops it afterwards.

    What a killed run could not drop, the next call does: each database is guarded by an advisory
    lock that dies with the session of whoever created it.
    """
    async with _maintenance(url) as connection:
        mark = f"{PREFIX}_{await _oid(connection)}_"
        await _drop_abandoned(connection, mark)
        name = mark + secrets.token_hex(6)
        await connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        await _create(connection, name)
        try:
            yield _renamed(url, name)
        finally:
            await _drop(connection, name)


@asynccontextmanager
async def connect(url: str, *, size: int = 4) -> AsyncIterator[Pool]:
    """Open a pool on the database at ``url``, with pgvector's types; checks what it finds there."""
    async with _maintenance(url) as connection:
        await _check(connection)
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    pool: Pool = AsyncConnectionPool(
        url, min_size=1, max_size=size, configure=_configure, open=False, timeout=CONNECT_TIMEOUT_S
    )
    try:
        await pool.open(wait=True, timeout=CONNECT_TIMEOUT_S)
    except PoolTimeout as error:
        await pool.close()
        raise _unreachable(url) from error
    try:
        yield pool
    finally:
        await pool.close()


async def _configure(connection: Connection) -> None:
    await register_vector_async(connection)
    await connection.commit()


@asynccontextmanager
async def _maintenance(url: str) -> AsyncIterator[Connection]:
    try:
        connection = await AsyncConnection.connect(
            url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S
        )
    except psycopg.Error as error:
        raise _unreachable(url) from error
    async with connection:
        yield connection


def _unreachable(url: str) -> DatabaseError:
    where = {}
    with suppress(psycopg.Error):
        where = conninfo.conninfo_to_dict(url)
    target = f"{where.get('dbname', '?')} at {where.get('host', '?')}:{where.get('port', 5432)}"
    return DatabaseError(
        f"PostgreSQL does not let us in ({target}, as {where.get('user', '?')}).",
        advice="Check DATABASE_URL and that the server runs, or unset it for the embedded one.",
    )


async def _check(connection: Connection) -> None:
    """Raise ``DatabaseError`` unless the server is new enough and has a recent pgvector."""
    version = connection.info.server_version // 10_000
    if version < OLDEST_SERVER:
        raise DatabaseError(
            f"This PostgreSQL is version {version}; {OLDEST_SERVER} or newer is needed.",
            advice="Upgrade it, or unset DATABASE_URL to use the embedded one.",
        )
    found = await connection.execute(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions"
        " WHERE name = 'vector'"
    )
    row = await found.fetchone()
    _check_pgvector(None if row is None else str(row[0]))


def _check_pgvector(version: str | None) -> None:
    needed = ".".join(map(str, OLDEST_PGVECTOR))
    if version is None:
        raise DatabaseError(
            "This PostgreSQL has no pgvector.",
            advice=f"Install pgvector {needed} or newer there, or unset DATABASE_URL.",
        )
    if tuple(map(int, version.split(".")[:2])) < OLDEST_PGVECTOR:
        raise DatabaseError(
            f"This PostgreSQL has pgvector {version}; {needed} or newer is needed.",
            advice="Run ALTER EXTENSION vector UPDATE after upgrading, or unset DATABASE_URL.",
        )


async def _oid(connection: Connection) -> int:
    """Identify the maintenance database: advisory locks are seen within one database only."""
    found = await connection.execute("SELECT oid FROM pg_database WHERE datname=current_database()")
    row = await found.fetchone()
    return int(row[0]) if row else 0


async def _create(connection: Connection, name: str) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    with suppress(psycopg.errors.DuplicateDatabase):
        try:
            await connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseError(
                "PostgreSQL does not let us create a database.",
                advice="Give the role of DATABASE_URL CREATEDB, or unset it.",
            ) from error


async def _drop_abandoned(connection: Connection, mark: str) -> None:
    names = await connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [mark]
    )
    for (name,) in await names.fetchall():
        lock = await connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if await lock.fetchone() == (True,):
            await _drop(connection, str(name))
            await connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


async def _drop(connection: Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with suppress(psycopg.OperationalError):  # the server is gone: the next run drops it
        await connection.execute(statement)


def _renamed(url: str, name: str) -> str:
    """Point ``url`` at another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(name, safe="")))
