"""What is not written yet has neither failed nor is it unknown, and never counts as passed."""

from pathlib import Path

import pytest

from scorecard.catalog.ownership import Ownership
from scorecard.checks.sources import SHOWN
from scorecard.checks.tested import Tally, tallied
from scorecard.ledger import Cause, Check, Finding, State
from scorecard.locale import translator
from scorecard.report.badge import badge_text
from scorecard.report.ending import Ending, comes_after, ending, faults, tally, waited_for
from scorecard.report.formats import WRITERS
from scorecard.report.history import Change, Ended, changes_since, record_of
from scorecard.report.page.render import Context, page_text
from scorecard.report.page.weigh import held, strongest, weakest
from scorecard.report.reasons import reason, told
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import summary
from tests.browser.pages import WRITTEN, begun

UNWRITTEN = "NotImplementedError: P01 task 3: Write equal answers in one form"


@pytest.fixture
def project(card: Scorecard) -> ProjectResult:
    return begun(card).projects[0]


def of(project: ProjectResult, code: str) -> Check:
    return next(check for check in project.checks if check.code == code)


@pytest.mark.parametrize("code", ["P01.3a", "P01.4c", "tests", "tested"])
def test_what_waits_for_an_unwritten_task_is_not_written_yet(
    project: ProjectResult, code: str
) -> None:
    assert ending(project, of(project, code)) is Ending.NOT_WRITTEN


def test_it_stays_in_the_denominator_and_is_not_passed(project: ProjectResult) -> None:
    found = tally((project, check) for check in project.checks)

    assert found.total == len(project.checks)
    assert found[Ending.NOT_WRITTEN] == 4
    assert found.share < 1


def test_a_task_that_somebody_wrote_is_never_waited_for(project: ProjectResult) -> None:
    said = UNWRITTEN.replace("task 3", f"task {WRITTEN}")
    check = of(project, "P01.3a").ended(State.COULD_NOT_CHECK, Cause.RAISED, said)

    assert ending(project, check) is Ending.COULD_NOT_CHECK


def test_a_task_of_another_project_is_never_waited_for(project: ProjectResult) -> None:
    said = UNWRITTEN.replace("P01", "P02")
    check = of(project, "P01.3a").ended(State.COULD_NOT_CHECK, Cause.RAISED, said)

    assert ending(project, check) is Ending.COULD_NOT_CHECK


def test_one_test_that_fails_for_a_reason_of_its_own_is_a_failure(project: ProjectResult) -> None:
    tests = of(project, "tests")
    fault = Finding(where="projects/p01_prompting/prompting.py:60", message="t: assert 1 == 2")

    check = tests.ended(State.FAILED, findings=(*tests.findings, fault))

    assert waited_for(project, check) == ()
    assert ending(project, check) is Ending.FAILED
    assert faults(project, check) == (fault,)


def test_where_everything_is_written_nothing_waits(card: Scorecard) -> None:
    whole = card.projects[0]
    check = of(whole, "P01.3a").ended(State.COULD_NOT_CHECK, Cause.RAISED, UNWRITTEN)

    assert ending(whole, check) is Ending.COULD_NOT_CHECK


def test_what_was_not_reached_for_an_unwritten_task_says_so(project: ProjectResult) -> None:
    after, first = of(project, "P01.3c"), of(project, "P01.3a")
    broken = first.ended(State.COULD_NOT_CHECK, Cause.CRASHED, "gone")
    checks = tuple(broken if check is first else check for check in project.checks)

    other = project.model_copy(update={"checks": checks})

    assert comes_after(project, after)
    assert not comes_after(other, after)
    assert reason(project, after, translator("en")) == "comes after tasks that are not written"


def test_the_reason_names_the_task_in_the_readers_language(project: ProjectResult) -> None:
    check = of(project, "P01.3a")

    assert reason(project, check, translator("en")).startswith("waits for task 3, Write equal")
    assert reason(project, check, translator("pt-BR")).startswith("espera pela tarefa 3, ")


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        ("43 of 118 passed", "43 de 118 passaram"),
        ("First comes P01.1 and 3 more.", "Antes vêm P01.1 e mais 3."),
        ("a.b raised ValueError: no {braces}", "a.b levantou ValueError: no {braces}"),
        ("what only the work says", "what only the work says"),
    ],
)
def test_a_sentence_of_the_graders_is_translated(english: str, portuguese: str) -> None:
    assert told(english, translator("en")) == english
    assert told(english, translator("pt-BR")) == portuguese


def test_only_measured_criteria_of_own_work_are_evidence(card: Scorecard) -> None:
    mine = begun(card)

    pieces = [*strongest(mine), *weakest(mine)]

    assert all(piece.own and piece.check.measured for piece in pieces)
    assert len({piece.check.code for piece in pieces}) == len(pieces)


