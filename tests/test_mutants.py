"""The wrong solutions of every project fit its reference and name the criterion that rejects them.

They are about the reference, so they are no tests of a project: those must pass for any right
solution. That each mutant is rejected, `make mutants` shows.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scorecard.evals.expected import criteria_file, expected_criteria

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = sorted(file.parent for file in ROOT.glob("projects/*/project.toml"))
PATCHES = [patch for folder in PROJECTS for patch in sorted((folder / "mutants").glob("*.patch"))]


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_every_mutant_names_a_criterion_of_its_project(folder: Path) -> None:
    codes = {check.code for check in expected_criteria(criteria_file(folder))}
    heads = {
        patch.name: patch.read_text(encoding="utf-8").partition("\n")[0]
        for patch in PATCHES
        if patch.is_relative_to(folder)
    }

    named = {name: re.match(r"# (P\d\d\.\w+): .+", head) for name, head in heads.items()}

    assert heads
    assert [name for name, found in named.items() if not found or found[1] not in codes] == []


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_every_mutant_fits_the_reference(folder: Path, tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    target = tmp_path / "projects" / folder.name
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__pycache__", "data"))

    misfits = [
        patch.name
        for patch in sorted((folder / "mutants").glob("*.patch"))
        if subprocess.run([git, "apply", "--check", patch], cwd=tmp_path, check=False).returncode
    ]

    assert misfits == []


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_no_test_of_a_project_is_about_its_mutants(folder: Path) -> None:
    told = [file.name for file in (folder / "tests").glob("*.py") if ".patch" in file.read_text()]

    assert told == []
