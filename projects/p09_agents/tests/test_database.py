from typing import Any

import psycopg
import pytest

from projects.p09_agents.criteria.attacks import CATALOGUE
from projects.p09_agents.criteria.tasks import farol
from projects.p09_agents.database import close, lock_down, look, reading
from projects.p09_agents.given.agent import prepare
from projects.p09_agents.given.contracts import RefusedError
from projects.p09_agents.given.farol import Farol, Pool
from projects.p09_agents.given.probes import try_queries
from shared.postgres.database import connect, fresh_url
from shared.postgres.server import server
from shared.settings import Settings
from shared.world.world import World

pytestmark = pytest.mark.anyio


async def test_a_customer_sees_their_own_orders_and_nobody_elses(pool: Pool, world: World) -> None:
    customer = world.orders[0].customer_id
    own = {order.id for order in world.orders if order.customer_id == customer}

    async with reading(pool) as reader:
        sql = "SELECT order_id FROM orders"
        found = await look(sql, customer_id=customer, reader=reader, owner=pool)

    assert {row[0] for row in found.rows} == own


async def test_a_cursor_whose_closing_is_cancelled_is_closed_all_the_same() -> None:
    class Cancelled:
        asked = 0

        async def close(self) -> None:
            self.asked += 1
            if self.asked == 1:
                raise psycopg.errors.QueryCanceled

    cursor: Any = Cancelled()

    await close(cursor)

    assert cursor.asked == 2


async def test_the_role_alone_refuses_to_write(pool: Pool, world: World) -> None:
    sql = "WITH gone AS (DELETE FROM public.refunds RETURNING 1) SELECT * FROM gone"

    tried = await try_queries(pool, [sql], world.orders[0].customer_id, guard=False)

    assert "permission denied" in tried[0].refused


async def test_the_role_alone_stops_a_query_that_sleeps(pool: Pool) -> None:
    async with reading(pool) as reader:
        with pytest.raises(RefusedError, match="timeout"):
            await look(
                "SELECT pg_sleep(60)", customer_id="", reader=reader, owner=pool, guard=False
            )


async def test_the_catalogue_is_closed_where_the_owner_may_close_it(
    tmp_path_factory: pytest.TempPathFactory, world: World
) -> None:
    home = tmp_path_factory.getbasetemp() / "postgres"
    async with server(Settings(home=home)) as url, fresh_url(url) as own, connect(own) as pool:
        await prepare(pool, Farol.model_validate(farol(world)))

        tried = await try_queries(pool, CATALOGUE, world.orders[0].customer_id, guard=False)

        async with pool.connection() as connection:
            found = await connection.execute("SELECT current_setting('is_superuser') = 'on'")
            superuser = await found.fetchone() == (True,)
            if superuser:
                name = connection.info.dbname
                await connection.execute(f'DROP OWNED BY "{name}_reader"')
                await connection.execute(f'DROP ROLE "{name}_reader"')
    assert all(one.refused for one in tried) == superuser


async def test_a_database_is_locked_down_once(pool: Pool) -> None:
    with pytest.raises(Exception, match="already exists"):
        await lock_down(pool)
