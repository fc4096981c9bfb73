"""What a reviewer reads in the first two minutes."""

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import State
from scorecard.report.page.render import Context, page_text
from scorecard.report.page.weigh import strongest, weakest
from scorecard.report.result import Scorecard
from scorecard.report.tests.conftest import Ended, verified
from scorecard.verify.result import Compared, Outcome
from tests.browser.pages import begun, nobodys


def test_the_reference_is_nobodys_headline(card: Scorecard) -> None:
    page = page_text(nobodys(card))

    assert "<h1><bdi>Nobody&#39;s own work yet: this is the reference</bdi></h1>" in page
    assert "of their own" not in page
    assert "Strongest evidence" not in page
    assert "Strongest of the reference" in page


def test_what_does_not_hold_is_listed_once(card: Scorecard) -> None:
    head = page_text(card).split('id="projects"')[0]

    listed = [
        label
        for label in ("p02 tests", "p13 lint", "p13 tests", "P13.5a")
        if head.count(f">{label}<") != 1
    ]
    assert listed == []


def test_failures_of_reference_code_are_not_put_down_to_a_person(card: Scorecard) -> None:
    head = page_text(card).split('id="projects"')[0]

    mine, _, reference = head.partition("in reference code:")

    assert ">P02.6c<" in mine
    assert ">P13.5a<" not in mine
    assert ">P13.5a<" in reference


def test_before_the_first_task_is_written_nothing_is_called_reference(card: Scorecard) -> None:
    mine = begun(card)
    first = mine.projects[0]
    tasks = tuple(task.model_copy(update={"ownership": Ownership.STUB}) for task in first.tasks)
    started = mine.model_copy(update={"projects": (first.model_copy(update={"tasks": tasks}),)})

    page = page_text(started)

    assert "this is the reference" not in page
    assert "0 of 10 tasks are own work." in page
    assert "10 tasks not written yet" in page


def test_what_failed_is_the_weakest_and_what_nobody_knows_comes_next(ended: Ended) -> None:
    card = ended(P02_6c=State.FAILED, P01_8a=State.COULD_NOT_CHECK)

    assert [p.check.code for p in weakest(card)][:2] == ["P02.6c", "P01.8a"]
    assert all(piece.check.passed for piece in strongest(card))
    assert len({piece.check.where for piece in strongest(card)}) == 3


def test_where_all_holds_the_weakest_holds_by_the_least(ended: Ended) -> None:
    pieces = weakest(ended())

    assert all(piece.check.passed for piece in pieces)
    ranks = [(not piece.own, piece.margin) for piece in pieces]
    assert ranks == sorted(ranks)


def test_reference_code_beside_own_work_is_not_called_own(card: Scorecard) -> None:
    pieces = {piece.check.code: piece.own for piece in strongest(card)}
    tasks = [(t.where.split(":")[0], t.ownership) for p in card.projects for t in p.tasks]
    where = {check.code: check.where.split(":")[0] for check in card.checks}
    told = {code: own for code, own in pieces.items() if where[code] in dict(tasks)}

    assert any(told.values())
    assert {code: (where[code], "own") in tasks for code in told} == told
    assert not any(own for code, own in pieces.items() if code not in told)


def test_unknowns_are_as_loud_as_failures(ended: Ended) -> None:
    page = page_text(ended(P07_7b=State.FAILED, P02_4b=State.COULD_NOT_CHECK))

    assert 'class="loud f"' in page
    assert 'class="loud u"' in page
    assert "1 check failed" in page
    assert "1 check could not be made" in page


def test_what_is_not_as_claimed_stands_on_the_first_screen(card: Scorecard) -> None:
    row = Compared(
        project="p02_structured_outputs", code="P02.2", title="t", outcome=Outcome.MISMATCH
    )
    told = verified(card).model_copy(update={"checks": (row,), "verdict": "It does not hold."})

    page = page_text(card, Context(verification=told))

    assert '≠ not as claimed:</b> <a href="#c-P02.2">P02.2</a>' in page
    assert "It does not hold." in page
