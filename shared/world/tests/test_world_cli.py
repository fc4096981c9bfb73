import json
from pathlib import Path

import pytest

from shared.world.__main__ import main


def test_a_summary_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "7"]) == 0

    printed = capsys.readouterr().out
    assert "60   40 manual, 20 policy" in printed
    assert "300" in printed


def test_mails_are_printed_with_their_truth(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seed", "0x7", "--emails", "2"]) == 0

    assert capsys.readouterr().out.count('"requests": [') == 2


def test_documents_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--documents"]) == 0

    assert capsys.readouterr().out.count("SKU") > 30


def test_a_world_can_be_written_as_json(tmp_path: Path) -> None:
    target = tmp_path / "world.json"

    assert main(["--seed", "-3", "--json", str(target)]) == 0

    assert json.loads(target.read_text(encoding="utf-8"))["seed"] == "-0x3"


@pytest.mark.parametrize("seed", ["seven", "", "9" * 5000])
def test_a_seed_that_is_no_integer_is_explained(
    seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--seed", seed]) == 3

    assert "is not an integer. Try" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", str(tmp_path / "missing" / "world.json")]) == 3

    assert "cannot be written" in capsys.readouterr().err
