"""The command, as a person runs it: with the simulator served as if it were remote."""

import asyncio
import sys
from pathlib import Path

import pytest

from projects.p09_agents.__main__ import arguments, main, run_ticket
from shared.simulator.server import running

ROOT = Path(__file__).parents[3]


@pytest.mark.anyio
async def test_a_ticket_is_worked_on_at_a_server_elsewhere(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CAPSTONE_HOME", str(tmp_path_factory.getbasetemp() / "postgres"))
    async with running(seed=3) as url:
        monkeypatch.setenv("CAPSTONE_BASE_URL", url)
        monkeypatch.setenv("CAPSTONE_MODEL", "sim-smart")

        code = await run_ticket(arguments().parse_args(["run", "--ticket", "2"]))

    out = capsys.readouterr().out
    assert code == 0
    assert "Read as" in out
    assert "FROM agent.orders" in out
    assert "Cost" in out


def test_a_ticket_that_is_not_there_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["agent", "run", "--ticket", "999"])

    code = main()

    err = capsys.readouterr().err
    assert code == 2
    assert err.count("\n") == 1
    assert "Choose one from 0" in err


@pytest.mark.anyio
async def test_the_command_does_not_import_langgraph_before_it_is_needed() -> None:
    code = "import sys, projects.p09_agents.__main__; sys.exit('langgraph' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)

    assert await process.wait() == 0
