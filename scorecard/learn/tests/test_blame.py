"""Whose a failed test is, where it calls several tasks; and when a task counts as passing."""

from pathlib import Path

import pytest

from scorecard.catalog.model import Project, Task
from scorecard.catalog.ownership import Ownership
from scorecard.learn.blame import blamed, narrowest_first
from scorecard.learn.examined import Examined, Missed, Standing, needed, standings
from scorecard.learn.steps import choose_step
from scorecard.ledger import Cause, Check, Finding, Kind, State

OWN, STUB = Ownership.OWN, Ownership.STUB
MODULE = '''\
"""Two tasks, one of which calls the other."""


def render(text: str) -> str:
    """Render."""
    # task 1: begin
    return f"{nonce_for(text)} {text}"
    # task 1: end


def nonce_for(text: str) -> str:
    """Derive."""
    # task 2: begin
    return str(len(text))
    # task 2: end
'''
TESTS = '''\
"""Tests."""

from projects.p01_toy.prompting import nonce_for, render


def test_wide() -> None:
    assert render("a").endswith("a")


def test_other_wide() -> None:
    assert len(nonce_for("b")) == 1
'''
PROJECT = Project(
    number=1,
    slug="p01_toy",
    title="Toy",
    pillar="Models",  # type: ignore[arg-type]  # pydantic makes the member
    skill="Renders.",
    hours=1,
    tasks=(
        Task(id=1, function="prompting.render", title="Render", hints=("Think.",)),
        Task(id=2, function="prompting.nonce_for", title="Derive", hints=("Think.",)),
    ),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "projects" / "p01_toy"
    (folder / "tests").mkdir(parents=True)
    (folder / "prompting.py").write_text(MODULE)
    (folder / "tests" / "test_prompting.py").write_text(TESTS)
    return tmp_path


def failed(name: str, *calls: int, where: str = "", message: str = "assert 1 == 2") -> Missed:
    file = "projects/p01_toy/tests/test_prompting.py"
    return Missed(
        name=f"{file}::test_{name}", where=where or f"{file}:7", message=message, calls=calls
    )


def blames(root: Path, *wrong: Missed, passing: dict[str, tuple[int, ...]]) -> list[int]:
    return [missed.blames for missed in blamed(root, PROJECT, [1, 2], wrong, passing)]


def test_a_failure_of_a_narrow_test_explains_the_wider_ones(root: Path) -> None:
    wide, narrow = failed("wide", 1, 2), failed("narrow", 2)

    assert blames(root, wide, narrow, passing={"x": (1, 2)}) == [2, 2]


def test_a_wide_failure_speaks_of_the_task_whose_own_tests_do_not_pass(root: Path) -> None:
    assert blames(root, failed("wide", 1, 2), passing={"x": (2,)}) == [1]


def test_a_test_that_broke_inside_a_task_speaks_of_that_one(root: Path) -> None:
    inside = failed("wide", 1, 2, where="projects/p01_toy/prompting.py:14")

    assert blames(root, inside, passing={}) == [2]


def test_of_several_tasks_the_one_that_the_test_calls_by_name_is_blamed(root: Path) -> None:
    both = failed("wide", 1, 2), failed("other_wide", 1, 2)

    assert blames(root, *both, passing={}) == [1, 2]


def test_an_endless_loop_is_the_task_s_that_was_running(root: Path) -> None:
    late = failed("wide", 1, 2, message="scorecard.learn.pytest_told.TookTooLong: 2 3")

    assert blames(root, late, passing={}) == [2]


def test_a_test_that_calls_no_own_task_blames_nobody(root: Path) -> None:
    assert blames(root, failed("given"), passing={}) == [0]


def test_the_narrowest_test_of_the_task_s_own_module_comes_first() -> None:
    far = Missed(name="projects/p01_toy/tests/test_ablation.py::test_a", where="", message="")
    wide, narrow = failed("wide", 1, 2), failed("narrow", 1)

    assert narrowest_first([far, wide, narrow], PROJECT.tasks[0]) == [narrow, wide, far]


def test_a_task_whose_tests_pass_as_far_as_they_can_be_run_passes() -> None:
    waiting = Missed(name="t", where="", message="", calls=(1, 2), waits_for=2)
    examined = Examined(tests=2, passing=1, missed=(waiting,), tried={1: 1})

    assert standings(PROJECT, [OWN, STUB], examined)[1] is Standing.PASSES


def test_a_task_that_no_passing_test_calls_waits_for_those_it_needs() -> None:
    waiting = Missed(name="t", where="", message="", calls=(1, 2), waits_for=2)
    examined = Examined(tests=1, missed=(waiting,))

    assert standings(PROJECT, [OWN, STUB], examined)[1] is Standing.WAITS
    assert needed(1, examined) == (2,)


def test_a_task_passes_while_only_another_is_blamed() -> None:
    wrong = Missed(name="t", where="", message="", calls=(1, 2), blames=2)
    examined = Examined(tests=2, passing=1, missed=(wrong,), tried={1: 1})

    found = standings(PROJECT, [OWN, OWN], examined)

    assert found == {1: Standing.PASSES, 2: Standing.FAILS}


@pytest.mark.parametrize(
    ("first", "step"),
    [(Standing.FAILS, ""), (Standing.PASSES, "types")],
    ids=["tests first", "then what mypy found, before the next task"],
)
def test_the_next_step_is_tests_then_types_then_lint_then_the_next_task(
    first: Standing, step: str
) -> None:
    found = (Finding(where="projects/p01_toy/prompting.py:7", message="no [misc]"),)
    checks = [
        Check(code=code, kind=Kind.TYPES, title=code, level=1).ended(
            State.FAILED, Cause.NONE, findings=found
        )
        for code in ("types", "lint")
    ]

    chosen = choose_step(PROJECT, {1: first, 2: Standing.STUB}, Examined(checks=tuple(checks)))

    assert (chosen.check.code if chosen.check else "") == step
    assert chosen.task is not None
