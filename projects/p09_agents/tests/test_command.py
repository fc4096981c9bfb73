"""The command, as a person runs it: with the simulator, and with the simulator as if remote."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from shared.simulator.server import running

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


async def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "projects.p09_agents", *arguments,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_ticket_is_worked_on_at_a_server_elsewhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = str(tmp_path_factory.getbasetemp() / "postgres")
    async with running(seed=3) as url:
        code, out, err = await run(
            "run", "--ticket", "2",
            CAPSTONE_HOME=home, CAPSTONE_BASE_URL=url, CAPSTONE_MODEL="sim-smart",
        )  # fmt: skip

    assert code == 0, err
    assert "Read as" in out
    assert "SQL, " in out
    assert "Cost" in out


async def test_a_ticket_that_is_not_there_is_said_in_one_sentence() -> None:
    code, _, err = await run("run", "--ticket", "999")

    assert code == 2
    assert err.count("\n") == 1
    assert "Choose one from 0" in err


async def test_the_command_does_not_import_langgraph_before_it_is_needed() -> None:
    code = "import sys, projects.p09_agents.__main__; sys.exit('langgraph' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)

    assert await process.wait() == 0
