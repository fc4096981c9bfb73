"""PostgreSQL behind the protocols; no other module speaks SQL.

Every transaction has the request's deadline: for a connection, and for each statement. No
transaction is open while a model thinks.
"""

import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import astuple
from datetime import timedelta
from typing import TypeAlias, TypeVar

import psycopg
from anyio import Path
from psycopg import AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import PoolClosed, PoolTimeout

from projects.p13_api_backend.given.contract import (
    Answer,
    AnswerState,
    Claim,
    Deadline,
    Key,
    Once,
    Order,
    Position,
    Question,
    Refund,
    RefundIn,
    Role,
)
from projects.p13_api_backend.given.problems import Kind, RefusedError
from shared.errors import DatabaseError
from shared.postgres.database import Pool

Cursor: TypeAlias = AsyncCursor[DictRow]
Value = TypeVar("Value", Answer, Refund)

SCHEMA = Path(__file__).with_name("schema.sql")
ACQUIRE_S = 2.5
"""How long to wait for a connection before saying that there is none."""

GRACE_S = 1.0
"""How long a claim outlives its deadline: whoever comes then may take it up."""


class Store:
    """Farol's data, behind a pool of connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def transaction(self, deadline: Deadline) -> AsyncIterator[Cursor]:
        """Lend a connection's cursor until the deadline; the driver's errors come out as ours."""
        try:
            async with (
                self._pool.connection(timeout=min(ACQUIRE_S, deadline.left())) as connection,
                connection.cursor(row_factory=dict_row) as cursor,
            ):
                limit = f"{max(1, int(deadline.left() * 1000))}ms"
                await cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
                yield cursor
        except psycopg.errors.QueryCanceled as error:
            raise RefusedError(Kind.TOO_LATE) from error
        except PoolTimeout as error:
            deadline.left()  # too late is told from too early
            raise RefusedError(Kind.DATABASE_AWAY) from error
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolClosed) as error:
            raise RefusedError(Kind.DATABASE_AWAY) from error
        except psycopg.Error as error:
            raise DatabaseError("PostgreSQL refused a statement of the service.") from error

    async def prepare(self, deadline: Deadline) -> None:
        """Create the tables where they are missing."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute("SELECT pg_advisory_xact_lock(1313)")  # one creator at a time
            await cursor.execute(await SCHEMA.read_bytes())

    async def ping(self, deadline: Deadline) -> None:
        """Come back, or raise."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute("SELECT 1")

    async def add_orders(self, orders: Iterable[Order], deadline: Deadline) -> None:
        """Add orders that are new."""
        rows = [{**order.model_dump(exclude={"lines"}), "lines": _lines(order)} for order in orders]
        async with self.transaction(deadline) as cursor:
            await cursor.executemany(
                "INSERT INTO purchase VALUES (%(id)s, %(customer_id)s, %(placed_on)s, %(status)s,"
                " %(currency)s, %(total_cents)s, %(lines)s) ON CONFLICT DO NOTHING",
                rows,
            )

    async def add_key(self, key: Key, burst: float, per_s: float, deadline: Deadline) -> None:
        """Add an API key that may ask ``burst`` times at once and ``per_s`` times a second."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute(
                "INSERT INTO api_key VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [key.id, key.digest, key.owner, key.role.value, burst, per_s, burst],
            )

    async def find_key(self, key_id: str, deadline: Deadline) -> Key | None:
        """Find a key by the part of it that is no secret."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute(
                "SELECT id, digest, owner, role FROM api_key WHERE id = %s", [key_id]
            )
            row = await cursor.fetchone()
        return Key(**row | {"role": Role(row["role"])}) if row else None

    async def charge(self, key_id: str, deadline: Deadline) -> float:
        """Take one request from the key's bucket; give the seconds to wait where it is empty.

        A bucket holds at most ``burst`` and fills at ``per_s``. It is one row, so however many
        processes serve and however many requests come at once, no more pass than it holds; a
        request that is turned away takes nothing.
        """
        # task 5: begin
        statement = """
            WITH filled AS (
                SELECT id, least(burst, level + per_s
                    * greatest(0, extract(epoch FROM clock_timestamp() - filled_at))) AS level
                FROM api_key WHERE id = %s FOR UPDATE
            )
            UPDATE api_key k SET filled_at = clock_timestamp(),
                level = f.level - CASE WHEN f.level >= 1 THEN 1 ELSE 0 END
            FROM filled f WHERE k.id = f.id
            RETURNING CASE WHEN f.level >= 1 THEN 0 ELSE (1 - f.level) / k.per_s END AS wait
        """
        async with self.transaction(deadline) as cursor:
            await cursor.execute(statement, [key_id])
            row = await cursor.fetchone()
        return float(row["wait"]) if row else 0.0
        # task 5: end

    async def find_order(self, order_id: str, deadline: Deadline) -> Order | None:
        """Find an order."""
        async with self.transaction(deadline) as cursor:
            return await _order(cursor, order_id)

    async def page(
        self, owner: str | None, after: Position | None, limit: int, deadline: Deadline
    ) -> tuple[Order, ...]:
        """List ``limit`` orders that follow ``after``, newest first; of one owner, or of all.

        Many orders are placed on one day, so the id decides among those. What is added while
        somebody pages neither repeats an order to them nor hides one that was there before.
        """
        # task 6: begin
        statement = """
            SELECT * FROM purchase_now
            WHERE (%(owner)s::text IS NULL OR customer_id = %(owner)s)
                AND (%(day)s::date IS NULL OR (placed_on, id) < (%(day)s, %(id)s))
            ORDER BY placed_on DESC, id DESC LIMIT %(limit)s
        """
        day, order_id = (after.placed_on, after.id) if after else (None, None)
        values = {"owner": owner, "day": day, "id": order_id, "limit": limit}
        async with self.transaction(deadline) as cursor:
            await cursor.execute(statement, values)
            return tuple(Order.model_validate(row) for row in await cursor.fetchall())
        # task 6: end

    async def refund(
        self, order_id: str, asked: RefundIn, once: Once, deadline: Deadline
    ) -> Refund:
        """Give money back, once for each owner and key.

        The key is stored with the refund, in one transaction: there is no moment in which one
        stands without the other. The same request again gives the same refund; another request
        under the same key raises ``RefusedError`` KEY_REUSED; more than is left of the order
        raises TOO_MUCH and leaves the key free. All of it also holds for requests at the same time.
        """
        # task 7: begin
        async with self.transaction(deadline) as cursor:
            # Whoever refunds the same order waits here, so sums and keys are seen as committed.
            await cursor.execute("SELECT 1 FROM purchase WHERE id = %s FOR UPDATE", [order_id])
            paid = await _paid(cursor, once)
            if paid is not None:
                return paid
            order = await _order(cursor, order_id)
            if order is None or order.refunded_cents + asked.amount_cents > order.total_cents:
                raise RefusedError(Kind.TOO_MUCH)
            return await _pay(cursor, order_id, asked, once)
        # task 7: end

    async def claim(self, asked: Question, once: Once, deadline: Deadline) -> Claim:
        """Begin an answer, take up one that stopped, or find the one that stands.

        A claim is a lease: it ends by itself soon after the deadline, so that a server that died
        leaves nothing that stays in progress for ever.
        """
        lease = timedelta(seconds=deadline.left() + GRACE_S)
        values = [str(uuid.uuid4()), asked.order_id, asked.question, lease]
        async with self.transaction(deadline) as cursor:
            await cursor.execute(
                "INSERT INTO answer (id, order_id, question, leased_until, owner, key, fingerprint)"
                " VALUES (%s, %s, %s, clock_timestamp() + %s, %s, %s, %s)"
                " ON CONFLICT (owner, key) DO NOTHING RETURNING *",
                [*values, once.owner, once.key, once.fingerprint],
            )
            row = await cursor.fetchone()
            return Claim(_as(Answer, row), 1) if row else await _take_up(cursor, once, lease)

    async def settle(self, claim: Claim, answer: Answer, deadline: Deadline) -> None:
        """Store how far an answer has come, unless somebody else has taken it up since."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute(
                "UPDATE answer SET text = %(text)s, state = %(state)s, model = %(model)s,"
                " input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s"
                " WHERE id = %(id)s AND attempt = %(attempt)s",
                {**answer.model_dump(mode="json"), "attempt": claim.attempt},
            )

    async def find_answer(self, answer_id: str, deadline: Deadline) -> tuple[str, Answer] | None:
        """Find an answer and whose it is."""
        async with self.transaction(deadline) as cursor:
            await cursor.execute("SELECT * FROM answer WHERE id = %s", [answer_id])
            row = await cursor.fetchone()
        return (str(row["owner"]), _as(Answer, row)) if row else None


