"""``report`` and ``compare``, as a person types them."""

import json
from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.report.result import Scorecard
from scorecard.report.tests.conftest import EXAMPLE
from tests.browser.pages import hostile


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAPSTONE_HOME", ".capstone")
    return tmp_path


def run(root: Path, *words: str | Path) -> int:
    return main(["--root", str(root), *map(str, words)])


def test_a_stored_result_becomes_a_page_in_the_language_asked_for(root: Path) -> None:
    code = run(root, "report", "--from", EXAMPLE, "--lang", "pt-BR")

    page = (root / ".capstone" / "scorecard.html").read_text(encoding="utf-8")
    assert code == 0
    assert '<html lang="pt-BR">' in page
    assert "Evidência mais forte" in page


def test_a_stored_result_is_written_in_any_format(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(root, "report", "--from", EXAMPLE, "--format", "sarif")

    assert code == 0
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"


def test_earlier_results_may_be_named_as_history(root: Path, card: Scorecard) -> None:
    clock = card.clock.model_copy(update={"finished_at": "2020-01-01T00:00:00+00:00"})
    earlier = root / "earlier.json"
    earlier.write_text(card.model_copy(update={"clock": clock}).json_text(), encoding="utf-8")

    code = run(root, "report", "--from", EXAMPLE, "--history", earlier, "--out", root / "page.html")

    assert code == 0
    assert "Compared with 2020-01-01 00:00 UTC" in (root / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read"),
        ("", "is not what it should be"),
        ("[]", "is not what it should be"),
        ('{"schema_version": "9.0"}', "schema_version"),
        ("\x00\x1b[31m", "is not what it should be"),
    ],
)
def test_what_is_no_result_is_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], content: str | None, told: str
) -> None:
    file = root / "claim.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    code = run(root, "report", "--from", file)

    error = capsys.readouterr().err
    assert code == 2
    assert told in error
    assert "Traceback" not in error
    assert "\x1b" not in error


def test_without_a_result_it_says_what_makes_one(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(root, "report") == 2
    assert "`make scorecard` writes one." in capsys.readouterr().err


def test_candidates_are_compared_in_the_terminal_and_on_a_page(
    root: Path, card: Scorecard, capsys: pytest.CaptureFixture[str]
) -> None:
    other = root / "other.json"
    other.write_text(hostile(card).json_text(), encoding="utf-8")

    code = run(root, "compare", EXAMPLE, other)

    assert code == 0
    assert "not ranked" in " ".join(capsys.readouterr().out.split())
    page = (root / ".capstone" / "comparison.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1


@pytest.mark.parametrize("words", [["serve", "--port", "65536"], ["report", "--format", "pdf"]])
def test_what_nobody_offers_is_bad_usage(root: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(root, *words)

    assert left.value.code == 3
