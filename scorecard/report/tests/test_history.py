"""Runs are remembered, and compared with their like."""

from pathlib import Path

from scorecard.ledger import State
from scorecard.report.history import (
    KEPT,
    changes_since,
    keep,
    read_history,
    read_records,
    record_of,
)
from scorecard.report.page.view import view_of
from scorecard.report.result import Scorecard
from scorecard.report.tests.conftest import Ended


def at(card: Scorecard, moment: str, **evidence: object) -> Scorecard:
    return card.model_copy(
        update={
            "clock": card.clock.model_copy(update={"finished_at": moment}),
            "evidence": card.evidence.model_copy(update=evidence),
        }
    )


def test_a_run_is_kept_and_read_back(tmp_path: Path, card: Scorecard) -> None:
    keep(tmp_path, card)

    assert read_history(tmp_path) == (record_of(card),)


def test_a_run_that_says_nothing_new_is_not_kept_twice(tmp_path: Path, card: Scorecard) -> None:
    keep(tmp_path, card)
    keep(tmp_path, at(card, "2030-01-01T00:00:00+00:00"))

    assert len(read_history(tmp_path)) == 1


def test_an_interrupted_run_is_not_history(tmp_path: Path, card: Scorecard) -> None:
    keep(tmp_path, card.model_copy(update={"interrupted": True}))

    assert read_history(tmp_path) == ()


def test_only_the_newest_runs_are_kept(tmp_path: Path, card: Scorecard) -> None:
    folder = tmp_path / "history"
    folder.mkdir()
    for number in range(KEPT + 5):
        (folder / f"2020{number:04}.json").write_text("{}")

    keep(tmp_path, card)

    assert len(list(folder.iterdir())) == KEPT


def test_what_is_no_record_is_left_out(tmp_path: Path, card: Scorecard) -> None:
    files = [tmp_path / name for name in ("a.json", "b.json", "c.json")]
    files[0].write_text("no json")
    files[1].write_text(card.json_text(), encoding="utf-8")

    assert read_records(files) == (record_of(card),)


def test_a_folder_that_cannot_be_written_costs_the_history_only(
    tmp_path: Path, card: Scorecard
) -> None:
    (tmp_path / "history").write_text("a file where the folder should be")

    keep(tmp_path, card)

    assert read_history(tmp_path) == ()


def test_what_changed_is_named_with_both_states(ended: Ended) -> None:
    before = at(ended(P02_4b=State.FAILED), "2026-01-01T00:00:00+00:00")
    now = at(ended(P07_7b=State.FAILED), "2026-01-02T00:00:00+00:00")

    since = changes_since(now, [record_of(before)])

    assert since is not None
    assert {(c.code, c.better) for c in since.changes} == {("P02.4b", True), ("P07.7b", False)}


def test_a_value_that_left_its_interval_is_a_change(ended: Ended) -> None:
    now = at(ended(), "2026-01-02T00:00:00+00:00")
    before = record_of(at(ended(), "2026-01-01T00:00:00+00:00"))
    old = before.checks["p02"]["P02.1a"]
    moved = old.model_copy(update={"low": 0.1, "high": 0.2, "value": 0.15})
    checks = {**before.checks, "p02": {**before.checks["p02"], "P02.1a": moved}}

    since = changes_since(now, [before.model_copy(update={"checks": checks})])

    assert since is not None
    assert [(c.code, c.better) for c in since.changes] == [("P02.1a", None)]


def test_a_run_of_another_model_is_no_predecessor(ended: Ended) -> None:
    before = at(ended(), "2026-01-01T00:00:00+00:00", model="gpt", answers="live")
    now = at(ended(P07_7b=State.FAILED), "2026-01-02T00:00:00+00:00")

    assert changes_since(now, [record_of(before)]) is None


def test_simulated_and_live_never_stand_in_one_course(ended: Ended) -> None:
    live = at(ended(), "2026-01-01T00:00:00+00:00", model="sim-smart", answers="live")
    now = at(ended(), "2026-01-02T00:00:00+00:00")

    view = view_of(now, [record_of(live)], None, "")

    assert [course.line for course in view.courses] == [
        ("sim-smart", "simulated"),
        ("sim-smart", "live"),
    ]
    assert all(len(course.records) == 1 for course in view.courses)


def test_projects_graded_alone_are_compared_with_their_own_last_run(ended: Ended) -> None:
    whole = at(ended(P02_4b=State.FAILED), "2026-01-01T00:00:00+00:00")
    other = whole.model_copy(update={"projects": whole.projects[1:]})
    other = at(other, "2026-01-02T00:00:00+00:00")
    now = at(ended(), "2026-01-03T00:00:00+00:00")

    since = changes_since(now, [record_of(whole), record_of(other)])

    assert since is not None
    assert [c.code for c in since.changes] == ["P02.4b"]
