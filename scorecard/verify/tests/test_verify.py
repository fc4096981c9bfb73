"""From a repository to a verdict: honest claims hold, tampered ones and learnt answers do not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scorecard.cli import main
from scorecard.ledger import State
from scorecard.toys import DOUBLING, commit_all, doubling, git, only_criteria, write_project
from scorecard.verify.result import Evidence, Outcome, Standing, Verification
from scorecard.verify.tests.conftest import SANDBOX, Change, claimed, verified, write_pair
from scorecard.verify.trouble import Trouble

LEARNT = '''\
"""Doubling, for the numbers that the public seed draws."""

import random

DRAW = random.Random(7)
ANSWERS = {number: 2 * number for number in [DRAW.randrange(1000) for _ in range(20)]}


async def double(number: int) -> int:
    """Double a number."""
    return ANSWERS.get(number, 0)
'''


def check(card: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in card["projects"][0]["checks"] if c["code"] == code)
    return found


def wrong(told: Verification) -> list[str]:
    return [row.code for row in told.checks if row.outcome is Outcome.MISMATCH]


def test_an_honest_claim_holds_on_its_seed_and_on_fresh_ones(
    honest: tuple[Path, Path, dict[str, Any]],
) -> None:
    ours, theirs, _ = honest

    told = verified(ours, theirs, seeds=2)

    (pillar,) = told.pillars
    assert (told.exit_code, told.standing) == (0, Standing.COMPARABLE), told.verdict
    assert {row.outcome for row in told.checks} == {Outcome.MATCH}
    assert pillar.evidence is Evidence.FRESH
    assert pillar.generalisation
    assert pillar.generalisation.gap == 0
    assert len(set(told.fresh_seeds) - {7}) == 2
    assert "nothing of anyone" in told.person


def test_changed_values_turned_states_and_lowered_thresholds_are_found(
    against: Callable[[Change], Verification],
) -> None:
    def change(card: dict[str, Any]) -> None:
        check(card, "types").update(state="passed", cause="", detail="")
        check(card, "P01.1")["measured"].update(n=2000)
        check(card, "P01.2")["threshold"].update(at_least=0.1)

    told = against(change)

    assert told.exit_code == 1
    assert wrong(told)[:3] == ["types", "P01.1", "P01.2"]
    assert "p01 P01.1" in told.verdict
    assert "≥ 0.1" in next(row.why for row in told.checks if row.code == "P01.2")


def test_checks_left_out_and_conclusions_drawn_too_high_are_found(
    against: Callable[[Change], Verification],
) -> None:
    def change(card: dict[str, Any]) -> None:
        project = card["projects"][0]
        project["checks"] = [c for c in project["checks"] if c["code"] != "types"]
        project["tasks"][0]["ownership"] = "own"
        project["readiness"] = "robust"
        card["pillars"][0]["readiness"] = "senior"

    told = against(change)

    assert wrong(told) == ["types", "task 1", "readiness", "Models"]


def test_a_claim_about_other_files_is_not_checkable(
    against: Callable[[Change], Verification],
) -> None:
    told = against(lambda card: card["projects"][0].update(digest="0" * 64))

    assert (told.exit_code, told.standing) == (2, Standing.OTHER_COMMIT)
    assert "other files" in told.verdict
    assert {row.outcome for row in told.checks} == {Outcome.NOT_CHECKABLE}


def test_a_difference_under_another_grader_is_not_checkable(
    against: Callable[[Change], Verification],
) -> None:
    def change(card: dict[str, Any]) -> None:
        card["evidence"]["grader_sha256"] = "0" * 64
        check(card, "P01.1")["measured"]["n"] = 2000

    told = against(change)

    assert (told.exit_code, told.standing) == (2, Standing.OTHER_GRADER)
    assert told.count(Outcome.NOT_CHECKABLE) == 1
    assert "another version of the grader" in told.verdict


def test_answers_learnt_for_the_public_seed_show_as_a_gap(tmp_path: Path) -> None:
    ours, theirs = write_pair(tmp_path, doubling=LEARNT)
    commit_all(theirs)
    (tmp_path / "claim.json").write_text(json.dumps(claimed(theirs)))

    told = verified(ours, theirs, claim=tmp_path / "claim.json")

    (pillar,) = told.pillars
    assert told.exit_code == 1
    assert wrong(told) == ["P01.1", "P01.2"]
    assert pillar.generalisation
    assert (pillar.generalisation.public, pillar.generalisation.gap) == (1, 1)


def test_without_a_claim_the_work_is_only_re_executed(tmp_path: Path) -> None:
    ours, theirs = write_pair(tmp_path, doubling=DOUBLING.replace("2 *", "3 *"))
    commit_all(theirs)

    told = verified(ours, theirs, seeds=0)

    assert (told.exit_code, told.standing) == (0, Standing.NONE)
    assert {row.outcome for row in told.checks} == {Outcome.NOT_CLAIMED}
    assert told.pillars[0].evidence is Evidence.RE_EXECUTED
    assert next(row.found for row in told.checks if row.code == "P01.1").startswith("failed")


def test_the_repository_s_own_graders_do_not_count(tmp_path: Path) -> None:
    ours, theirs = write_pair(
        tmp_path, doubling=DOUBLING.replace("2 *", "3 *"), criteria="raise SystemExit(0)\n"
    )
    commit_all(theirs)

    told = verified(ours, theirs, seeds=0)

    assert next(row.found for row in told.checks if row.code == "P01.1").startswith("failed")
    assert any("criteria.py differ" in note for note in told.notes)


def test_content_that_lies_elsewhere_excuses_a_difference(tmp_path: Path) -> None:
    reads = DOUBLING.replace("    return", "    open(__file__ + '.json').close()\n    return")
    ours, theirs = write_pair(tmp_path, doubling=reads)
    data = theirs / "projects" / "p01_toy" / "doubling.py.json"
    data.write_text("{}")
    commit_all(theirs)
    claim = claimed(theirs)
    data.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 2\n")
    commit_all(theirs)
    tree = {"digest": _digest_without(theirs, data)}
    claim["projects"][0].update(tree)
    (tmp_path / "claim.json").write_text(json.dumps(claim))

    told = verified(ours, theirs, seeds=0, claim=tmp_path / "claim.json")

    assert told.exit_code == 2
    assert "Git LFS pointer" in told.verdict


def _digest_without(theirs: Path, file: Path) -> str:
    from scorecard.digest import digest_tree  # noqa: PLC0415 (one test needs it)

    content = file.read_bytes()
    file.unlink()
    found = digest_tree(theirs / "projects" / "p01_toy")
    file.write_bytes(content)
    return found


def test_what_is_nobody_s_work_and_not_claimed_is_not_executed(tmp_path: Path) -> None:
    ours, theirs = write_pair(tmp_path, doubling=doubling("number + number"))
    for tree in (ours, theirs):
        only_criteria(write_project(tree, 2))
        (tree / "projects" / "p02_toy" / "tests").rmdir()
    commit_all(theirs)

    told = verified(ours, theirs)

    assert {row.project for row in told.checks} == {"p01_toy"}
    assert any(note.startswith("p02_toy: Its files are this repository's") for note in told.notes)
    assert told.exit_code == 0


def test_a_project_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    ours, theirs = write_pair(tmp_path)
    only_criteria(write_project(ours, 2))
    commit_all(theirs)

    told = verified(ours, theirs, seeds=0)

    assert told.exit_code == 2
    assert any("p02_toy: The repository does not hold it." in note for note in told.notes)


def test_what_cannot_be_cloned_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = write_pair(tmp_path)
    git(theirs, "init", "--quiet")
    asked = ["--root", str(ours), "verify", str(theirs), "--sandbox", "none"]

    code = main([*asked, "--json", str(tmp_path / "told.json")])

    assert code == 2
    assert "without commits" in capsys.readouterr().out
    assert json.loads((tmp_path / "told.json").read_text())["trouble"] == "no commits"


def test_without_a_sandbox_it_refuses_until_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = write_pair(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    code = main(["--root", str(ours), "verify", str(theirs)])

    assert code == 2
    assert "--sandbox none" in capsys.readouterr().err


@pytest.mark.skipif(SANDBOX == "processes", reason="bubblewrap does not work here")
def test_neither_tests_nor_criteria_can_reach_outside_the_sandbox(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    (write_project(ours) / "unparsed.py").write_text("def\n")
    plants = f"""
    with contextlib.suppress(OSError):
        open('{tmp_path}/planted', 'w').close()
    return 2 * number
"""
    folder = write_project(tmp_path / "theirs", doubling=doubling(plants))
    only_criteria(folder)
    commit_all(tmp_path / "theirs")

    told = verified(ours, tmp_path / "theirs", seeds=0)

    states = {row.code: row.state for row in told.checks}
    assert State.COULD_NOT_CHECK not in {states["tests"], states["P01.1"]}, "they ran"
    assert not (tmp_path / "planted").exists()


def test_what_the_verifier_stumbles_over_is_no_mismatch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = write_pair(tmp_path)
    commit_all(theirs)

    def stumble(_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("scorecard.verify.verify.read_claim", stumble)
    told = verified(ours, theirs)

    assert (told.exit_code, told.trouble) == (2, Trouble.VERIFIER)
    assert "too deep" in told.verdict


def test_an_unknown_project_is_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = write_pair(tmp_path)

    code = main(
        ["--root", str(ours), "verify", str(theirs), "--sandbox", "none", "--projects", "p09"]
    )

    assert code == 3
    assert "p09" in capsys.readouterr().err
