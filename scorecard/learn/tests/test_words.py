"""What can be typed, and the terminals it is typed in."""

import os
import shutil
import subprocess
import sys

import pytest

from scorecard.catalog.read import read_catalog
from scorecard.cli import main
from scorecard.learn.guide import listing, stops
from scorecard.learn.reference import Desk
from scorecard.learn.start import start
from scorecard.locale import ENGLISH
from shared.settings import read_settings

CLI = (sys.executable, "-m", "scorecard")


def run(desk: Desk, *words: str) -> int:
    return main(["--root", str(desk.place.root), *words])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "p01", "--task", "99"), "P01 has no task 99. Its tasks are 1 to 2."),
        (("check", "p01", "--task", "abc"), "'abc' is no task's number."),
        (("hint", "p01", "--task", "0"), "P01 has no task 0."),
        (("start",), "Which project? `make start P=p01`"),
        (("list", "--lang", "xx"), "xx is no language that is spoken here. There are en, pt-BR"),
    ],
)
def test_bad_words_are_told_and_spend_nothing(
    recorded: Desk, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(recorded, *words)

    assert code == 2
    assert told in capsys.readouterr().err
    assert not (recorded.place.home / "learn" / "hints.json").exists()


def test_a_part_of_a_project_s_name_will_do(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(recorded, "start", "toy") == 0
    assert "P01 is started" in capsys.readouterr().out


def test_plain_has_words_for_marks_and_no_bars(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)

    run(recorded, "list", "--plain")

    told = capsys.readouterr().out
    assert told.isascii()
    assert "[..] p01" in told
    assert "0/2 tasks pass" in told
    assert "###" not in told


def test_a_list_on_a_narrow_terminal_has_two_lines_a_project(recorded: Desk) -> None:
    catalog = read_catalog(recorded.place.root)
    road = stops(ENGLISH, recorded.place, read_settings(), catalog)

    lines = ["".join(p.text for p in parts) for parts in listing(ENGLISH, road, catalog, 40)]

    assert lines[1:3] == ["  · p01  Toy 1", "         1 h  reference"]
    assert all(len(line) <= 40 for line in lines[:3])


@pytest.mark.parametrize("words", [("start", "p01", "--task", "9"), ("hint", "p01", "--task", "9")])
def test_an_unknown_task_is_told_with_those_there_are(
    recorded: Desk, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(recorded, *words)

    assert code == 2
    assert "P01 has no task 9. Its tasks are 1 to 2." in capsys.readouterr().err


def test_a_home_that_cannot_be_written_is_replaced_by_one_that_can(
    recorded: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(recorded.place.home)
    recorded.place.home.write_text("no folder can be made here")
    cache = recorded.place.root / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    code = run(recorded, "hint", "p01", "--task", "1")

    assert code == 0
    assert f"cannot be written; {cache}/ai-engineer-capstone is used." in capsys.readouterr().out
    assert (cache / "ai-engineer-capstone" / "learn" / "hints.json").exists()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_is_not_utf_8_is_written_in_what_it_has(desk: Desk, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "pt_BR"}

    ran = subprocess.run(
        [*CLI, "--root", str(desk.place.root), "list"],
        env=environment,
        capture_output=True,
        check=False,
    )

    assert ran.returncode == 0
    assert ran.stderr == b""
    told = ran.stdout.decode(encoding)
    assert "referência" in told or "referencia" in told
    assert "....." in told
