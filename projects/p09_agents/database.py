"""Layer (b) around SQL that a model wrote: a role that may read one customer's views, and no more.

Whatever the statement says, it runs in a transaction that cannot write, for a second at most.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg import AsyncServerCursor, conninfo, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from projects.p09_agents.given.contracts import AgentError, Json, RefusedError
from projects.p09_agents.given.farol import WAIT_S, Connection, Pool, address, plain, transaction
from projects.p09_agents.sql_guard import MOST_ROWS, SCHEMA, check
from shared.llm.messages import Frozen
from shared.postgres.database import alive

VIEWS = """
CREATE FUNCTION public.agent_customer() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog
    AS $$ SELECT customer_id FROM public.agent_sessions WHERE pid = pg_backend_pid() $$;
CREATE SCHEMA agent;
CREATE VIEW agent.orders AS
    SELECT id AS order_id, placed_on, currency, shipping, total, status
    FROM public.orders WHERE customer_id = (SELECT public.agent_customer());
CREATE VIEW agent.order_lines AS
    SELECT l.order_id, l.sku, p.name AS product, l.quantity, l.unit_price, l.total
    FROM public.order_lines l JOIN public.products p USING (sku)
    JOIN public.orders o ON o.id = l.order_id
    WHERE o.customer_id = (SELECT public.agent_customer());
CREATE VIEW agent.shipments AS
    SELECT s.order_id, s.courier, s.tracking, s.shipped_on, s.delivered_on
    FROM public.shipments s JOIN public.orders o ON o.id = s.order_id
    WHERE o.customer_id = (SELECT public.agent_customer());
CREATE VIEW agent.refunds AS
    SELECT r.order_id, r.sku, r.quantity, r.amount, r.reason, r.refunded_on
    FROM public.refunds r JOIN public.orders o ON o.id = r.order_id
    WHERE o.customer_id = (SELECT public.agent_customer());
"""
LOCKED = f"""
REVOKE ALL ON DATABASE {{database}} FROM PUBLIC;
GRANT CONNECT ON DATABASE {{database}} TO {{reader}};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA {SCHEMA} TO {{reader}};
GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {{reader}};
ALTER ROLE {{reader}} SET default_transaction_read_only = on;
ALTER ROLE {{reader}} SET statement_timeout = '1s';
ALTER ROLE {{reader}} SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE {{reader}} SET search_path = {SCHEMA};
"""
CATALOGUE = """
REVOKE ALL ON SCHEMA information_schema FROM PUBLIC;
REVOKE SELECT ON ALL TABLES IN SCHEMA pg_catalog FROM PUBLIC;
DO $$
DECLARE dangerous regprocedure;
BEGIN
    FOR dangerous IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f'
        AND (provolatile = 'v' OR proname ~ '^(pg_|has_|lo_|current_setting|repeat$|[lr]pad$'
            '|generate_series|inet_)' OR proname ~ '_to_xml')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', dangerous);
    END LOOP;
END $$;
"""
"""What everybody may read and call until a superuser says otherwise: names of tables and roles, and
functions that sleep, lock, kill or fill the memory."""


class Rows(Frozen):
    """What a query gave: at most ``MOST_ROWS`` rows; ``sql`` is the text that was executed."""

    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def records(self) -> list[Json]:
        """Each row by its columns' names."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


async def lock_down(pool: Pool) -> None:
    """Make the views and the role that may read them, and take everything else from the role.

    It logs in with a password that follows from the owner's; its sessions are read-only and stop a
    statement after a second. Where we are a superuser, the catalogue is closed to it too.
    """
    # task 2: begin
    async with transaction(pool) as connection:
        name = connection.info.dbname
        role = sql.Identifier(reader_of(name))
        await connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                role, sql.Literal(_password(address(pool)))
            )
        )
        await connection.execute(VIEWS.encode())
        locked = sql.SQL(LOCKED).format(database=sql.Identifier(name), reader=role)
        await connection.execute(locked)
        found = await connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname=current_user")
        if await found.fetchone() == (True,):
            await connection.execute(CATALOGUE.encode())
    # task 2: end


