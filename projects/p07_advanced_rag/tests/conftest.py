"""A real database and a fake embedder for every test that asks for them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.embeddings.fakes import FakeEmbedder
from shared.postgres.database import Pool, fresh_database
from shared.settings import Settings

EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    LOOP EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', name); END LOOP;
END $$
"""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Keep one event loop for a module, so that its tests can share a database."""
    return "asyncio"


@pytest.fixture(scope="module")
async def shared_pool(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pool]:
    home: Path = tmp_path_factory.getbasetemp() / "postgres"
    async with fresh_database(Settings(home=home)) as pool:
        yield pool


@pytest.fixture
async def pool(shared_pool: Pool) -> Pool:
    """Empty the database: that is much faster than creating one for each test."""
    async with shared_pool.connection() as connection:
        await connection.execute(EMPTY)
    return shared_pool


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(dimensions=32, max_tokens=256)
