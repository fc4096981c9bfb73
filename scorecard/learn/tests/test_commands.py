"""What a learner types, and what they read, in both languages and on any terminal."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.learn.reference import Desk
from scorecard.learn.start import start

STUB = '    raise NotImplementedError("P01 task 1: Double a number")\n'
CLI = (sys.executable, "-m", "scorecard")


def run(desk: Desk, *words: str) -> int:
    return main(["--root", str(desk.place.root), *words])


def write(work: Path, body: str) -> None:
    work.write_text(work.read_text().replace(STUB, body))


def test_next_on_a_fresh_clone_names_the_first_project_and_why(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(recorded, "next")

    told = capsys.readouterr().out
    assert code == 0
    assert "the first project, in order, that you have not begun" in told
    assert "Brief: projects/p01_toy/README.md" in told
    assert told.endswith("Next: `make start P=p01`\n")


def test_next_names_the_task_in_hand(recorded: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    start(recorded)

    run(recorded, "next", "--lang", "pt-BR")

    told = capsys.readouterr().out
    assert "Tarefa 1: Double a number" in told
    assert "é a primeira tarefa deste projeto que não está escrita" in told
    assert "projects/p01_toy/README.pt-BR.md" in told


def test_a_list_has_a_bar_a_pillar_and_says_whose_tasks_are(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(work, "    return 2 * number\n")

    run(recorded, "list")

    told = capsys.readouterr().out
    assert "Models" in told
    assert "0/2 tasks pass" in told
    assert "1 of 2 written, 0 pass" in told
    assert told.endswith("Your own tasks: 1; to be written: 1; reference: 0.\n")


def test_a_check_follows_a_task_from_red_to_green(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(work, "    return 3 * number\n")

    red = run(recorded, "check", "p01")
    told_red = capsys.readouterr().out
    work.write_text(work.read_text().replace("3 * number", "2 * number"))
    run(recorded, "check", "p01")
    told_green = capsys.readouterr().out

    assert red == 1
    assert "✗ doubling two gives four" in told_red
    assert "expected  4" in told_red
    assert "came      6" in told_red
    assert "P01.1" in told_red
    assert "Traceback" not in told_red
    assert "Next: mend task 1" in told_red
    assert "Task 2: Keep numbers" in told_green
    assert "P01 Toy 1  " in told_green
    assert told_green.rstrip().endswith("1/2")


def test_the_reference_passes_and_what_has_not_changed_is_remembered(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(recorded, "check", "p01")
    first = capsys.readouterr().out
    stored = recorded.place.home / "learn" / "p01_toy.json"
    told = json.loads(stored.read_text())
    told["checks"][0]["title"] = "From memory"
    stored.write_text(json.dumps(told))

    run(recorded, "check", "p01")

    assert code == 0
    assert "All of it is the reference. Next: `make start P=p01`" in first
    assert "From memory" in capsys.readouterr().out
    assert "From memory" not in first


def test_hints_come_one_at_a_time_and_are_remembered(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)

    told = []
    for _ in range(3):
        run(recorded, "hint", "p01")
        told.append(capsys.readouterr().out)

    assert "hint 1 of 2: Multiply." in told[0]
    assert "By two." not in told[0]
    assert "hint 2 of 2: By two." in told[1]
    assert "Those were all of them." in told[2]


def test_the_reference_shows_only_once_the_task_passes(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(work, "    return 2 * number\n")

    early = run(recorded, "beside", "p01", "--task", "1")
    told_early = capsys.readouterr().err
    run(recorded, "check", "p01")
    capsys.readouterr()
    late = run(recorded, "beside", "p01")

    assert early == 2
    assert "shows once yours passes its tests" in told_early
    assert late == 0
    told = capsys.readouterr().out
    assert "-    return 2 * number" in told
    assert "+    return _times(math.floor(number))" in told


def test_start_and_reset_speak_portuguese(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    run(recorded, "start", "p01", "--lang", "pt-BR")
    told = capsys.readouterr().out
    code = run(recorded, "start", "p01", "--lang", "pt-BR")

    assert "P01 começou: 2 de 2 tarefas a escrever, no próprio lugar." in told
    assert code == 2
    assert "P01 já foi começado: 0 de 2 tarefas são suas." in capsys.readouterr().err


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
