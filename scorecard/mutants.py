"""Prove that a project's graders reject plausible wrong solutions.

``projects/p02_…/mutants/*.patch`` each turn the reference into something wrong: a unified diff from
the repository's root, with a sentence before it that names the criterion which must notice and says
what is wrong. Each is applied to a staged copy and graded by that criterion. Where it does not
notice, or none is named, all tests and criteria are asked.
"""

import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from scorecard.catalog.model import Project
from scorecard.checks.expected import TESTED
from scorecard.entry import Request
from scorecard.ledger import Check, Kind
from scorecard.place import Place
from scorecard.run import Run
from scorecard.sandbox.staging import stage
from scorecard.sandbox.tool import run_tool
from shared.errors import CapstoneError
from shared.settings import Settings

JUDGES = (Kind.TESTS, Kind.CRITERION)


class MutantError(CapstoneError):
    """A mutant cannot be made, or the reference itself does not hold."""


NAMED = re.compile(r"(P\d\d\.\w+): ")


@dataclass(frozen=True)
class Verdict:
    """One mutant: what is wrong with it, the criterion that must notice, the checks that did."""

    name: str
    wrong: str
    named: str
    rejected_by: tuple[str, ...]

    @property
    def rejected(self) -> bool:
        """Whether the criterion named noticed; any check, where none is named."""
        return self.named in self.rejected_by if self.named else bool(self.rejected_by)


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
    trial = Trial(place, settings, project)
    found = await trial.grade(request)
    good = {code for code, check in found.items() if check.passed}
    if wrong := found.keys() - good:
        raise MutantError(
            f"The code of {project.id} does not hold as it is: {', '.join(sorted(wrong))}.",
            advice="Mend that first: `scorecard run` says what is wrong.",
        )
    for patch in patches(place, project):
        yield await trial.verdict(request, patch, good)


@dataclass(frozen=True)
class Trial:
    """One project's code, to be graded with and without a patch."""

    place: Place
    settings: Settings
    project: Project

    async def verdict(self, request: Request, patch: Path, good: set[str]) -> Verdict:
        """Ask the criterion that the patch names, and all that is good where it notices nothing."""
        wrong = sentence(patch)
        head = NAMED.match(wrong)
        named = head[1] if head else ""
        if named in good:
            alone = replace(
                request,
                kinds=frozenset({Kind.CRITERION}),
                criteria=frozenset({named}),
                gated=False,
            )
            if _noticed((await self.grade(alone, patch))[named]):
                return Verdict(patch.stem, wrong, named, (named,))
        found = await self.grade(request, patch)
        by = (code for code in good if code in found and _noticed(found[code]))
        return Verdict(patch.stem, wrong, named, tuple(sorted(by)))

    async def grade(self, request: Request, patch: Path | None = None) -> dict[str, Check]:
        """Return how the tests and criteria end for a staged copy."""
        place = self.place
        with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
            root = Path(folder)
            stage(place.root, self.project.slug, root, house=place.grader, graders=place.root)
            if patch:
                await apply(patch, root)
            shelf = f"mutants/{patch.stem if patch else 'reference'}"
            staged = Place(root, place.home, place.grader, shelf)
            card = await Run(staged, self.settings, request).grade()
        return {check.code: check for check in card.checks if check.code != TESTED}


def _noticed(check: Check) -> bool:
    """Whether it is the work that does not hold, and not the grader that failed."""
    return not check.passed and not check.cause.ours


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
