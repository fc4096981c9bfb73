"""The documents say what is so, in both languages; the workflow signs what it should."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from scorecard.cli import _parser
from scorecard.report.arguments import FORMATS

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAIRS = [(DOCS / "review.md", DOCS / "review.pt-BR.md")]
OURS = [DOCS / "review.md", DOCS / "review.pt-BR.md", DOCS / "scorecard-json.md"]
WORKFLOW = ROOT / ".github" / "workflows" / "grade.yml"


def code(text: str) -> list[str]:
    return re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize(("english", "portuguese"), PAIRS)
def test_both_languages_hold_the_same_headings_code_and_rows(
    english: Path, portuguese: Path
) -> None:
    one, other = (file.read_text(encoding="utf-8") for file in (english, portuguese))

    assert code(one) == code(other)
    for pattern in (r"^#+ ", r"^\| ", r"^\d+\. ", r"\(([\w./-]+\.(?:md|json))\)"):
        left, right = (re.findall(pattern, text, re.MULTILINE) for text in (one, other))
        assert len(left) == len(right)


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", file.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_every_command_is_one_that_the_parser_takes(file: Path) -> None:
    text = "\n".join(code(file.read_text(encoding="utf-8"))).replace("\\\n", " ")
    commands = [
        shlex.split(line, comments=True)[3:]
        for line in text.splitlines()
        if line.startswith(".venv/bin/python -m scorecard")
    ]

    assert commands
    for words in commands:
        assert _parser().parse_args(words).run


def test_every_format_is_listed() -> None:
    table = (DOCS / "review.md").read_text(encoding="utf-8").split("## Other forms")[1]

    assert [name for name in FORMATS if f"`{name}`" not in table] == []


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return found


def test_the_graders_come_from_the_workflow_s_own_commit_and_no_input_changes_that() -> None:
    first = jobs()["grade"]["steps"][0]["with"]

    assert first["repository"] == "${{ job.workflow_repository }}"
    assert first["ref"] == "${{ job.workflow_sha }}"


def test_the_job_that_signs_runs_nobody_s_code() -> None:
    grade, attest = jobs()["grade"], jobs()["attest"]

    assert grade["permissions"] == {"contents": "read"}
    assert attest["permissions"] == {"id-token": "write", "attestations": "write"}
    assert [step["uses"].split("@")[0] for step in attest["steps"]] == [
        "actions/download-artifact",
        "actions/attest",
    ]
    assert all("run" not in step for step in attest["steps"])


def test_no_input_is_written_into_a_script() -> None:
    scripts = [step["run"] for step in jobs()["grade"]["steps"] if "run" in step]

    assert scripts
    assert [script for script in scripts if "${{" in script] == []
