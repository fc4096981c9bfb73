"""The wrong solutions fit the code and say who must reject them; the grader tries each of them."""

import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.criteria import Criterion

FOLDER = Path(__file__).parents[1]
PATCHES = sorted((FOLDER / "mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_mutant_names_the_criterion_that_rejects_it(patch: Path, measured: Any) -> None:
    modules = [value for value in vars(measured).values() if isinstance(value, ModuleType)]
    values = [value for module in modules for value in vars(module).values()]
    codes = {value.code for value in values if isinstance(value, Criterion)}

    first = patch.read_text(encoding="utf-8").partition("\n")[0]

    found = re.fullmatch(r"# (P02\.\w+): .+", first)
    assert found
    assert found[1] in codes


def test_every_mutant_fits_the_code(tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    target = tmp_path / "projects" / FOLDER.name
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("__pycache__"))

    misfits = [
        patch.name
        for patch in PATCHES
        if subprocess.run([git, "apply", "--check", patch], cwd=tmp_path, check=False).returncode
    ]

    assert misfits == []
