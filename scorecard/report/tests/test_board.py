"""The board is short where all is well, and its end names what is not."""

import io
from collections.abc import Callable

from rich.console import Console

from scorecard.ledger import Cause, State
from scorecard.report.board import show_board
from scorecard.report.result import Scorecard
from scorecard.report.words import advice
from tests.browser.pages import begun

CUT = 40


def lines(card: Scorecard, *, full: bool = False) -> list[str]:
    console = Console(file=io.StringIO(), width=80)
    show_board(console, card, full=full)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def failing(card: Scorecard) -> Scorecard:
    """Make every check end badly, each for a reason of its own."""
    update = {"state": State.COULD_NOT_CHECK, "cause": Cause.RAISED, "measured": None}
    projects = tuple(
        p.model_copy(
            update={
                "checks": tuple(
                    c.model_copy(update={**update, "detail": f"{p.id} broke"}) for c in p.checks
                )
            }
        )
        for p in card.projects
    )
    return card.model_copy(update={"projects": projects})


def test_a_project_that_holds_takes_a_few_lines(ended: Callable[..., Scorecard]) -> None:
    shown = lines(ended())

    assert len(shown) < 6 * len(ended().projects) + 12
    assert any("Weakest evidence" in line for line in shown)


def test_in_full_every_check_is_shown(ended: Callable[..., Scorecard]) -> None:
    card = ended()

    text = "\n".join(lines(card, full=True))

    assert all(check.code in text for check in card.checks)


def test_the_end_names_what_failed_and_why(ended: Callable[..., Scorecard]) -> None:
    card = ended(P02_6c=State.FAILED)

    end = lines(card)[-CUT:]

    assert any("P02.6c" in line and "200" in line for line in end)


def test_however_much_failed_the_end_names_all_of_it(card: Scorecard) -> None:
    broken = failing(card)

    end = "\n".join(lines(broken)[-CUT:])

    assert all(check.code in end for check in broken.checks)
    assert all(f"{project.id} broke" in end for project in broken.projects)


def test_unwritten_tasks_are_one_line_and_nothing_of_them_failed(card: Scorecard) -> None:
    shown = "\n".join(lines(begun(card)))

    assert "○ not written yet: tasks 3, 4, 5, 6, 7, 8, 9, 10; 4 checks wait for them" in shown
    assert "✗" not in shown
    assert "?" not in shown
    assert "plans.solve" not in shown


def test_next_is_the_first_task_that_nobody_has_written(card: Scorecard) -> None:
    told = advice(begun(card))

    assert told.startswith("Next: write task 3 of p01, “Write equal answers")
    assert "`make hint P=p01`" in told


def test_what_was_begun_and_does_not_work_comes_before_the_next_task(card: Scorecard) -> None:
    mine = begun(card)
    project = mine.projects[0]
    checks = tuple(c.ended(State.FAILED) if c.code == "P01.1a" else c for c in project.checks)
    failed = mine.model_copy(update={"projects": (project.model_copy(update={"checks": checks}),)})

    assert advice(failed).startswith("Next: p01 P01.1a, ")


def test_next_is_the_lowest_level_where_all_is_written(ended: Callable[..., Scorecard]) -> None:
    card = ended(P01_6a=State.FAILED, P01_1a=State.FAILED, tests=State.FAILED)

    assert advice(card).startswith("Next: p01 P01.1a, ")
