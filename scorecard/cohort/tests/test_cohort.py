"""Many submissions: each costs its own verdict and no other, and nothing is graded twice."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.cohort.listing import ListingError, read_listing
from scorecard.cohort.store import FILE, Store, StoreError
from scorecard.sandbox.confine import choose_sandbox
from scorecard.toys import DOUBLING, commit_all, doubling, only_criteria, running, write_project

MARK = "scorecard-orphan-of-a-cohort"
WISH = "none" if choose_sandbox("auto").name == "processes" else "bubblewrap"
SLEEPS = f"""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}])
    await asyncio.sleep(600)
    return 0
"""


def a_repository(folder: Path, body: str = DOUBLING) -> Path:
    only_criteria(write_project(folder, doubling=body))
    commit_all(folder)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    only_criteria(write_project(tmp_path / "ours"))
    a_repository(tmp_path / "good")
    return tmp_path


def listed(here: Path, *names: str) -> Path:
    lines = ["id,repository", *(f"{name},{name}" for name in names)]
    (here / "list.csv").write_text("\n".join(lines) + "\n")
    return here / "list.csv"


def arguments(here: Path, *more: str) -> Sequence[str]:
    where = ("--root", str(here / "ours"), "cohort", str(here / "list.csv"))
    return (*where, "--out", str(here / "out"), "--seeds", "0", "--sandbox", WISH, *more)


def recorded(here: Path) -> list[str]:
    lines = (here / "out" / FILE).read_text().splitlines()
    return [json.loads(line)["submission"]["id"] for line in lines]


def verdicts(here: Path) -> dict[str, str]:
    with (here / "out" / "cohort.csv").open(newline="") as lines:
        return {row["id"]: row["verdict"] for row in csv.DictReader(lines)}


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_bad_submissions_cost_their_own_verdict_and_none_is_graded_twice(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "empty").mkdir()
    listed(here, "nowhere", "empty", "good")

    code = main(arguments(here))
    again = main(arguments(here))

    told = capsys.readouterr().out
    assert (code, again) == (2, 2)
    assert verdicts(here) == {
        "nowhere": "could not verify",
        "empty": "could not verify",
        "good": "re-executed",
    }
    assert sorted(recorded(here)) == ["empty", "good", "nowhere"]
    assert "[3/3] " in told
    assert "3 of them graded before" in told


def test_one_can_be_graded_again_alone(here: Path) -> None:
    listed(here, "late", "nowhere")
    main(arguments(here))
    a_repository(here / "late")

    main(arguments(here, "--only", "late"))

    assert sorted(recorded(here)) == ["late", "late", "nowhere"]
    assert verdicts(here) == {"late": "re-executed", "nowhere": "could not verify"}


def test_one_that_takes_too_long_is_ended_with_all_it_started(here: Path) -> None:
    a_repository(here / "slow", doubling(SLEEPS))
    listed(here, "slow")

    code = main(arguments(here, "--timeout", "5"))

    assert code == 2
    assert verdicts(here)["slow"] == "could not verify"
    assert "timed out" in (here / "out" / "cohort.csv").read_text()
    assert not running(MARK)


def test_a_killed_cohort_leaves_nothing_running_and_goes_on_where_it_was(here: Path) -> None:
    a_repository(here / "slow", doubling(SLEEPS))
    listed(here, "good", "slow")
    program = (sys.executable, "-m", "scorecard", *arguments(here, "--jobs", "1"))
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL)
    wait_for(lambda: bool(running(MARK)))

    process.kill()
    process.wait()

    wait_for(lambda: not running(MARK))
    assert recorded(here) == ["good"]
    a_repository(here / "mended")
    (here / "slow").rename(here / "old")
    (here / "mended").rename(here / "slow")
    assert main(arguments(here)) == 0
    assert recorded(here) == ["good", "slow"]


def test_a_line_cut_by_a_kill_costs_only_itself(here: Path) -> None:
    listed(here, "nowhere")
    main(arguments(here))
    whole = (here / "out" / FILE).read_text()
    (here / "out" / FILE).write_text(whole + whole[:100])

    code = main(arguments(here, "--only", "nowhere"))

    assert code == 2
    lines = (here / "out" / FILE).read_text().splitlines()
    assert lines[1] == whole[:100]
    assert json.loads(lines[2])["submission"]["id"] == "nowhere"


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with Store(tmp_path), pytest.raises(StoreError, match="Another run"):
        Store(tmp_path).__enter__()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column id, repository"),
        ("id\n1\n", "no column repository"),
        ("id,repository\n", "no submission"),
        ("id,repository\na,x\na,y\n", "a twice"),
        ("id,repository\n,x\n", "list.csv:2: id or repository is empty"),
        ('id,repository\n"a,x\n', "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_used_says_where(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "list.csv").write_text(text)

    with pytest.raises(ListingError, match=told):
        read_listing(tmp_path / "list.csv")


def test_a_list_that_cannot_be_used_is_bad_usage(here: Path) -> None:
    (here / "list.csv").write_text("id\n1\n")

    assert main(arguments(here)) == 3


def test_a_path_is_meant_from_where_the_list_lies(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("id,repository\na,work\nb,git@example.org:work.git\n")

    beside, address = read_listing(tmp_path / "list.csv")

    assert beside.repository == str(tmp_path / "work")
    assert address.repository == "git@example.org:work.git"


def test_an_id_that_is_not_listed_is_named(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("\ufeffid,repository,commit\r\na,https://x.example/y,v1\r\n")

    (found,) = read_listing(tmp_path / "list.csv", only=["a"])

    assert (found.id, found.repository, found.commit) == ("a", "https://x.example/y", "v1")
    with pytest.raises(ListingError, match="holds no b"):
        read_listing(tmp_path / "list.csv", only=["b"])
