"""A cohort on Dask: the same verdicts as in processes here, and a lost worker costs nothing."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.cohort.dask import grade_there
from scorecard.cohort.listing import Submission
from scorecard.cohort.order import Order
from scorecard.cohort.store import Record
from scorecard.place import GRADER_ROOT
from scorecard.sandbox.confine import choose_sandbox
from scorecard.toys import DOUBLING, commit_all, doubling, only_criteria, running, write_project

WISH = "none" if choose_sandbox("auto").name == "processes" else "bubblewrap"
MARK = "scorecard-orphan-of-a-worker"
pytestmark = pytest.mark.anyio
SLEEPS = f"""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}])
    await asyncio.sleep(600)
    return 0
"""
PATIENCE_S = 60


def a_repository(folder: Path, body: str = DOUBLING) -> None:
    only_criteria(write_project(folder, doubling=body))
    commit_all(folder)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    only_criteria(write_project(tmp_path / "ours"))
    return tmp_path


def arguments(here: Path, on: str, *names: str, out: str) -> list[str]:
    lines = ["id,repository", *(f"{name},{name}" for name in names)]
    (here / "list.csv").write_text("\n".join(lines) + "\n")
    asked = ["--root", str(here / "ours"), "cohort", str(here / "list.csv"), "--on", on]
    return [*asked, "--out", str(here / out), "--seeds", "0", "--sandbox", WISH, "--jobs", "2"]


def table(here: Path, out: str) -> list[str]:
    lines = (here / out / "cohort.csv").read_text().splitlines()
    return [",".join(line.split(",")[:4]) for line in lines]


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def dask(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run one of Dask's own commands, as somebody with a cluster does."""
    command = (sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *arguments)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=GRADER_ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def a_scheduler() -> Iterator[str]:
    with dask("dask_scheduler", "--port", "0", "--host", "127.0.0.1") as process:
        assert process.stderr is not None
        yield next(line for line in process.stderr if "Scheduler at:" in line).split()[-1]


def a_worker(address: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return dask("dask_worker", address, "--nthreads", "1", "--no-nanny")


def test_workers_in_processes_of_their_own_give_the_verdicts_that_this_machine_gives(
    here: Path,
) -> None:
    for name in ("good", "other"):
        a_repository(here / name)
    names = ("good", "nowhere", "other")
    main(arguments(here, "processes", *names, out="local"))

    with a_scheduler() as address, a_worker(address), a_worker(address):
        code = main(arguments(here, address, *names, out="cluster"))

    assert code == 2
    assert table(here, "cluster") == table(here, "local")


def test_a_worker_that_is_killed_costs_no_submission(here: Path) -> None:
    a_repository(here / "slow", doubling(SLEEPS))

    with a_scheduler() as address:
        program = (sys.executable, "-m", "scorecard", *arguments(here, address, "slow", out="out"))
        with a_worker(address) as first:
            run = subprocess.Popen(program, cwd=GRADER_ROOT, stdout=subprocess.DEVNULL)
            wait_for(lambda: running(MARK))
            (here / "slow").rename(here / "old")
            a_repository(here / "slow")
            first.kill()
        with a_worker(address):
            code = run.wait(PATIENCE_S)

    assert code == 0
    assert table(here, "out")[1].endswith("re-executed")
    assert not running(MARK)


async def test_a_worker_with_other_graders_says_so_instead_of_grading(here: Path) -> None:
    order = Order(root=here / "ours", seeds=0, sandbox=WISH)
    asked = Submission(id="one", repository=str(here / "nowhere"))

    told = await grade_there(asked.model_dump_json(), order.model_dump_json(), "/", "0", "key")

    assert "has other graders" in Record.model_validate_json(told).trouble


@pytest.mark.parametrize("on", ["cloud", "tcp://127.0.0.1:9"])
def test_an_engine_that_is_not_there_is_said_in_a_sentence(
    on: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments(here, on, "good", out="out"))

    assert code == 2
    assert on in capsys.readouterr().err


def test_an_interrupted_run_leaves_nothing_running_on_the_cluster(here: Path) -> None:
    a_repository(here / "slow", doubling(SLEEPS))

    with a_scheduler() as address, a_worker(address):
        program = (sys.executable, "-m", "scorecard", *arguments(here, address, "slow", out="out"))
        run = subprocess.Popen(program, cwd=GRADER_ROOT, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: running(MARK))
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=PATIENCE_S)
        wait_for(lambda: not running(MARK))

    assert run.returncode == 2
    assert "What was graded is kept" in told
