"""Where checkpoints are kept: in PostgreSQL, and for a replay in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from shared.postgres.database import alive

Memory = InMemorySaver


@asynccontextmanager
async def checkpoints(url: str) -> AsyncIterator[AsyncPostgresSaver]:
    """Open the saver on a pool of its own: it wants rows as dictionaries, and no transactions."""
    own: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url,
        min_size=0,
        max_size=4,
        open=False,
        check=alive,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    await own.open()
    try:
        yield AsyncPostgresSaver(own)
    finally:
        await own.close()
