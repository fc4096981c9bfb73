"""Find the projects a person names: ``p07``, ``7`` and ``p07_advanced_rag`` are the same one."""

import difflib
from collections.abc import Sequence

from scorecard.catalog.model import Project
from scorecard.catalog.read import Catalog
from scorecard.locale import say
from shared.errors import CapstoneError


class UnknownProjectError(CapstoneError):
    """No project has this name."""


class BrokenProjectError(CapstoneError):
    """The project exists, and its ``project.toml`` cannot be read."""


def choose(catalog: Catalog, names: Sequence[str]) -> tuple[Project, ...]:
    """Return the projects named, in the catalog's order; all of them when none is named."""
    if not names:
        return catalog.projects
    wanted = {_find(catalog, name).slug for name in names}
    return tuple(project for project in catalog.projects if project.slug in wanted)


def _find(catalog: Catalog, name: str) -> Project:
    key = _key(name)
    for project in catalog.projects:
        if key in {project.id, project.slug}:
            return project
    for problem in catalog.problems:
        if key in {problem.slug[:3], problem.slug}:
            raise BrokenProjectError(f"{problem.where}: {problem.happened}", advice=problem.advice)
    raise _unknown(catalog, name)


def _key(name: str) -> str:
    key = name.strip().lower().removeprefix("projects/").rstrip("/")
    return f"p{int(key):02d}" if key.isdecimal() else key


def _unknown(catalog: Catalog, name: str) -> UnknownProjectError:
    known = {form: p.slug for p in catalog.projects for form in (p.id, p.slug, p.slug[4:])}
    near = difflib.get_close_matches(_key(name), known, n=3, cutoff=0.5)
    names = list(dict.fromkeys(known[form] for form in near))
    happened = say("There is no project {name!r}.", name=name)
    if not names:
        return UnknownProjectError(happened, advice=say("`scorecard list` shows them all."))
    advice = say("Did you mean {names}? `scorecard list` shows them all.", names=" / ".join(names))
    return UnknownProjectError(happened, advice=advice)
