"""Whatever ends a run early: a sentence, an exit code, nothing left running, nothing lost."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scorecard.toys import doubling, only_criteria, running, write_project

SLOW = 3


def a_tree(root: Path, mark: str) -> Path:
    """Write two projects; the second's work never ends, and leaves something running."""
    only_criteria(write_project(root, 1))
    sleeps = f"""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {mark!r}])
    await asyncio.sleep(600)
    return 0
"""
    only_criteria(write_project(root, SLOW, doubling=doubling(sleeps)))
    return root


def started(root: Path, *more: str) -> "subprocess.Popen[str]":
    """Start a run as a person would."""
    return subprocess.Popen(
        (sys.executable, "-m", "scorecard", "--root", str(root), "run", *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_ctrl_c_keeps_what_was_graded_and_says_so(tmp_path: Path) -> None:
    mark = f"orphan-of-{tmp_path.name}-once"
    root = a_tree(tmp_path, mark)
    with started(root, "--jobs", "1") as run:
        wait_for(lambda: bool(running(mark)))

        run.send_signal(signal.SIGINT)
        told, errors = run.communicate(timeout=60)

    card = json.loads((root / ".capstone" / "scorecard.json").read_text())
    states = {check["code"]: check["state"] for p in card["projects"] for check in p["checks"]}
    assert run.returncode == 2
    assert "Interrupted" in told
    assert "Traceback" not in errors
    assert (states["P01.1"], states["P03.1"]) == ("passed", "could not check")
    assert not running(mark)


def test_ctrl_c_twice_ends_at_once_and_leaves_nothing_running(tmp_path: Path) -> None:
    mark = f"orphan-of-{tmp_path.name}-twice"
    root = a_tree(tmp_path, mark)
    with started(root) as run:
        wait_for(lambda: bool(running(mark)))

        run.send_signal(signal.SIGINT)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)

    assert run.returncode == 2
    assert "Traceback" not in errors
    wait_for(lambda: not running(mark))


@pytest.mark.parametrize("block", ["1", "8"])
def test_a_full_disk_is_one_sentence(tmp_path: Path, block: str) -> None:
    root = tmp_path
    only_criteria(write_project(root))
    # A limit on the size of files stands in for the full disk: every longer write fails.
    command = f'ulimit -f {block}; exec "$0" -m scorecard --root "{root}" run --sandbox none'

    ran = subprocess.run(
        ("/bin/sh", "-c", command, sys.executable), capture_output=True, text=True, check=False
    )

    assert ran.returncode in {1, 2}
    assert "Traceback" not in ran.stdout + ran.stderr
    assert (
        "Free space or choose another place" in ran.stderr
        or (root / ".capstone" / "scorecard.json").exists()
    )


def test_ten_gigabytes_and_links_in_circles_disturb_nothing(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    only_criteria(folder)
    with (folder / "weights.bin").open("wb") as file:
        file.truncate(10 << 30)  # sparse: it takes no room
    (folder / "loop").symlink_to(".")

    with started(tmp_path) as run:
        run.communicate(timeout=60)

    card = json.loads((tmp_path / ".capstone" / "scorecard.json").read_text())
    states = {check["code"]: check["state"] for check in card["projects"][0]["checks"]}
    assert states["P01.1"] == "passed"