def reader_of(database: str) -> str:
    """Name the role that may read the views of a database."""
    return f"{database}_reader"[:63]


def _password(url: str) -> str:
    owner = str(conninfo.conninfo_to_dict(url).get("password") or "")
    return hmac.new(owner.encode(), b"reader", hashlib.sha256).hexdigest()


@asynccontextmanager
async def reading(pool: Pool) -> AsyncIterator[Pool]:
    """Open a pool on the same database for the role that may only read the views."""
    owner = address(pool)
    name = str(conninfo.conninfo_to_dict(owner)["dbname"])
    url = conninfo.make_conninfo(owner, user=reader_of(name), password=_password(owner))
    reader: Pool = AsyncConnectionPool(
        url,
        min_size=0,
        max_size=4,
        open=False,
        timeout=WAIT_S,
        check=alive,
    )
    await reader.open()
    try:
        yield reader
    finally:
        await reader.close()


async def look(
    sql_text: str,
    *,
    customer_id: str,
    reader: Pool,
    owner: Pool,
    guard: bool = True,
    role: bool = True,
) -> Rows:
    """Run a model's SQL for one customer; raises ``RefusedError`` for what may not run.

    ``guard`` and ``role`` switch either layer off, to show that the other one is enough.
    """
    statement = check(sql_text) if guard else sql_text
    try:
        async with asyncio.timeout(WAIT_S):
            if role:
                return await _read(reader, owner, statement, customer_id)
            async with owner.connection() as connection:
                await _serve(owner, connection, customer_id)
                return await _fetched(connection, statement)
    except (
        psycopg.errors.QueryCanceled,
        psycopg.errors.SyntaxError,
        psycopg.ProgrammingError,
        psycopg.DataError,
        psycopg.errors.InsufficientPrivilege,
        psycopg.NotSupportedError,
        psycopg.errors.ReadOnlySqlTransaction,
    ) as error:
        reason = str(error).strip().split("\n")[0]
        raise RefusedError(f"PostgreSQL refused the statement: {reason}") from None
    except (psycopg.Error, PoolTimeout, TimeoutError) as error:
        raise AgentError("The database is away.", advice="Try again in a moment.") from error


async def _read(reader: Pool, owner: Pool, statement: str, customer_id: str) -> Rows:
    """Run one statement as the reader, through a cursor, in a transaction that is rolled back.

    DECLARE CURSOR takes one SELECT and nothing else, so SET, COMMIT and COPY end as syntax errors.
    """
    async with reader.connection(timeout=WAIT_S) as connection:
        await _serve(owner, connection, customer_id)
        async with connection.transaction(force_rollback=True):
            cursor = connection.cursor(name="agent")
            try:
                await cursor.execute(statement.encode())
                rows = await cursor.fetchmany(MOST_ROWS)
                return _rows(statement, cursor.description, rows)
            finally:
                await close(cursor)


async def close(cursor: AsyncServerCursor[TupleRow]) -> None:
    """Close it: a cancelled statement's cancel may come late and end the closing instead."""
    with suppress(psycopg.Error):
        await cursor.close()
    await cursor.close()


async def _serve(owner: Pool, connection: Connection, customer_id: str) -> None:
    """Say whom a session serves, in a table the reader cannot reach: none of its SQL changes it."""
    async with transaction(owner) as own:
        await own.execute(
            "INSERT INTO agent_sessions VALUES (%s, %s)"
            " ON CONFLICT (pid) DO UPDATE SET customer_id = excluded.customer_id",
            [connection.info.backend_pid, customer_id],
        )


async def _fetched(connection: Connection, statement: str) -> Rows:
    """Run a statement as the owner, without any protection."""
    cursor = await connection.execute(statement.encode())
    rows = await cursor.fetchmany(MOST_ROWS) if cursor.description else []
    return _rows(statement, cursor.description, rows)


def _rows(
    statement: str, description: Sequence[psycopg.Column] | None, rows: Sequence[TupleRow]
) -> Rows:
    columns = tuple(column.name for column in description or ())
    return Rows(sql=statement, columns=columns, rows=tuple(tuple(map(plain, row)) for row in rows))
