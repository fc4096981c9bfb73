"""A project in another language: ``project.pt-BR.toml`` beside ``project.toml``.

It holds the ``title``, the ``skill``, each task's ``title`` and ``hints`` in the order of
``project.toml``, and under ``[criteria]`` the title of each criterion by its code. What it lacks is
said in English; a test asks for all of it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from scorecard.catalog.model import Project, Sentence
from scorecard.ledger import Check
from scorecard.locale import Language
from shared.llm.messages import Frozen


class TranslatedTask(Frozen):
    """One task's words."""

    title: Sentence
    hints: tuple[Sentence, ...]


class Translated(Frozen):
    """One project's words."""

    title: Sentence
    skill: Sentence
    tasks: tuple[TranslatedTask, ...]
    criteria: Mapping[str, Sentence] = Field(default_factory=dict)


def translation_file(folder: Path, language: Language) -> Path:
    """Say where a project's words in ``language`` stand."""
    return folder / f"project.{language}.toml"


def read_translation(folder: Path, language: Language) -> Translated | None:
    """Read them; None for English, and where they cannot be read."""
    if language == "en":
        return None
    try:
        text = translation_file(folder, language).read_text(encoding="utf-8")
        return Translated.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError):
        return None


def translate(project: Project, words: Translated | None) -> Project:
    """Return the project as it is shown."""
    if words is None or len(words.tasks) != len(project.tasks):
        return project
    tasks = tuple(
        task.model_copy(update={"title": told.title, "hints": told.hints})
        for task, told in zip(project.tasks, words.tasks, strict=True)
    )
    return project.model_copy(update={"title": words.title, "skill": words.skill, "tasks": tasks})


def translate_check(check: Check, words: Translated | None) -> Check:
    """Return a criterion with its title as it is shown."""
    title = words.criteria.get(check.code) if words else None
    return check.model_copy(update={"title": title}) if title else check
