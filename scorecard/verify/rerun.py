"""Execute staged work again: the verifier's graders, no cache, any seed."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scorecard.checks.expected import GIT
from scorecard.entry import Request
from scorecard.ledger import Check, Kind, State
from scorecard.place import Place
from scorecard.progress import Progress
from scorecard.readiness import reached, readiness, weakest
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.run import Run
from scorecard.sandbox.staging import StagingError, stage
from shared.settings import Settings

SHELF = "verify"


@dataclass(frozen=True)
class Bench:
    """The verifier's own checkout, and the tree whose work is tried on it."""

    place: Place
    settings: Settings
    tree: Path
    request: Request
    progress: Progress | None = None

    def stageable(self, slug: str) -> str:
        """Say what keeps a project from being staged; nothing where all is well."""
        with _scratch() as folder:
            try:
                stage(self.tree, slug, folder, house=self.place.root, graders=self.place.root)
            except StagingError as error:
                return str(error)
        return ""

    async def grade(
        self, slugs: Sequence[str], seed: int, kinds: frozenset[Kind] = frozenset(Kind)
    ) -> Scorecard:
        """Grade from a fresh copy; raises ``CancelledError`` where somebody interrupts."""
        with _scratch() as root:
            for slug in slugs:
                stage(self.tree, slug, root, house=self.place.root, graders=self.place.root)
            staged = Place(root, self.place.home, self.place.grader, SHELF)
            asked = replace(self.request, names=(), seed=seed, use_cache=False, kinds=kinds)
            card = await Run(staged, self.settings, asked, self.progress).grade()
        if card.interrupted:
            raise asyncio.CancelledError
        return settled(card)


def settled(card: Scorecard) -> Scorecard:
    """Say of work that came out of a commit that it is committed, and what follows from that."""
    projects = tuple(_settled(project) for project in card.projects)
    pillars = tuple(
        pillar.model_copy(
            update={
                "readiness": weakest([p.readiness for p in projects if p.pillar is pillar.pillar])
            }
        )
        for pillar in card.pillars
    )
    return card.model_copy(update={"projects": projects, "pillars": pillars})


def _settled(project: ProjectResult) -> ProjectResult:
    checks = tuple(map(_committed, project.checks))
    level = reached(checks)
    concluded = readiness(level, [task.ownership for task in project.tasks])
    return project.model_copy(
        update={"checks": checks, "level_reached": level, "readiness": concluded}
    )


def _committed(check: Check) -> Check:
    return check.ended(State.PASSED) if check.code == GIT else check


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
