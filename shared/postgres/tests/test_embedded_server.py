"""The embedded server as real processes use it, and as they leave it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from shared.errors import DatabaseError
from shared.postgres.database import database, fresh_database
from shared.postgres.server import _binaries, _place, _socket_folder, server
from shared.settings import Settings

pytestmark = pytest.mark.anyio

PROGRAM = """
import asyncio, signal, sys
from pathlib import Path
from shared.postgres.server import server
from shared.settings import Settings

async def main():
    async with server(Settings(home=Path(sys.argv[1]))) as url:
        print(url, flush=True)
        await asyncio.sleep(60)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a home with spaces")


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def other_process(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, home], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def cluster(home: Path) -> Path:
    """Where the data is: under ``home``, or aside where root's ``home`` is closed to others."""
    return _place(home, _binaries())[0] / "data"


def postmaster(home: Path) -> int:
    return int((cluster(home) / "postmaster.pid").read_text().split()[0])


def gone(pid: int) -> bool:
    """Wait for a process to end."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


async def test_vectors_can_be_stored_and_compared(settings: Settings) -> None:
    async with fresh_database(settings) as pool, pool.connection() as connection:
        await connection.execute("CREATE TABLE t (v vector(2))")
        await connection.execute("INSERT INTO t VALUES ('[1,0]')")

        nearest = await connection.execute("SELECT v <=> '[1,0]' FROM t")

        assert await nearest.fetchone() == (0.0,)


async def test_a_named_database_keeps_its_rows(settings: Settings) -> None:
    async with database(settings, "kept") as pool, pool.connection() as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    async with database(settings, "kept") as pool, pool.connection() as connection:
        answer = await (await connection.execute("SELECT answer FROM kept")).fetchone()

    assert answer == (42,)


async def test_the_server_stops_with_its_last_user(settings: Settings, home: Path) -> None:
    async with server(settings):
        pid = postmaster(home)

    assert gone(pid)


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_killed_user_leaves_no_orphan(
    home: Path, other_process: subprocess.Popen[str], blow: signal.Signals
) -> None:
    pid = postmaster(home)

    other_process.send_signal(blow)

    assert gone(pid)


async def test_processes_share_one_server(
    settings: Settings, home: Path, other_process: subprocess.Popen[str]
) -> None:
    pid = postmaster(home)

    async with fresh_database(settings) as pool, pool.connection() as connection:
        other_process.kill()
        other_process.wait()
        await connection.execute("SELECT 1")

        assert postmaster(home) == pid


async def test_a_stale_pid_file_naming_another_process_does_not_block(
    settings: Settings, home: Path
) -> None:
    async with server(settings):
        pid = postmaster(home)
    assert gone(pid)
    lines = [str(os.getppid()), str(home), "1", "5432", str(home), "", "1 1", "ready"]
    (cluster(home) / "postmaster.pid").write_text("\n".join(lines) + "\n")

    async with server(settings):
        assert postmaster(home) != os.getppid()


async def test_a_killed_server_is_started_again(settings: Settings, home: Path) -> None:
    async with server(settings):
        pid = postmaster(home)
        os.kill(pid, signal.SIGKILL)
        assert gone(pid)

    async with fresh_database(settings) as pool, pool.connection() as connection:
        await connection.execute("SELECT 1")


async def test_a_broken_cluster_gives_way_to_an_empty_one(settings: Settings, home: Path) -> None:
    async with server(settings):
        pid = postmaster(home)
    assert gone(pid)
    (cluster(home) / "global/pg_control").unlink()

    async with fresh_database(settings) as pool, pool.connection() as connection:
        await connection.execute("SELECT 1")

    assert cluster(home).with_name("broken").exists()


async def test_a_home_deeper_than_a_socket_path_works(tmp_path: Path) -> None:
    deep = Settings(home=tmp_path / ("long " * 20) / ("longer " * 20))

    async with fresh_database(deep) as pool, pool.connection() as connection:
        await connection.execute("SELECT 1")


async def test_a_home_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "home").touch()

    with pytest.raises(DatabaseError, match="CAPSTONE_HOME"):
        async with server(Settings(home=tmp_path / "home")):
            pass


async def test_a_stopped_server_leaves_no_socket_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with server(Settings(home=home)):
        socket = _socket_folder(_place(home, _binaries())[0])
        assert socket.is_dir()

    with anyio.move_on_after(30):
        while socket.exists():  # noqa: ASYNC110 (nobody tells when the warden is done)
            await anyio.sleep(0.05)

    assert not socket.exists()
