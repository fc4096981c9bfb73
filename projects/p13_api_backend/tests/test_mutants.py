"""The wrong solutions fit the code and name the criterion that rejects them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
PATCHES = sorted((FOLDER / "mutants").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_mutant_names_the_criterion_that_rejects_it(patch: Path) -> None:
    texts = [file.read_text(encoding="utf-8") for file in (FOLDER / "criteria").glob("*.py")]
    codes = set(re.findall(r'@criterion\("(P13\.\w+)"', "\n".join(texts)))

    first = patch.read_text(encoding="utf-8").partition("\n")[0]

    found = re.fullmatch(r"# (P13\.\w+): .+", first)
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
