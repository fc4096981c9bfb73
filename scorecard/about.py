"""What a project's files say about it without running: whose each task is, where things stand."""

from pathlib import Path

from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership, owned, read_record
from scorecard.catalog.places import criterion_places, task_place
from scorecard.catalog.similarity import read_fingerprints, similarity
from scorecard.report.result import TaskResult
from shared.llm.messages import Frozen


class About(Frozen):
    """The tasks, and by criterion the place in the code that it is about."""

    tasks: tuple[TaskResult, ...]
    places: dict[str, str]


def look(folder: Path, project: Project) -> About:
    """Look at one project's files."""
    record = read_record().get(project.slug, {})
    runs = read_fingerprints().get(project.slug, {})
    tasks: list[TaskResult] = []
    for task in project.tasks:
        whose = owned(folder, task, record)
        tasks.append(
            TaskResult(
                id=task.id,
                function=task.function,
                title=task.title,
                ownership=whose,
                similarity=similarity(folder, task, runs) if whose is Ownership.OWN else None,
                where=task_place(folder, task),
            )
        )
    return About(tasks=tuple(tasks), places=criterion_places(folder, project))
