from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from shared.postgres.database import Pool, fresh_database
from shared.settings import Settings
from shared.world import World, draw
from shared.world.rows import SCHEMA, copy_statement

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with fresh_database(Settings(), size=1) as opened:
        yield opened


async def load(pool: Pool, world: World) -> None:
    async with pool.connection() as connection:
        await connection.execute(SCHEMA)
        for table, rows in world.rows.items():
            async with connection.cursor().copy(copy_statement(table)) as copy:
                for row in rows:
                    await copy.write_row(row)


async def test_a_world_loads_into_postgres_with_every_reference_and_sum(pool: Pool) -> None:
    world = draw(7)

    await load(pool, world)

    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*), coalesce(sum(wrong), 0) FROM ("
            " SELECT (o.total <> o.shipping + sum(l.total))::int AS wrong FROM orders o"
            " JOIN order_lines l ON l.order_id = o.id GROUP BY o.id) sums"
        )
        assert await cursor.fetchone() == (len(world.orders), 0)
        cursor = await connection.execute("SELECT sum(total) FROM orders")
        assert await cursor.fetchone() == (sum((o.total for o in world.orders), Decimal(0)),)
