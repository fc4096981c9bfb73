"""The page is written where it would say something else, and only there."""

from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.toys import only_criteria, write_project


def test_the_page_stays_as_it_is_where_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_criteria(write_project(tmp_path))
    monkeypatch.setenv("CAPSTONE_HOME", str(tmp_path / ".capstone"))
    run = ("--root", str(tmp_path), "run", "--sandbox", "none")
    page = tmp_path / ".capstone" / "scorecard.html"

    main([*run, "--lang", "en"])
    first = page.stat().st_mtime_ns
    main([*run, "--lang", "en"])
    again = page.stat().st_mtime_ns
    main([*run, "--lang", "pt-BR"])
    other = page.stat().st_mtime_ns

    assert first == again
    assert other > again
