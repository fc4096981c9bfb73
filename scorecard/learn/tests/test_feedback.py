"""What is said about a failure: what was expected, what came, what to do next."""

import pytest

from scorecard.catalog.model import Project, Task
from scorecard.learn.contrast import contrast, sentence
from scorecard.learn.examined import Counted, Examined, Missed, Standing
from scorecard.learn.feedback import explain, told_check
from scorecard.learn.steps import in_hand
from scorecard.ledger import Bound, Cause, Check, Finding, Kind, State
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
        (
            "AssertionError: Regex pattern did not match.",
            ("Expected regex: 'a v1'", "Actual message: 'No.'"),
            [("expected", "a message that matches 'a v1'"), ("came", "'No.'")],
        ),
        (
            "AssertionError: assert 'it is in stock' == 'no'",
            ("op = ==", "left = 'it is in stock'", "right = 'no'", "differ = [0:]: 'it' ≠ 'no'"),
            [
                ("expected", "'no'"),
                ("came", "'it is in stock'"),
                ("differ", "[0:]: 'it' ≠ 'no'"),
            ],
        ),
        (
            "scorecard.learn.pytest_told.TookTooLong: 2 3",
            (),
            [("", "took longer than 3 s: an endless loop in task 2?")],
        ),
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


def test_tests_that_pass_and_wait_are_counted_without_a_fault() -> None:
    check = Check(code="tests", kind=Kind.TESTS, title="t", level=1, state=State.FAILED)

    parts = told_check(ENGLISH, check, Counted(passing=43, failing=0, waiting=75))

    assert "".join(part.text for part in parts) == "· tests    43 pass, 75 wait"


def test_a_check_that_fails_says_what_was_found_in_place_of_its_promise() -> None:
    found = (Finding(where="a.py:1", message="no"), Finding(where="a.py:2", message="no"))
    check = PASSED.model_copy(
        update={"code": "lint", "state": State.FAILED, "findings": found, "title": "finds nothing"}
    )

    text = "".join(part.text for part in told_check(ENGLISH, check))

    assert text == "✗ lint     ruff  2 findings"


def test_a_criterion_that_waits_for_another_names_it() -> None:
    first = Check(code="P01.1a", kind=Kind.CRITERION, title="First", level=1, state=State.FAILED)
    later = Check(
        code="P01.1b",
        kind=Kind.CRITERION,
        title="Later",
        level=1,
        requires=("P01.1a",),
        state=State.NOT_REACHED,
        cause=Cause.PREREQUISITE,
    )

    text = "".join(part.text for part in told_check(ENGLISH, later, every=[first]))

    assert text == "· P01.1b   Later  P01.1a comes first"


def test_a_function_that_does_too_much_may_have_helpers_and_that_is_said_once() -> None:
    found = tuple(
        Finding(where=f"projects/p01_toy/a.py:{n}", message="too complex [C901]") for n in (1, 2)
    )
    lint = PASSED.model_copy(update={"code": "lint", "state": State.FAILED, "findings": found})

    text = told(Examined(checks=(lint,), tests=1), dict.fromkeys((1, 2, 3), Standing.PASSES))

    assert text.count("Helpers of your own, outside the task's marks, are welcome") == 1
    assert text.endswith("Next: mend what ruff found, first projects/p01_toy/a.py:1.")


def test_a_failure_names_the_test_to_run_again() -> None:
    failing = missed("TypeError: no").model_copy(
        update={"where": "projects/p01_toy/a.py:3", "blames": 1}
    )

    text = told(
        Examined(checks=(PASSED,), tests=9, missed=(failing,)),
        {1: Standing.FAILS, 2: Standing.STUB, 3: Standing.STUB},
    )

    assert "projects/p01_toy/a.py:3" in text
    assert "projects/p01_toy/tests/test_a.py::test_a_sum_is_exact[12-True]" in text


def test_a_part_of_the_tasks_that_holds_points_to_the_rest() -> None:
    standing = {1: Standing.PASSES, 2: Standing.REFERENCE, 3: Standing.REFERENCE}

    text = told(Examined(checks=(PASSED,), tests=9, passing=9), standing)

    assert "`make start P=p01` opens the tasks that are still the reference." in text
