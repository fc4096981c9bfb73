"""What a learner types, and what they read, in both languages and on any terminal."""

import json
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.learn.reference import Desk
from scorecard.learn.start import start
from scorecard.toys import commit_all

STUB = '    raise NotImplementedError("P01 task 1: Double a number")\n'


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


def test_the_reference_shows_while_other_tests_of_the_task_still_wait(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = recorded.folder / "tests" / "test_doubling.py"
    both = "async def test_both() -> None:\n    assert await double(1) == 2\n    Basket().add(1)\n"
    tests.write_text(f"{tests.read_text()}\n\n{both}")
    commit_all(recorded.place.root)
    start(recorded)
    write(work, "    return 2 * number\n")

    run(recorded, "check", "p01")
    told = capsys.readouterr().out
    code = run(recorded, "beside", "p01", "--task", "1")

    assert "· tests    2 pass, 2 wait" in told
    assert told.rstrip().endswith("1/2")
    assert code == 0


def test_an_endless_loop_is_named_and_the_check_comes_to_its_end(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(work, "    while True:\n        pass\n")

    run(recorded, "check", "p01")

    told = capsys.readouterr().out
    assert "took longer than 3 s: an endless loop in task 1?" in told
    assert "Next: mend task 1" in told


def test_next_and_check_agree_where_one_task_alone_was_started(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded, [1])
    write(work, "    return 2 * number\n")

    run(recorded, "check", "p01")
    checked = capsys.readouterr().out
    run(recorded, "next")
    after = capsys.readouterr().out

    step = "`make start P=p01` opens the tasks that are still the reference."
    assert step in checked
    assert step in after
    assert "something else" not in after


def test_next_tells_of_a_merge_conflict_as_check_does_and_list_counts_the_lost(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(work, f"<<<<<<< HEAD\n{STUB}=======\n    return 4\n>>>>>>> upstream/main\n")

    run(recorded, "next")
    told = capsys.readouterr().out
    run(recorded, "list")
    listed = capsys.readouterr().out

    assert "There is a merge conflict inside task 1." in told
    assert "its function is gone" not in told
    assert "Not found in their files: 2" in listed


def test_what_mypy_finds_is_the_next_step_once_the_tests_pass(
    recorded: Desk, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(recorded)
    write(
        work, '    wrong: str = number\n    return len(wrong * 2) if wrong == "" else 2 * number\n'
    )

    run(recorded, "check", "p01")
    checked = capsys.readouterr().out
    run(recorded, "next")

    assert "Next: mend what mypy found, first projects/p01_toy/doubling.py:" in checked
    assert "Next: mend what mypy found, first projects/p01_toy/doubling.py:" in (
        capsys.readouterr().out
    )


def test_an_editor_s_lock_is_not_linted(recorded: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded.folder / ".#doubling.py").write_text("import os, sys\n")

    run(recorded, "check", "p01")

    assert "✓ lint" in capsys.readouterr().out


def test_start_and_reset_speak_portuguese(
    recorded: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    run(recorded, "start", "p01", "--lang", "pt-BR")
    told = capsys.readouterr().out
    code = run(recorded, "start", "p01", "--lang", "pt-BR")

    assert "P01 começou: 2 de 2 tarefas a escrever, no próprio lugar." in told
    assert code == 2
    assert "P01 já foi começado: 0 de 2 tarefas são suas." in capsys.readouterr().err
