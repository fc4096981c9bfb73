"""Give generated modules the style that the house asks for."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scorecard.checks.linted import OURS, ruff
from scorecard.place import Place

MENDED = "D202,F401,I001"
"""What removing lines leaves behind: a blank line, an idle import, imports out of order."""


def polish(place: Place, slug: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return the modules of a project, mended and formatted by ruff."""
    with tempfile.TemporaryDirectory(prefix="scorecard-") as name:
        folder = Path(name, "projects", slug)
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        rules = ("--config", str(place.configuration), "--no-cache", "--quiet")
        mend = ("check", "--fix", "--exit-zero", "--config", OURS, "--select", MENDED)
        for command in (mend, ("format",)):
            subprocess.run([*ruff(), *command, *rules, str(folder)], check=False, cwd=name)
        return {file: (folder / file).read_text(encoding="utf-8") for file in files}
