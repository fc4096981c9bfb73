"""A guest of the server: master of one database, and of nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from shared.postgres.database import connect, fresh_database, guest_url
from shared.postgres.server import server
from shared.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    home = tmp_path_factory.getbasetemp() / "guests"
    async with server(Settings(home=home)) as url:
        yield url


async def test_a_guest_has_vectors_in_a_database_of_its_own(url: str) -> None:
    async with (
        guest_url(url) as guest,
        connect(guest) as pool,
        pool.connection() as connection,
    ):
        await connection.execute("CREATE TABLE items (place vector(2))")
        found = await connection.execute("SELECT current_user")

        assert str((await found.fetchone() or [""])[0]).startswith("capstone_guest_")


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/planted'",
        "SELECT lo_import('/etc/passwd')",
        "CREATE ROLE another SUPERUSER",
        "CREATE DATABASE another",
        "ALTER SYSTEM SET port = 1",
        "SET ROLE postgres",
        "SELECT rolpassword FROM pg_authid",
    ],
)
async def test_a_guest_may_not(url: str, statement: str) -> None:
    async with guest_url(url) as guest:
        connection = await psycopg.AsyncConnection.connect(guest, autocommit=True)
        async with connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement)


async def test_a_guest_that_may_create_databases_leaves_none(url: str, tmp_path: Path) -> None:
    async with guest_url(url, may_create=True) as guest:
        settings = Settings.model_validate({"DATABASE_URL": guest, "home": tmp_path})
        async with fresh_database(settings) as pool, pool.connection() as connection:
            await connection.execute("CREATE TABLE items (place vector(2))")

    left = await _names(url, "SELECT datname FROM pg_database")
    roles = await _names(url, "SELECT rolname FROM pg_roles")
    assert not [name for name in left if name.startswith("capstone_fresh")]
    assert not [name for name in roles if name.startswith("capstone_guest")]


async def _names(url: str, query: str) -> list[str]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute(query.encode())
        return [str(row[0]) for row in await found.fetchall()]


async def test_a_database_that_its_guest_made_a_template_is_dropped_too(url: str) -> None:
    async with guest_url(url) as guest:
        connection = await psycopg.AsyncConnection.connect(guest, autocommit=True)
        async with connection:
            name = connection.info.dbname
            await connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true'.encode())

    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert await found.fetchone() is None