async def _order(cursor: Cursor, order_id: str) -> Order | None:
    await cursor.execute("SELECT * FROM purchase_now WHERE id = %s", [order_id])
    row = await cursor.fetchone()
    return Order.model_validate(row) if row else None


async def _paid(cursor: Cursor, once: Once) -> Refund | None:
    """Find the refund under this key; raises ``RefusedError`` where it was for something else."""
    await cursor.execute(
        "SELECT * FROM refund WHERE owner = %s AND key = %s", [once.owner, once.key]
    )
    row = await cursor.fetchone()
    if row and row["fingerprint"] != once.fingerprint:
        raise RefusedError(Kind.KEY_REUSED)
    return _as(Refund, row) if row else None


async def _pay(cursor: Cursor, order_id: str, asked: RefundIn, once: Once) -> Refund:
    await cursor.execute(
        "INSERT INTO refund (id, order_id, amount_cents, reason, owner, key, fingerprint)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (owner, key) DO NOTHING RETURNING *",
        [str(uuid.uuid4()), order_id, asked.amount_cents, asked.reason, *astuple(once)],
    )
    row = await cursor.fetchone()
    if row is None:  # at the same time, the key went to a refund of another order
        raise RefusedError(Kind.KEY_REUSED)
    return _as(Refund, row)


async def _take_up(cursor: Cursor, once: Once, lease: timedelta) -> Claim:
    await cursor.execute(
        "SELECT *, leased_until > clock_timestamp() AS leased"
        " FROM answer WHERE owner = %s AND key = %s FOR UPDATE",
        [once.owner, once.key],
    )
    row = await cursor.fetchone()
    if row is None or row["fingerprint"] != once.fingerprint:
        raise RefusedError(Kind.KEY_REUSED)
    answer, attempt = _as(Answer, row), int(row["attempt"])
    if answer.state is AnswerState.DONE:
        return Claim(answer, attempt)
    if answer.state is AnswerState.RUNNING and row["leased"]:
        raise RefusedError(Kind.IN_PROGRESS, retry_after_s=1.0)
    await cursor.execute(
        "UPDATE answer SET state = 'running', attempt = %s,"
        " leased_until = clock_timestamp() + %s WHERE id = %s",
        [attempt + 1, lease, answer.id],
    )
    return Claim(answer, attempt + 1)


def _lines(order: Order) -> Jsonb:
    return Jsonb([line.model_dump() for line in order.lines])


def _as(model: type[Value], row: DictRow) -> Value:
    """Take from a row what the value holds; keys and leases stay here."""
    return model.model_validate({name: row[name] for name in model.model_fields})
