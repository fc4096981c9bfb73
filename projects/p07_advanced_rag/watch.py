"""Count what a search says to the database: a loop over hits is slow long before it looks slow."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.abc import Query
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from projects.p07_advanced_rag import index
from shared.embeddings.model import Embedder


async def statements_of(pool: index.Pool, embedder: Embedder, queries: Sequence[str]) -> list[str]:
    """List the statements of one search, seen by a cursor of our own on the pool's database."""
    seen: list[str] = []

    class Counting(AsyncCursor[TupleRow]):
        """A cursor that notes what it is told; connections execute through their cursors."""

        async def execute(self, query: Query, *rest: Any, **options: Any) -> "Counting":
            seen.append(str(query))
            return await super().execute(query, *rest, **options)

        async def executemany(self, query: Query, params_seq: Any, **options: Any) -> None:
            params = list(params_seq)
            seen.extend([str(query)] * len(params))
            await super().executemany(query, params, **options)

    async def configure(connection: AsyncConnection[TupleRow]) -> None:
        connection.cursor_factory = Counting

    counted: index.Pool = AsyncConnectionPool(
        str(pool.conninfo), min_size=1, max_size=4, configure=configure, open=False
    )
    async with counted:
        await index.search(counted, embedder, queries)
    return seen
