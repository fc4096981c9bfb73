"""Candidates are compared with their like."""

from pathlib import Path

from rich.console import Console

from scorecard.catalog.model import Pillar
from scorecard.ledger import State
from scorecard.origin import Origin
from scorecard.readiness import Readiness
from scorecard.report.compare import comparison_of, show_comparison_table
from scorecard.report.ending import Ending
from scorecard.report.page.compared import comparison_text
from scorecard.report.result import Scorecard
from scorecard.report.tests.conftest import Ended
from tests.browser.pages import begun, hostile, nobodys


def named(card: Scorecard, name: str, **evidence: object) -> tuple[Path, Scorecard]:
    found = card.evidence.model_copy(update=evidence)
    origin = Origin(remote=f"https://github.com/{name}/capstone")
    return Path(f"{name}.json"), card.model_copy(update={"origin": origin, "evidence": found})


def ready(card: Scorecard, readiness: Readiness) -> Scorecard:
    pillars = tuple(p.model_copy(update={"readiness": readiness}) for p in card.pillars)
    return card.model_copy(update={"pillars": pillars})


def test_simulated_and_live_are_not_ranked_together(ended: Ended) -> None:
    live = named(ended(), "bruno", answers="live", model="gpt")

    found = comparison_of([named(ended(), "ana"), live])

    assert found.refused
    assert [len(group.candidates) for group in found.groups] == [1, 1]
    assert "not ranked against each other" in comparison_text(found, "en")


def test_other_graders_are_not_ranked_together(ended: Ended) -> None:
    found = comparison_of([named(ended(), "ana"), named(ended(), "bruno", grader_sha256="0")])

    assert found.refused


def test_the_readier_comes_first_and_equals_share_a_place(ended: Ended) -> None:
    cards = [
        named(ready(ended(), Readiness.WORKS), "ana"),
        named(ready(ended(), Readiness.SENIOR), "bruno"),
        named(ready(ended(P02_4b=State.FAILED), Readiness.WORKS), "carla"),
    ]

    (group,) = comparison_of(cards).groups

    places = [(c.name.split("/")[0], group.place(c, Pillar.MODELS)) for c in group.candidates]
    assert places == [("bruno", 1), ("ana", 2), ("carla", 2)]


def test_the_reference_has_no_place_and_comes_last(card: Scorecard) -> None:
    cards = [named(nobodys(card), "house"), named(begun(card), "zoe")]

    (group,) = comparison_of(cards).groups

    places = [(c.name.split("/")[0], group.place(c, Pillar.MODELS)) for c in group.candidates]
    assert places == [("zoe", 1), ("house", 0)]


def test_percentages_are_of_own_work_and_say_so(card: Scorecard) -> None:
    console = Console(record=True, width=160, file=None, force_terminal=False)
    found = comparison_of([named(nobodys(card), "house"), named(begun(card), "zoe")])
    own = found.groups[0].candidates[0].pillar(Pillar.MODELS).own_criteria

    with console.capture() as captured:
        show_comparison_table(console, found, "en")

    assert f"{own[Ending.PASSED]} of {own.total}, " in captured.get()
    for text in (captured.get(), comparison_text(found, "en")):
        assert "reference code only" in text
        assert "criteria of own work that hold" in " ".join(text.split())
        assert "not written" in text


def test_what_tells_them_apart_is_listed(ended: Ended) -> None:
    cards = [named(ended(), "ana"), named(ended(P02_4b=State.FAILED), "bruno")]

    (group,) = comparison_of(cards).groups

    assert [row.code for row in group.differing()] == ["P02.4b"]


def test_two_of_one_name_are_told_apart_by_their_files(ended: Ended) -> None:
    first, second = named(ended(), "ana"), named(ended(), "ana")

    (group,) = comparison_of([(Path("a.json"), first[1]), (Path("b.json"), second[1])]).groups

    assert {c.name for c in group.candidates} == {"ana/capstone (a.json)", "ana/capstone (b.json)"}


def test_the_table_holds_no_control_character(ended: Ended) -> None:
    console = Console(record=True, width=200, quiet=False, file=None, force_terminal=False)
    found = comparison_of([named(ended(), "ana"), (Path("x"), hostile(ended()))])

    with console.capture() as captured:
        show_comparison_table(console, found, "pt-BR")

    assert "\x1b[31m" not in captured.get()
    assert "ana/capstone" in captured.get()