def test_an_own_task_that_breaks_is_evidence_against(card: Scorecard) -> None:
    mine = begun(card)
    project = mine.projects[0]
    broken = of(project, "P01.1b").ended(State.COULD_NOT_CHECK, Cause.CRASHED, "gone")
    checks = tuple(broken if c.code == broken.code else c for c in project.checks)
    projects = (project.model_copy(update={"checks": checks}),)

    first = weakest(mine.model_copy(update={"projects": projects}))[0]

    assert first.check.code == "P01.1b"


def test_own_criteria_leave_out_what_the_reference_passes(card: Scorecard) -> None:
    (whole,) = [project for project in card.projects if project.id == "p01"]
    owned = [task.where.partition(":")[0] for task in whole.tasks if task.ownership == "own"]
    about = [c for c in whole.checks if c.where.partition(":")[0] in owned]

    found = held([whole])

    assert 0 < found.total == len(about) < len([c for c in whole.checks if c.where])


def test_the_page_tells_unwritten_from_failed_and_unknown(card: Scorecard) -> None:
    page = page_text(begun(card))

    assert 'class="loud f"' not in page
    assert 'class="loud u"' not in page
    assert page.count('class="loud w"') == 1
    assert "p01, 8 tasks not written yet:" in page
    assert "4 checks wait for them" in page


def test_no_reason_on_the_portuguese_page_is_english(card: Scorecard) -> None:
    root = Path(__file__).parents[3]

    page = page_text(begun(card), Context(language="pt-BR", root=root))

    for english in ("NotImplementedError", "not written", "It means", "waits for", " of 118"):
        assert english not in page
    assert "espera pela tarefa 3, Escreva respostas iguais" in page


def test_no_format_calls_it_failed_or_unknown(card: Scorecard) -> None:
    mine = begun(card)

    assert "4 not written yet, 2 not reached" in summary(mine)
    assert "❌" not in WRITERS["markdown"](mine)
    assert WRITERS["markdown"](mine).count("🔲") == 4
    assert "<failure" not in WRITERS["junit"](mine)
    assert WRITERS["junit"](mine).count('message="not written yet: ') == 4
    assert '"level": "error"' not in WRITERS["sarif"](mine)
    assert "8 to write" in badge_text(mine)
    assert "unknown" not in badge_text(mine)


def test_a_task_that_was_begun_is_no_step_back() -> None:
    waiting = Ended(state=State.COULD_NOT_CHECK, waits=True)
    failed, passed = Ended(state=State.FAILED), Ended(state=State.PASSED)

    assert Change("p01", "P01.3a", waiting, failed).better is None
    assert Change("p01", "P01.3a", waiting, passed).better is True
    assert Change("p01", "P01.3a", passed, waiting).better is False


def test_history_remembers_what_was_not_written(card: Scorecard) -> None:
    mine = begun(card)
    clock = mine.clock.model_copy(update={"finished_at": "2030-01-01T00:00:00+00:00"})
    project = mine.projects[0].model_copy(update={"checks": card.projects[0].checks})
    now = mine.model_copy(update={"projects": (project,), "clock": clock})

    record = record_of(mine)
    since = changes_since(now, [record])

    assert record.count(Ending.NOT_WRITTEN) == 4
    assert record.count(Ending.FAILED) == 0
    assert since is not None
    assert {change.before.ending for change in since.changes} == {
        Ending.NOT_WRITTEN,
        Ending.NOT_REACHED,
    }


def test_missing_code_is_no_unwritten_task(project: ProjectResult) -> None:
    tasks = tuple(t.model_copy(update={"ownership": Ownership.MISSING}) for t in project.tasks)
    gone = project.model_copy(update={"tasks": tasks})

    assert ending(gone, of(gone, "P01.3a")) is Ending.COULD_NOT_CHECK


def test_a_test_that_fails_is_told_before_those_that_wait(project: ProjectResult) -> None:
    run = Tally()
    for number in range(2 * SHOWN):
        waits = number != SHOWN + 1
        run.add(
            {
                "test": f"projects/p01_prompting/tests/test_a.py::test_{number}",
                "outcome": "failed",
                "where": "projects/p01_prompting/voting.py:53",
                "message": "ExceptionGroup: 1 sub-exception" if waits else "assert 1 == 2",
                "unwritten": 3 if waits else 0,
            }
        )

    check = tallied(of(project, "tests"), run)
    alone = check.model_copy(update={"findings": check.findings[1:]})

    assert check.findings[0].message == f"test_{SHOWN + 1}: assert 1 == 2"
    assert ending(project, check) is Ending.FAILED
    assert ending(project, alone) is Ending.NOT_WRITTEN
