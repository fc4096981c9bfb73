"""Prove that a project's graders reject plausible wrong solutions.

``projects/p02_…/mutants/*.patch`` each turn the reference into something wrong: a unified diff from
the repository's root, with a sentence before it that says what is wrong. Each is applied to a
staged copy and graded; some test or criterion that holds for the reference must not hold for it.
"""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from scorecard.catalog.model import Project
from scorecard.checks.expected import TESTED
from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.run import Run
from scorecard.sandbox.staging import stage
from scorecard.sandbox.tool import run_tool
from shared.errors import CapstoneError
from shared.settings import Settings

JUDGES = (Kind.TESTS, Kind.CRITERION)


class MutantError(CapstoneError):
    """A mutant cannot be made, or the reference itself does not hold."""


@dataclass(frozen=True)
class Verdict:
    """One mutant: what is wrong with it, and the checks that noticed."""

    name: str
    wrong: str
    rejected_by: tuple[str, ...]


def patches(place: Place, project: Project) -> tuple[Path, ...]:
    """List a project's mutants."""
    return tuple(sorted((place.root / "projects" / project.slug / "mutants").glob("*.patch")))


def sentence(patch: Path) -> str:
    """Read what a patch says about itself: all before the diff."""
    lines: list[str] = []
    for line in patch.read_text(encoding="utf-8").splitlines():
        if line.startswith(("diff ", "--- ")):
            break
        lines.append(line.lstrip("# ").strip())
    return " ".join(filter(None, lines)) or patch.stem.replace("_", " ")


async def try_mutants(
    place: Place, settings: Settings, project: Project, request: Request
) -> AsyncIterator[Verdict]:
    """Grade the reference once, then each mutant; raises ``MutantError`` for one without effect."""
    good, wrong = await _grade(place, settings, project, request)
    if wrong:
        raise MutantError(
            f"The code of {project.id} does not hold as it is: {', '.join(sorted(wrong))}.",
            advice="Mend that first: `scorecard run` says what is wrong.",
        )
    for patch in patches(place, project):
        passed, _ = await _grade(place, settings, project, request, patch=patch)
        yield Verdict(patch.stem, sentence(patch), tuple(sorted(good - passed)))


async def _grade(
    place: Place,
    settings: Settings,
    project: Project,
    request: Request,
    *,
    patch: Path | None = None,
) -> tuple[set[str], set[str]]:
    """Return the tests and criteria that pass for a staged copy, and those that do not."""
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        stage(place.root, project.slug, root, house=place.grader, graders=place.root)
        if patch:
            await apply(patch, root)
        shelf = f"mutants/{patch.stem if patch else 'reference'}"
        staged = Place(root, place.home, place.grader, shelf)
        card = await Run(staged, settings, request).grade()
    codes = {check.code: check.passed for check in card.checks if check.code != TESTED}
    passed = {code for code, holds in codes.items() if holds}
    return passed, codes.keys() - passed


async def apply(patch: Path, root: Path) -> None:
    """Apply a patch to a staged tree; raises ``MutantError`` where it does not fit."""
    ran = await run_tool(
        ("git", "apply", "--whitespace=nowarn", str(patch)),
        folder=root,
        environment={"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_CEILING_DIRECTORIES": str(root)},
        timeout_s=30,
    )
    if ran.code:
        raise MutantError(
            f"{patch.name} does not fit the code any more: {ran.errors.strip()[:300]}",
            advice="Write it again: make the change, `git diff > file`, undo the change.",
        )
