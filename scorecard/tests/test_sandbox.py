"""What code in the sandbox can reach, and that it is ended whatever it does."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest

from scorecard.evals.judge import worker_for
from scorecard.evals.order import PYTHON, Order
from scorecard.evals.remote import Worker
from scorecard.place import Place
from scorecard.sandbox.confine import Name
from scorecard.sandbox.relay import port_to_socket, socket_to_port
from scorecard.toys import works_here, write_project

pytestmark = pytest.mark.anyio

ATTACKS = """
import os
import pathlib
import socket

HERE = pathlib.Path(__file__).parent


async def attempt(name: str, port: int, home: str) -> str:
    match name:
        case "reach the host's ports":
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        case "reach the internet":
            socket.create_connection(("1.1.1.1", 53), timeout=1).close()
        case "read the criteria":
            assert "criterion" in (HERE / "criteria.py").read_text()
        case "read the tests":
            assert list((HERE / "tests").iterdir())
        case "change the work":
            (HERE / "doubling.py").write_text("")
        case "change what is shared":
            (HERE.parent.parent / "shared" / "planted.py").write_text("")
        case "poison the cache":
            (pathlib.Path(home) / "poison").write_text("")
        case "read a home":
            assert (pathlib.Path(home).parent.parent / "secret").read_text()
        case "see other processes":
            assert len([p for p in os.listdir("/proc") if p.isdecimal()]) > 5
    return "done"
"""
NAMES = [line.split('"')[1] for line in ATTACKS.splitlines() if line.strip().startswith("case")]


def a_worker(root: Path, scratch: Path, sandbox: Name) -> Worker:
    place = Place(root, root / ".capstone")
    place.home.mkdir(exist_ok=True)
    order = Order(
        project="p01_toy",
        criteria=root / "projects" / "p01_toy" / "criteria.py",
        paths=place.paths,
        seed=7,
        model="sim-smart",
        home=place.home,
        sandbox=sandbox,
    )
    return worker_for(order, scratch)


async def _attack_all(tree: Path, scratch: Path, sandbox: Name) -> dict[str, dict[str, Any]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        given = {"port": server.getsockname()[1], "home": str(tree / ".capstone")}
        async with a_worker(tree, scratch, sandbox) as worker:
            return {
                name: await worker.call("doubling.attempt", {"name": name, **given})
                for name in NAMES
            }


@pytest.fixture(scope="module", params=["bubblewrap", "container"])
def attacks(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, dict[str, Any]]:
    if not works_here(request.param):
        pytest.skip(f"{request.param} does not work here")
    folder = tmp_path_factory.mktemp("attacks")
    write_project(folder / "tree", doubling=ATTACKS)
    (folder / "secret").write_text("in a folder of somebody else's")
    (folder / "scratch").mkdir()
    return anyio.run(_attack_all, folder / "tree", folder / "scratch", request.param)


@pytest.mark.parametrize("name", NAMES)
async def test_a_confined_worker_cannot(attacks: dict[str, dict[str, Any]], name: str) -> None:
    assert "raised" in attacks[name], name


async def test_a_relay_carries_bytes_both_ways_and_their_end(tmp_path: Path) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read()).upper())
        writer.close()

    file = tmp_path / "way.sock"
    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        inside = _free_port()
        async with socket_to_port(file, port), port_to_socket(inside, file):
            reader, writer = await asyncio.open_connection("127.0.0.1", inside)
            writer.write(b"x" * 200_000)
            writer.write_eof()
            answer = await reader.read()
            writer.close()

    assert answer == b"X" * 200_000


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_the_interpreter_takes_nothing_from_its_surroundings() -> None:
    assert {"-I", "-S", "-B"} <= set(PYTHON)
    assert Path(PYTHON[0]).is_absolute()
