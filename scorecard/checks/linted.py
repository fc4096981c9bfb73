"""Lint: ruff once over everything, with the grader's rules."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scorecard.checks.sources import SHOWN
from scorecard.ledger import Check, Finding, State
from scorecard.place import Place
from scorecard.sandbox.tool import ToolError, run_tool

TIMEOUT_S = 120
OURS = 'lint.isort.known-first-party = ["projects", "shared", "scorecard"]'
"""Said in words: a staged tree holds one project alone, and ruff looks only there."""
SEEN = 'exclude = ["node_modules", ".#*"]'
"""Editors' locks hold no code. By itself ruff looks away from folders named ``build`` or ``venv``,
and from what Git ignores.
"""

FAILED = 2


async def check_lint(place: Place, slugs: Sequence[str], expected: Check) -> dict[str, Check]:
    """Check the projects named, by slug; raises ``ToolError`` where ruff itself fails."""
    options = ("--output-format", "json", "--no-fix", "--cache-dir", str(place.cache / "ruff"))
    folders = [f"projects/{slug}" for slug in slugs]
    ran = await run_tool(
        (
            *ruff(),
            "check",
            "--config",
            str(place.configuration),
            "--config",
            OURS,
            "--config",
            SEEN,
            "--no-respect-gitignore",
            *options,
            *folders,
        ),
        folder=place.root,
        environment=place.environment(),
        timeout_s=TIMEOUT_S,
    )
    if ran.code >= FAILED:
        raise ToolError(
            f"ruff did not run: {ran.errors.strip()[:300]}", advice="Run `make install`."
        )
    found = split(json.loads(ran.output or "[]"), place.root, slugs)
    return {slug: _judged(expected, findings) for slug, findings in found.items()}


def split(
    entries: Sequence[dict[str, Any]], root: Path, slugs: Sequence[str]
) -> dict[str, list[Finding]]:
    """Sort ruff's findings by project."""
    found: dict[str, list[Finding]] = {slug: [] for slug in slugs}
    for entry in entries:
        path = Path(entry["filename"]).resolve().relative_to(root.resolve())
        found[path.parts[1]].append(_finding(path, entry))
    return found


def ruff() -> tuple[str, ...]:
    """Say how to start ruff."""
    beside = Path(sys.executable).with_name("ruff")
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "ruff")


def _finding(path: Path, entry: dict[str, Any]) -> Finding:
    where = f"{path.as_posix()}:{entry['location']['row']}"
    return Finding(where=where, message=f"{entry['message']} [{entry['code'] or 'syntax'}]")


def _judged(expected: Check, findings: Sequence[Finding]) -> Check:
    if not findings:
        return expected.ended(State.PASSED)
    detail = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return expected.ended(State.FAILED, detail=detail, findings=tuple(findings[:SHOWN]))
