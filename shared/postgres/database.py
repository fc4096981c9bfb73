"""Open pools on databases: one that stays, or a fresh one that is dropped afterwards."""

import secrets
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

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
GUEST = "capstone_guest"

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
async def guest_url(
    url: str, *, may_create: bool = False, may_create_roles: bool = False
) -> AsyncIterator[str]:
    """Create an empty database and a role that owns it and nothing else; yields the role's URL.

    For code nobody vouches for: a superuser's URL would let it read files and start programs as
    whoever runs the server. Where ``url`` is no superuser's, its role is limited already, and its
    database is handed out as it is. With ``may_create``, the guest may create databases; with
    ``may_create_roles``, roles with fewer rights than its own, which go when it goes.
    """
    async with fresh_url(url) as fresh, _maintenance(url) as connection:
        found = await connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname=current_user")
        if await found.fetchone() != (True,):
            yield fresh
            return
        await _drop_gone_guests(connection)
        name, password = f"{GUEST}_{secrets.token_hex(6)}", secrets.token_hex(16)
        await connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        role = sql.SQL("CREATE ROLE {} LOGIN {} {} PASSWORD {}").format(
            sql.Identifier(name),
            sql.SQL("CREATEDB" if may_create else "NOCREATEDB"),
            sql.SQL("CREATEROLE" if may_create_roles else "NOCREATEROLE"),
            sql.Literal(password),
        )
        await connection.execute(role)
        try:
            await _give(connection, fresh, name)
            yield _as_role(fresh, name, password)
        finally:
            with suppress(psycopg.Error):  # the server is gone: the next guest's host does it
                await _drop_guest(connection, name)


async def _give(connection: Connection, fresh: str, role: str) -> None:
    """Make ``role`` the owner of a fresh database that has pgvector."""
    async with _maintenance(fresh) as inside:
        await inside.execute("CREATE EXTENSION IF NOT EXISTS vector")
    name = unquote(urlsplit(fresh).path.removeprefix("/"))
    statement = sql.SQL("ALTER DATABASE {} OWNER TO {}")
    await connection.execute(statement.format(sql.Identifier(name), sql.Identifier(role)))


async def _drop_guest(connection: Connection, role: str) -> None:
    """Drop a role with every database it owns and every role it made."""
    owned = await connection.execute(
        "SELECT datname FROM pg_database JOIN pg_roles r ON r.oid = datdba WHERE rolname = %s",
        [role],
    )
    for (name,) in await owned.fetchall():
        await _drop(connection, str(name))
    made = await connection.execute(
        "SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.roleid"
        " JOIN pg_roles r ON r.oid = a.member WHERE r.rolname = %s AND a.admin_option",
        [role],
    )
    for name in (*(str(row[0]) for row in await made.fetchall()), role):
        await connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


async def _drop_gone_guests(connection: Connection) -> None:
    """Drop the guests of hosts that were killed: their locks died with them."""
    names = await connection.execute(
        "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [GUEST]
    )
    for (name,) in await names.fetchall():
        lock = await connection.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if await lock.fetchone() == (True,):
            with suppress(psycopg.Error):  # it left something elsewhere; it cannot log in to it
                await _drop_guest(connection, str(name))
            await connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _as_role(url: str, role: str, password: str) -> str:
    """Put another role into ``url``."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{where}"))


@asynccontextmanager
async def connect(url: str, *, size: int = 4) -> AsyncIterator[Pool]:
    """Open a pool on the database at ``url``, with pgvector's types; checks what it finds there."""
    async with _maintenance(url) as connection:
        await _check(connection)
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    pool: Pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        configure=_configure,
        check=alive,
        open=False,
        timeout=CONNECT_TIMEOUT_S,
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


async def alive(connection: AsyncConnection[Any]) -> None:
    """Check a pool's session before it is used: raises where a server that stopped has ended it.

    A server tells its sessions when it stops, so a look at the socket does, without a round trip.
    """
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    if looking.poll(0):
        await AsyncConnectionPool.check_connection(connection)


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
        try:
            await connection.execute(statement)
        except psycopg.errors.WrongObjectType:
            # Its owner made it a template, which nobody may drop.
            plain = sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name))
            await connection.execute(plain)
            await connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            # A guest may not end a session of the server's own, such as autovacuum's, which gives
            # way by itself where nobody forces it.
            gentle = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
            await connection.execute(gentle)


def _renamed(url: str, name: str) -> str:
    """Point ``url`` at another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(name, safe="")))
