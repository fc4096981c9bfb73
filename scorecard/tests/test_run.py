"""The cache, the seed, and the formats."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import anyio
import jsonschema
import pytest

from scorecard.entry import Request
from scorecard.ledger import State
from scorecard.place import Place
from scorecard.report.formats import WRITERS
from scorecard.report.result import Scorecard
from scorecard.report.schemas import schema_text
from scorecard.run import Run
from scorecard.toys import write_project
from shared.settings import Settings

SCHEMA = Path(__file__).parent.parent / "schema" / "scorecard.schema.json"
Grade = Callable[..., Scorecard]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("toys")
    write_project(root, 1)
    write_project(root, 2)
    return root


@pytest.fixture(scope="module")
def grade(root: Path) -> Grade:
    def call(**asked: Any) -> Scorecard:
        return anyio.run(Run(Place(root, root / ".capstone"), Settings(), Request(**asked)).grade)

    return call


@pytest.fixture(scope="module")
def first(grade: Grade) -> Scorecard:
    return grade()


def without_clock(card: Scorecard) -> dict[str, Any]:
    return card.model_dump(mode="json", exclude={"clock"})


def test_nothing_changed_so_nothing_is_run(first: Scorecard, grade: Grade) -> None:
    again = grade()

    assert first.clock.from_cache == ()
    assert len(again.clock.from_cache) == 10
    assert without_clock(again) == without_clock(first)


def test_only_the_changed_project_is_run_again(first: Scorecard, grade: Grade, root: Path) -> None:
    file = root / "projects" / "p02_toy" / "doubling.py"
    before = file.read_text()
    file.write_text(before.replace("2 * number", "number + number"))

    changed = grade()
    file.write_text(before)

    assert first.projects
    assert {name.split(".")[0] for name in changed.clock.from_cache} == {"p01"}
    assert all(check.passed for check in changed.checks if check.code != "git")


def test_without_the_cache_the_same_commit_and_seed_give_the_same_values(
    first: Scorecard, grade: Grade
) -> None:
    again = grade(use_cache=False)

    assert again.clock.from_cache == ()
    assert without_clock(again) == without_clock(first)


def test_another_seed_draws_other_cases(first: Scorecard, grade: Grade) -> None:
    other = grade(seed=8, names=("p01",))

    assert other.evidence.seed == 8
    assert other.clock.from_cache == ("p01.lint", "p01.practice", "p01.types")
    assert [p.id for p in other.projects] == ["p01"]
    assert first.evidence.seed == 7


def test_a_tree_without_git_is_said_to_be_one(first: Scorecard) -> None:
    check = next(check for check in first.checks if check.code == "git")

    assert check.state is State.COULD_NOT_CHECK
    assert first.exit_code == 2


def test_the_published_schema_is_the_model_s() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_the_json_follows_the_published_schema(first: Scorecard) -> None:
    written = json.loads(WRITERS["json"](first))

    jsonschema.validate(written, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert Scorecard.model_validate(written) == first


def test_junit_counts_what_could_not_be_checked_as_errors(first: Scorecard) -> None:
    tree = ET.fromstring(WRITERS["junit"](first))  # noqa: S314 (we wrote it)

    assert len(tree.findall("testsuite/testcase")) == 18
    assert len(tree.findall("testsuite/testcase/error")) == 2
    assert tree.findall("testsuite/testcase/skipped") == []


def test_the_page_fetches_nothing(first: Scorecard) -> None:
    page = WRITERS["html"](first)

    assert re.findall(r"(?:src|href|url)\s*[=(]\s*(?![\"']?#)\S+", page) == []
    assert page.count("<script") == 1
    assert "Numbers are doubled" in page


def test_the_picture_shows_the_board_and_fetches_nothing(first: Scorecard) -> None:
    picture = WRITERS["svg"](first)

    assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314 (we wrote it)
    assert "checks." in picture.replace("&#160;", " ")
    assert "url(http" not in picture.replace('"', "")


def test_the_summary_is_a_table_a_project(first: Scorecard) -> None:
    assert WRITERS["markdown"](first).count("| | check | level | measured |") == 2
