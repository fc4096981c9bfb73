"""A result's titles in the reader's language; nothing that was measured is touched."""

from collections.abc import Iterator
from pathlib import Path

from scorecard.catalog.translated import Translated, read_translation
from scorecard.ledger import Check, Kind
from scorecard.locale import Language, translator
from scorecard.report.result import ProjectResult, Scorecard, TaskResult


def in_language(card: Scorecard, root: Path | None, language: Language) -> Scorecard:
    """Return the result with the titles that the projects under ``root`` have in ``language``.

    What has none there, as a project of another repository, keeps its own.
    """
    if root is None or language == "en":
        return card
    projects = tuple(_project(project, root, language) for project in card.projects)
    return card.model_copy(update={"projects": projects})


def translated(before: Scorecard, after: Scorecard) -> frozenset[str]:
    """Name the titles that are in the reader's language now."""
    return frozenset(_titles(after)) - frozenset(_titles(before))


def _project(project: ProjectResult, root: Path, language: Language) -> ProjectResult:
    folder = root / "projects" / project.slug
    words = read_translation(folder, language) if project.slug.isidentifier() else None
    return project.model_copy(
        update={
            "title": words.title if words else project.title,
            "skill": words.skill if words else project.skill,
            "tasks": tuple(_task(task, words) for task in project.tasks),
            "checks": tuple(_check(check, words, language) for check in project.checks),
        }
    )


def _task(task: TaskResult, words: Translated | None) -> TaskResult:
    if words is None or not 0 < task.id <= len(words.tasks):
        return task
    return task.model_copy(update={"title": words.tasks[task.id - 1].title})


def _check(check: Check, words: Translated | None, language: Language) -> Check:
    if check.kind is not Kind.CRITERION:
        t = translator(language)
        return check.model_copy(update={"title": t(check.title), "advice": t(check.advice)})
    title = words.criteria.get(check.code, check.title) if words else check.title
    return check.model_copy(update={"title": title})


def _titles(card: Scorecard) -> Iterator[str]:
    for project in card.projects:
        yield from (project.title, project.skill)
        yield from (task.title for task in project.tasks)
        for check in project.checks:
            yield from (check.title, check.advice)
