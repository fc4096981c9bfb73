"""Every format says the same, in its own words."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from scorecard.catalog.model import Pillar
from scorecard.ledger import Finding, State
from scorecard.report.arguments import FORMATS
from scorecard.report.badge import badge_text, pillar_badges
from scorecard.report.formats import WRITERS, write_format
from scorecard.report.intoto import verified_predicate_text
from scorecard.report.result import Scorecard
from scorecard.report.schemas import SCHEMAS, schema_text
from scorecard.report.tests.conftest import EXAMPLE, Ended
from scorecard.verify.result import Compared, Outcome, Verification
from tests.browser.pages import hostile

FOLDER = Path(__file__).parents[2] / "schema"
DOCUMENT = EXAMPLE.parents[1] / "scorecard-json.md"


def written(name: str, card: Scorecard) -> Any:
    return json.loads(WRITERS[name](card))


def test_every_format_has_an_option_and_every_option_a_writer() -> None:
    assert set(FORMATS) == set(WRITERS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schemas_are_the_models(name: str) -> None:
    file = FOLDER / f"{name}.schema.json"

    assert file.read_text(encoding="utf-8") == schema_text(SCHEMAS[name])


def test_the_documented_example_follows_the_schema(card: Scorecard) -> None:
    schema = json.loads((FOLDER / "scorecard.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate(json.loads(EXAMPLE.read_bytes()), schema)
    assert card.schema_version == "1.1"
    assert card.clock.spent["p02"].calls > 0


def test_the_document_names_parts_that_exist() -> None:
    schema = (FOLDER / "scorecard.schema.json").read_text(encoding="utf-8")
    rows = DOCUMENT.read_text(encoding="utf-8").split("## What the parts mean")[1].splitlines()
    named = [cell for row in rows if row.startswith("| `") for cell in row.split("|")[1].split("`")]
    leaves = {name.split(".")[-1].removesuffix("[]") for name in named if name.strip(" ,")}

    assert len(leaves) > 10
    assert {leaf for leaf in leaves if f'"{leaf}"' not in schema} == set()


def test_a_result_of_format_1_0_is_still_read(card: Scorecard) -> None:
    old = json.loads(card.json_text())
    old["schema_version"] = "1.0"
    for name in ("origin",):
        del old[name]
    del old["evidence"]["git"], old["clock"]["spent"]
    for project in old["projects"]:
        for task in project["tasks"]:
            del task["similarity"], task["where"]
        for check in project["checks"]:
            del check["where"]

    read = Scorecard.model_validate(old)

    assert len(read.checks) == len(card.checks)
    assert "Not known: calls are counted" in WRITERS["html"](read)


def test_sarif_names_what_does_not_hold_at_its_line(ended: Ended) -> None:
    card = ended(P07_7b=State.FAILED, P02_4b=State.COULD_NOT_CHECK)

    (run,) = written("sarif", card)["runs"]

    results = {result["ruleId"]: result for result in run["results"]}
    assert set(results) == {"P07.7b", "P02.4b"}
    assert results["P07.7b"]["level"] == "error"
    assert results["P02.4b"]["level"] == "warning"
    place = results["P02.4b"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "projects/p02_structured_outputs/extraction.py",
        "uriBaseId": "SRCROOT",
    }
    assert place["region"]["startLine"] > 1
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_sarif_gives_each_finding_a_result_and_no_path_leads_outside(card: Scorecard) -> None:
    findings = (
        Finding(where="projects/p02_structured_outputs/parsing.py:12", message="line too long"),
        Finding(where="/etc/passwd:1", message="absolute"),
        Finding(where="../../x.py:1", message="outside"),
    )
    first = next(project for project in card.projects if project.id == "p02")
    check = first.checks[1].ended(State.FAILED, findings=findings)
    projects = (first.model_copy(update={"checks": (check,)}),)

    (run,) = written("sarif", card.model_copy(update={"projects": projects}))["runs"]

    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    paths = [place["artifactLocation"]["uri"] for place in places]
    assert paths[0] == "projects/p02_structured_outputs/parsing.py"
    assert places[0]["region"]["startLine"] == 12
    assert all(path.startswith("projects/p02_structured_outputs/") for path in paths)
    assert len({r["partialFingerprints"]["scorecardCheck/v1"] for r in run["results"]}) == 3


def test_csv_has_a_row_a_check_and_no_formula(card: Scorecard) -> None:
    rows = list(csv.DictReader(io.StringIO(WRITERS["csv"](card))))
    attacked = [project.model_copy(update={"id": "=1+1"}) for project in hostile(card).projects]
    cells = csv.reader(
        io.StringIO(WRITERS["csv"](card.model_copy(update={"projects": tuple(attacked)})))
    )

    assert len(rows) == len(card.checks)
    assert rows[7]["code"] == "P01.1a"
    assert float(rows[7]["value"]) == 1.0
    assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "@"))]


def test_a_badge_names_every_pillar_that_has_projects(tmp_path: Path, card: Scorecard) -> None:
    pillars = tuple(
        one.model_copy(update={"projects": ()}) if one.pillar is Pillar.PRODUCTION else one
        for one in card.pillars
    )
    card = card.model_copy(update={"pillars": pillars})

    write_format("badge", card, tmp_path / "badge.svg")

    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["badge-models.svg", "badge-production.svg", "badge-systems.svg", "badge.svg"]
    title = ET.fromstring(badge_text(card))[0].text or ""  # noqa: S314 (we wrote it)
    assert "Models" in title
    assert "Production" not in title
    assert "no project" in pillar_badges(card)["production"]


def test_an_evallog_counts_what_nobody_knows_as_no_answer(ended: Ended) -> None:
    card = ended(P07_7b=State.FAILED, P02_4b=State.COULD_NOT_CHECK)

    log = written("evallog", card)

    scores = {sample["id"]: sample["scores"]["check"]["value"] for sample in log["samples"]}
    assert log["version"] == 2
    assert (scores["P07.7b"], scores["P02.4b"], scores["P02.1a"]) == ("I", "N", "C")
    (score,) = log["results"]["scores"]
    total = len(card.checks)
    assert score["metrics"]["accuracy"]["value"] == pytest.approx((total - 2) / total)
    assert log["eval"]["model"] == "sim/sim-smart"


def test_the_statement_is_about_a_commit_only_where_nothing_else_was_there(
    card: Scorecard,
) -> None:
    dirty = card.model_copy(update={"evidence": card.evidence.model_copy(update={"dirty": True})})

    clean, other = written("intoto", card)["subject"], written("intoto", dirty)["subject"]

    assert clean[0]["digest"] == {"gitCommit": card.evidence.commit}
    assert [s["digest"] for s in other] == [
        {"capstoneTreeSha256": project.digest} for project in card.projects
    ]


def test_the_predicate_warns_of_what_could_not_be_checked(ended: Ended) -> None:
    def told(**states: State) -> Mapping[str, Any]:
        found: Mapping[str, Any] = written("predicate", ended(**states))
        return found

    assert told()["result"] == "PASSED"
    assert told(P02_4b=State.COULD_NOT_CHECK)["result"] == "WARNED"
    assert told(P02_4b=State.COULD_NOT_CHECK)["warnedTests"] == ["P02.4b"]
    assert told(P07_7b=State.FAILED, P02_4b=State.NOT_REACHED)["result"] == "FAILED"


def test_a_verified_predicate_passes_only_what_was_found_to_hold() -> None:
    def row(code: str, outcome: Outcome, state: State | None) -> Compared:
        return Compared(project="p02_x", code=code, title="t", outcome=outcome, state=state)

    rows = (
        row("P02.1", Outcome.MATCH, State.PASSED),
        row("P02.2", Outcome.MATCH, State.FAILED),
        row("P02.3", Outcome.MISMATCH, State.PASSED),
        row("P02.4", Outcome.NOT_CHECKABLE, None),
        row("task 1", Outcome.MATCH, None),
        row("P02.5", Outcome.NOT_CLAIMED, State.PASSED),
    )
    told = Verification(repository="r", sandbox="bubblewrap", checks=rows, verdict="v", exit_code=1)

    predicate = json.loads(verified_predicate_text(told))

    assert predicate["result"] == "FAILED"
    assert predicate["passedTests"] == ["P02.1", "p02 task 1", "P02.5"]
    assert predicate["failedTests"] == ["P02.2", "P02.3"]
    assert predicate["warnedTests"] == ["P02.4"]


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_hostile_text_breaks_no_format(name: str, card: Scorecard) -> None:
    text = WRITERS[name](hostile(card))

    assert text
    if name in {"junit", "svg", "badge"}:
        assert ET.fromstring(text) is not None  # noqa: S314 (we wrote it)
