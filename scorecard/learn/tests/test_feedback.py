"""What is said about a failure: what was expected, what came, what to do next."""

import pytest

from scorecard.catalog.model import Project, Task
from scorecard.learn.examined import Examined, Missed, Standing
from scorecard.learn.feedback import contrast, explain, in_hand, sentence
from scorecard.ledger import Bound, Cause, Check, Kind, State
from scorecard.locale import ENGLISH, translator
from shared.criteria import Failure, Measured

PROJECT = Project(
    number=1,
    slug="p01_toy",
    title="Toy",
    pillar="Models",  # type: ignore[arg-type]  # pydantic makes the member
    skill="Doubles numbers.",
    hours=1,
    tasks=tuple(
        Task(id=n, function=f"doubling.task_{n}", title=f"Do thing {n}", hints=("Think.",))
        for n in (1, 2, 3)
    ),
)
PASSED = Check(
    code="types", kind=Kind.TYPES, title="t", level=1, state=State.PASSED, cause=Cause.NONE
)


def missed(message: str, *more: str, calls: tuple[int, ...] = (1,), waits_for: int = 0) -> Missed:
    return Missed(
        name="projects/p01_toy/tests/test_a.py::test_a_sum_is_exact[12-True]",
        where="projects/p01_toy/tests/test_a.py:7",
        message=message,
        more=more,
        calls=calls,
        waits_for=waits_for,
    )


def told(examined: Examined, standing: dict[int, Standing], language: str = "en") -> str:
    t = translator("pt-BR" if language == "pt-BR" else "en")
    lines = explain(t, PROJECT, examined, standing)
    return "\n".join("".join(part.text for part in parts) for parts in lines)


@pytest.mark.parametrize(
    ("message", "more", "expected"),
    [
        ("AssertionError: assert 3 == 4", (), [("expected", "4"), ("came", "3")]),
        ("assert 'a' in 'bcd'", (), [("expected", "'a' in it"), ("came", "'bcd'")]),
        (
            "AssertionError: assert False",
            ("+  where False = accepts('[1')",),
            [("expected", "something true"), ("came", "False = accepts('[1')")],
        ),
        (
            "Failed: DID NOT RAISE <class 'projects.p01_toy.errors.CutShortError'>",
            (),
            [("expected", "CutShortError is raised"), ("came", "nothing was raised")],
        ),
        ("TypeError: unsupported operand", (), [("came", "TypeError: unsupported operand")]),
        ("something else", (), [("", "something else")]),
    ],
)
def test_an_assertion_is_read_as_what_was_expected_and_what_came(
    message: str, more: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert contrast(ENGLISH, missed(message, *more)) == expected


def test_a_test_s_name_is_read_as_its_sentence() -> None:
    assert sentence(missed("x").name) == "a sum is exact (12-True)"


def test_the_task_in_hand_is_the_one_that_was_begun() -> None:
    standing = {1: Standing.STUB, 2: Standing.FAILS, 3: Standing.STUB}

    task = in_hand(PROJECT, standing)

    assert task is not None
    assert task.id == 2


def test_a_test_s_case_may_hold_brackets() -> None:
    name = "projects/p01_toy/tests/test_a.py::test_a_list_is_read[[1, [2]]]"

    assert sentence(name) == "a list is read ([1, [2]])"


def test_a_task_that_waits_for_a_later_one_is_not_in_hand() -> None:
    standing = {1: Standing.WAITS, 2: Standing.PASSES, 3: Standing.STUB}

    task = in_hand(PROJECT, standing)

    assert task is not None
    assert task.id == 3


def test_a_failure_shows_expected_and_came_and_the_next_step() -> None:
    failing = missed("AssertionError: assert 3 == 4")
    examined = Examined(checks=(PASSED,), tests=9, missed=(failing,))

    text = told(examined, {1: Standing.FAILS, 2: Standing.STUB, 3: Standing.STUB})

    assert "Task 1: Do thing 1" in text
    assert "✗ a sum is exact (12-True)" in text
    assert "expected  4" in text
    assert "came      3" in text
    assert text.endswith("Next: mend task 1. `make hint P=p01 TASK=1` gives a nudge.")


def test_tests_that_wait_for_other_tasks_are_counted_not_shown() -> None:
    waiting = [missed("NotImplementedError: P01 task 2: Do", calls=(2,), waits_for=2)] * 30

    text = told(
        Examined(checks=(PASSED,), tests=40, missed=tuple(waiting)),
        dict.fromkeys((1, 2, 3), Standing.STUB),
    )

    assert "waiting for tasks that are not written: 30 tests, 0 criteria" in text
    assert "✗" not in text


def test_a_criterion_names_its_cases_and_the_failure_mode() -> None:
    case = Failure(case="mail 3", expected="two orders", actual="one order", mode="kept the last")
    criterion = Check(
        code="P01.2",
        kind=Kind.CRITERION,
        title="Every order of a mail is read",
        level=1,
        threshold=Bound(at_least=0.9),
        state=State.FAILED,
        cause=Cause.NONE,
        advice="Look for a second one.",
        measured=Measured(value=0.5, n=20, failures=(case,)),
    )

    text = told(
        Examined(checks=(PASSED,), criteria=(criterion,), tests=3),
        dict.fromkeys((1, 2, 3), Standing.PASSES),
    )

    assert "P01.2 Every order of a mail is read: 0.5, asked for is ≥ 0.9, over 20 cases" in text
    assert "mail 3  (kept the last)" in text
    assert "expected  two orders" in text
    assert "came      one order" in text
    assert "Look for a second one." in text


def test_what_the_grader_did_wrong_shows_none_of_its_code() -> None:
    broken = Check(
        code="P01.2",
        kind=Kind.CRITERION,
        title="Every order is read",
        level=1,
        state=State.COULD_NOT_CHECK,
        cause=Cause.GRADER,
        detail="The fact orders raised KeyError: 'secret_case_7'",
    )

    text = told(
        Examined(checks=(PASSED,), criteria=(broken,), tests=3),
        dict.fromkeys((1, 2, 3), Standing.PASSES),
    )

    assert "no fault of yours" in text
    assert "secret_case_7" not in text


def test_the_same_is_said_in_portuguese() -> None:
    failing = missed("AssertionError: assert 3 == 4")

    text = told(
        Examined(checks=(PASSED,), tests=9, missed=(failing,)),
        {1: Standing.FAILS, 2: Standing.STUB, 3: Standing.STUB},
        "pt-BR",
    )

    assert "esperado  4" in text
    assert text.endswith("Agora: corrija a tarefa 1. `make hint P=p01 TASK=1` dá um empurrão.")
