"""Mutants: applied to a staged copy, rejected by a named check, or reported as survivors."""

from pathlib import Path

import pytest

from scorecard.cli import main
from scorecard.sandbox.staging import stage
from scorecard.toys import write_project

TRIPLES = """\
Triples instead of doubling.

--- a/projects/p01_toy/doubling.py
+++ b/projects/p01_toy/doubling.py
@@ -3,4 +3,4 @@

 async def double(number: int) -> int:
     \"\"\"Double a number.\"\"\"
-    return 2 * number
+    return 3 * number
"""
HARMLESS = TRIPLES.replace("Triples instead of", "Adds rather than").replace(
    "3 * number", "number + number"
)


def write_mutant(folder: Path, name: str, patch: str) -> None:
    (folder / "mutants").mkdir(exist_ok=True)
    (folder / "mutants" / f"{name}.patch").write_text(patch)


def test_each_mutant_is_shown_with_the_checks_that_reject_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path)
    write_mutant(folder, "triple", TRIPLES)
    write_mutant(folder, "harmless", HARMLESS)

    code = main(["--root", str(tmp_path), "mutants", "p01"])

    told = capsys.readouterr().out
    assert code == 1
    assert "p01 triple: P01.1, P01.2, tests" in told
    assert "Triples instead of doubling." in told
    assert "p01 harmless: nobody" in told


def test_the_criterion_a_mutant_names_must_notice_it_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path)
    write_mutant(folder, "noticed", f"# P01.1: {TRIPLES}")
    write_mutant(folder, "unnamed", f"# P01.9: {TRIPLES}")

    code = main(["--root", str(tmp_path), "mutants", "p01"])

    told = capsys.readouterr().out
    assert code == 1
    assert "✓ p01 noticed: P01.1\n" in told
    assert "✗ p01 unnamed: P01.1, P01.2, tests" in told


def test_a_patch_that_does_not_fit_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path)
    write_mutant(folder, "stale", TRIPLES.replace("-    return 2", "-    return 5"))

    code = main(["--root", str(tmp_path), "mutants", "p01"])

    assert code == 2
    assert "stale.patch does not fit" in capsys.readouterr().err


def test_only_plain_files_that_are_allowed_are_staged(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "tree")
    for name in ("conftest.py", "pytest.ini", "sitecustomize.py", "hook.pth", ".hidden.py"):
        (folder / name).write_text("")
    (folder / "tests" / "conftest.py").write_text("")
    (folder / "answers.py").symlink_to("/etc/passwd")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "doubling.pyc").write_bytes(b"")

    tree, empty = tmp_path / "tree", tmp_path / "empty"
    staged = stage(tree, folder.name, tmp_path / "stage", house=empty, graders=tree)

    names = sorted(file.relative_to(staged).as_posix() for file in staged.rglob("*.*"))
    assert names == [
        "__init__.py",
        "criteria.py",
        "doubling.py",
        "project.toml",
        "tests/conftest.py",
        "tests/test_doubling.py",
    ]


def test_tests_and_criteria_come_from_the_grader_s_tree(tmp_path: Path) -> None:
    theirs = write_project(tmp_path / "theirs", criteria="cheats = True")
    ours = write_project(tmp_path / "ours")
    (theirs / "tests" / "conftest.py").write_text("cheats = True")

    staged = stage(
        tmp_path / "theirs",
        theirs.name,
        tmp_path / "stage",
        house=tmp_path,
        graders=tmp_path / "ours",
    )

    assert (staged / "criteria.py").read_text() == (ours / "criteria.py").read_text()
    assert not (staged / "tests" / "conftest.py").exists()
