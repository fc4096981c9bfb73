"""Turn ended ledgers into a scorecard."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from scorecard.catalog.model import Pillar, Project
from scorecard.catalog.ownership import owned, read_record
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
    TaskResult,
)


class Graded(Protocol):
    """One project after a run."""

    project: Project
    digest: str
    ledger: Ledger
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
    projects = tuple(_project(catalog, entry) for entry in entries)
    clock = Clock(
        started_at=started.isoformat(timespec="seconds"),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        from_cache=tuple(f"{e.project.id}.{kind}" for e in entries for kind in sorted(e.cached)),
    )
    return Scorecard(
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


def _project(catalog: Catalog, entry: Graded) -> ProjectResult:
    project = entry.project
    folder = catalog.folder(project)
    record = read_record().get(project.slug, {})
    tasks = tuple(
        TaskResult(
            id=task.id,
            function=task.function,
            title=task.title,
            ownership=owned(folder, task, record),
        )
        for task in project.tasks
    )
    level = reached(entry.ledger.checks)
    return ProjectResult(
        id=project.id,
        slug=project.slug,
        title=project.title,
        pillar=project.pillar,
        skill=project.skill,
        tasks=tasks,
        checks=entry.ledger.checks,
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
