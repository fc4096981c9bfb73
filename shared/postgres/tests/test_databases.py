"""Databases come fresh, go when done, and refuse servers that will not do."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from pydantic import PostgresDsn, TypeAdapter

from shared.errors import DatabaseError
from shared.postgres import database as module
from shared.postgres.database import PREFIX, connect, fresh_url
from shared.postgres.server import server
from shared.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    home = tmp_path_factory.getbasetemp() / "databases"
    async with server(Settings(home=home)) as url:
        yield url


async def names(url: str) -> set[str]:
    async with connect(url) as pool, pool.connection() as connection:
        found = await connection.execute("SELECT datname FROM pg_database")
        return {str(name) for (name,) in await found.fetchall() if str(name).startswith(PREFIX)}


async def test_two_fresh_databases_share_nothing(url: str) -> None:
    async with fresh_url(url) as one, fresh_url(url) as other:
        async with connect(one) as pool, pool.connection() as connection:
            await connection.execute("CREATE TABLE mine ()")
        async with connect(other) as pool, pool.connection() as connection:
            with pytest.raises(psycopg.errors.UndefinedTable):
                await connection.execute("SELECT * FROM mine")


async def test_a_fresh_database_is_dropped_even_when_the_work_fails(url: str) -> None:
    async def fail() -> None:
        async with fresh_url(url):
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    assert await names(url) == set()


async def test_an_abandoned_database_is_dropped_by_the_next_and_a_used_one_is_not(url: str) -> None:
    async with fresh_url(url) as used, connect(url) as pool, pool.connection() as connection:
        await connection.set_autocommit(True)
        abandoned = used.rsplit("_", 1)[0].rsplit("/", 1)[1] + "_abandoned"
        await connection.execute(f'CREATE DATABASE "{abandoned}"'.encode())

        async with fresh_url(url):
            left = await names(url)

        assert abandoned not in left
        assert len(left) == 2


async def test_the_url_of_a_fresh_database_is_a_setting(url: str) -> None:
    async with fresh_url(url) as fresh:
        setting = TypeAdapter(PostgresDsn).validate_python(fresh)

        async with connect(str(setting)) as pool, pool.connection() as connection:
            await connection.execute("SELECT 1")


async def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseError, match="DATABASE_URL") as caught:
        async with connect("postgresql://me:hunter2@127.0.0.1:1/x"):
            pass

    assert "hunter2" not in str(caught.value)


async def test_a_wrong_password_is_an_error_with_advice(url: str) -> None:
    head, tail = url.split("@")

    with pytest.raises(DatabaseError, match="does not let us in"):
        async with connect(f"{head}x@{tail}"):
            pass


@pytest.mark.parametrize("version", [None, "0.7.4"])
def test_a_server_without_a_recent_pgvector_is_refused(version: str | None) -> None:
    module._check_pgvector("0.8.0")  # noqa: SLF001

    with pytest.raises(DatabaseError, match=r"0\.8"):
        module._check_pgvector(version)  # noqa: SLF001


async def test_a_server_that_is_too_old_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OLDEST_SERVER", 99)

    with pytest.raises(DatabaseError, match="99 or newer"):
        async with connect(url):
            pass
