"""A real database and a fake embedder for every test that asks for them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.embeddings.fakes import FakeEmbedder
from shared.postgres.database import Pool, fresh_database
from shared.settings import Settings


@pytest.fixture
async def pool(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pool]:
    home: Path = tmp_path_factory.getbasetemp() / "postgres"
    async with fresh_database(Settings(home=home)) as pool:
        yield pool


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder(dimensions=32, max_tokens=256)
