"""What a person types, and what they get back: words, files, exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.toys import CRITERIA, doubling, only_criteria, running, write_project

MARK = "scorecard-orphan-of-an-interrupted-toy"
CLI = (sys.executable, "-m", "scorecard")
SLEEPS = f"""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}])
    await asyncio.sleep(600)
    return 0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_project(tmp_path)
    return tmp_path


def test_an_unknown_project_is_bad_usage_with_a_guess(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--root", str(root), "run", "p01_toys"])

    assert code == 3
    assert "Did you mean p01_toy?" in capsys.readouterr().err


def test_an_unknown_option_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", "--sead", "3"])

    assert left.value.code == 3
    assert "--help" in capsys.readouterr().err


def test_a_broken_project_that_was_asked_for_cannot_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, toml="number = \n")

    code = main(["--root", str(tmp_path), "run", "1"])

    assert code == 2
    told = capsys.readouterr().err
    assert "project.toml: is not TOML" in told
    assert "at line 1" in told


def test_a_folder_without_projects_says_where_to_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--root", str(tmp_path), "run"])

    assert code == 2
    assert "--root" in capsys.readouterr().err


def test_a_setting_that_cannot_be_used_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CAPSTONE_BASE_URL", "not a url")

    code = main(["--root", str(root), "run"])

    assert code == 2
    assert "CAPSTONE_BASE_URL" in capsys.readouterr().err


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_leaves_nothing_running_and_says_so(tmp_path: Path, presses: int) -> None:
    folder = write_project(tmp_path, doubling=doubling(SLEEPS), criteria=CRITERIA)
    only_criteria(folder)
    process = subprocess.Popen(
        [*CLI, "--root", str(tmp_path), "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    _wait_for(lambda: bool(running(MARK)))

    for _ in range(presses):
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)  # two signals at once would count as one
    output, _ = process.communicate(timeout=30)

    assert process.returncode == 2
    _wait_for(lambda: not running(MARK))
    assert "Traceback" not in output
    if presses == 1:
        card = json.loads((tmp_path / ".capstone" / "scorecard.json").read_text())
        states = {check["code"]: check["cause"] for check in card["projects"][0]["checks"]}
        assert card["interrupted"] is True
        assert states["P01.1"] == "interrupted"


def test_a_killed_grader_leaves_nothing_running(tmp_path: Path) -> None:
    folder = write_project(tmp_path, doubling=doubling(SLEEPS))
    only_criteria(folder)
    process = subprocess.Popen([*CLI, "--root", str(tmp_path), "run"], stdout=subprocess.DEVNULL)
    _wait_for(lambda: bool(running(MARK)))

    process.kill()
    process.wait()

    _wait_for(lambda: not running(MARK))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_result_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only_criteria(write_project(tmp_path))

    code = main(["--root", str(tmp_path), "run", "--json", "/dev/full/scorecard.json"])

    assert code == 2
    assert "run again" in capsys.readouterr().err


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_an_unreachable_model_is_one_sentence_and_no_failure(tmp_path: Path) -> None:
    asking = CRITERIA.replace("import Level", "import Level, ModelHandle").replace(
        "number=n", "number=n, model=ModelHandle()"
    )
    folder = write_project(
        tmp_path,
        criteria=asking,
        doubling="async def double(number: int, model: object) -> int:\n    return 2 * number\n",
    )
    only_criteria(folder)
    environment = {**os.environ, "CAPSTONE_BASE_URL": f"http://127.0.0.1:{_free_port()}/v1"}

    subprocess.run(
        [*CLI, "--root", str(tmp_path), "run", "--model", "some-model"],
        env=environment,
        capture_output=True,
        check=False,
    )

    card = json.loads((tmp_path / ".capstone" / "scorecard.json").read_text())
    (first, *_) = [c for c in card["projects"][0]["checks"] if c["code"] == "P01.1"]
    assert (first["state"], first["cause"]) == ("could not check", "resource missing")
    assert card["evidence"]["answers"] == "live"
