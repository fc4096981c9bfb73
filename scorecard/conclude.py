"""Turn ended ledgers into a scorecard."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from scorecard.about import About
from scorecard.catalog.model import Pillar, Project
from scorecard.catalog.read import Catalog
from scorecard.ledger import Kind, Ledger
from scorecard.provenance import House
from scorecard.readiness import reached, readiness, weakest
from scorecard.report.result import (
    Clock,
    PillarResult,
    ProblemResult,
    ProjectResult,
    Scorecard,
)


class Graded(Protocol):
    """One project after a run."""

    project: Project
    digest: str
    ledger: Ledger
    about: About
    cached: set[Kind]


def conclude(
    catalog: Catalog,
    entries: Iterable[Graded],
    house: House,
    *,
    interrupted: bool,
    started: datetime,
    seconds: float,
) -> Scorecard:
    """Conclude about projects and pillars."""
    entries = tuple(entries)
    projects = tuple(_project(entry) for entry in entries)
    clock = Clock(
        started_at=started.isoformat(timespec="seconds"),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        from_cache=tuple(f"{e.project.id}.{kind}" for e in entries for kind in sorted(e.cached)),
        spent={e.project.id: e.ledger.spent for e in entries if e.ledger.spent},
    )
    return Scorecard(
        origin=house.origin,
        evidence=house.evidence,
        pillars=tuple(_pillar(pillar, projects) for pillar in Pillar),
        projects=projects,
        problems=tuple(
            ProblemResult(slug=p.slug, where=p.where, happened=p.happened, advice=p.advice)
            for p in catalog.problems
        ),
        interrupted=interrupted,
        clock=clock,
    )


def _project(entry: Graded) -> ProjectResult:
    project, tasks = entry.project, entry.about.tasks
    checks = tuple(
        check.model_copy(update={"where": entry.about.places.get(check.code, "")})
        for check in entry.ledger.checks
    )
    level = reached(checks)
    return ProjectResult(
        id=project.id,
        slug=project.slug,
        title=project.title,
        pillar=project.pillar,
        skill=project.skill,
        tasks=tasks,
        checks=checks,
        level_reached=level,
        readiness=readiness(level, [task.ownership for task in tasks]),
        digest=entry.digest,
    )


def _pillar(pillar: Pillar, projects: tuple[ProjectResult, ...]) -> PillarResult:
    own = [project for project in projects if project.pillar is pillar]
    return PillarResult(
        pillar=pillar,
        readiness=weakest([project.readiness for project in own]),
        projects=tuple(project.id for project in own),
    )
