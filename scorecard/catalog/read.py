"""Read every ``project.toml``; a broken one is a problem to report, and the others still count."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from scorecard.catalog.model import Project

FILE = "project.toml"


@dataclass(frozen=True)
class Problem:
    """A project that cannot be read: where, what is wrong, what to do."""

    slug: str
    where: str
    happened: str
    advice: str

    def __str__(self) -> str:
        """Write it in one line."""
        return f"{self.where}: {self.happened} {self.advice}"


@dataclass(frozen=True)
class Catalog:
    """The projects of one tree, by number, and those that could not be read."""

    root: Path
    projects: tuple[Project, ...]
    problems: tuple[Problem, ...] = ()

    def folder(self, project: Project) -> Path:
        """Where the project lives."""
        return self.root / "projects" / project.slug


def read_catalog(root: Path) -> Catalog:
    """Read the projects under ``root``."""
    projects: list[Project] = []
    problems: list[Problem] = []
    for folder in sorted((root / "projects").glob("p[0-9][0-9]_*")):
        if not any(folder.glob("*.py")):
            continue  # what another branch left: caches only
        file = folder / FILE
        read = read_project(file)
        if isinstance(read, Project):
            projects.append(read)
        else:
            problems.append(read)
    return Catalog(root, tuple(sorted(projects, key=lambda p: p.number)), tuple(problems))


def read_project(file: Path) -> Project | Problem:
    """Read one file, or say what is wrong with it and where."""
    slug = file.parent.name
    where = f"projects/{slug}/{FILE}"
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        project = Project.model_validate(tomllib.loads(text))
    except FileNotFoundError:
        advice = "Write one; the format is described in scorecard/catalog/model.py."
        return Problem(slug, where, "is missing.", advice)
    except (OSError, UnicodeDecodeError) as error:
        return Problem(slug, where, f"cannot be read ({error}).", "Restore the file from Git.")
    except tomllib.TOMLDecodeError as error:
        return Problem(slug, where, f"is not TOML: {error}.", "Correct that line and run again.")
    except ValidationError as error:
        return _invalid(slug, where, text, error)
    if project.slug != slug:
        happened = f"slug is {project.slug!r}, but the folder is {slug!r}."
        return Problem(slug, f"{where}:{_line(text, 'slug')}", happened, "Make them the same.")
    return project


def _invalid(slug: str, where: str, text: str, error: ValidationError) -> Problem:
    first, *others = error.errors(include_url=False, include_input=False)
    field = ".".join(str(part) for part in first["loc"]) or "the file"
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(others)} more)" if others else ""
    line = _line(text, str(first["loc"][-1])) if first["loc"] else 1
    advice = "Correct it; the format is described in scorecard/catalog/model.py."
    return Problem(slug, f"{where}:{line}", f"{field}: {message}{more}.", advice)


def _line(text: str, field: str) -> int:
    """Find the first line that sets ``field``; 1 where it is missing."""
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[*{re.escape(field)}\b", line):
            return number
    return 1
