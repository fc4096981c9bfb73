"""Find the reference of a project, after the learner has begun to replace it.

What the reference looks like is recorded, task by task (``scorecard/catalog/reference.json``), so
any text can be tried: the tree, the copy that ``start`` kept under ``.capstone/``, and every
version of the file that Git has here, in a fork as in a clone, without a network. Only a clone that
is both shallow and made after the start has none of them; it is told so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from scorecard.cache import write_whole
from scorecard.catalog.model import Project, Task
from scorecard.catalog.ownership import read_record, shape
from scorecard.learn.errors import LearnError
from scorecard.learn.git import Git
from scorecard.learn.texts import by_module, located, read_modules, read_text
from scorecard.locale import say
from scorecard.place import Place

Record = Mapping[str, str]


@dataclass(frozen=True)
class Desk:
    """One project on the learner's machine: where it is, and what its reference looks like."""

    place: Place
    project: Project
    record: Record

    @property
    def slug(self) -> str:
        """The project's folder's name."""
        return self.project.slug

    @property
    def folder(self) -> Path:
        """Where the work is done."""
        return self.place.root / "projects" / self.slug

    @property
    def where(self) -> str:
        """The folder, from the repository's root."""
        return f"projects/{self.slug}"

    @property
    def kept(self) -> Path:
        """Where ``start`` keeps the reference."""
        return self.place.home / "reference" / self.slug

    @property
    def git(self) -> Git:
        """The repository around it."""
        return Git(self.place.root)


def desk_of(place: Place, project: Project) -> Desk:
    """Sit down at a project."""
    return Desk(place, project, read_record().get(project.slug, {}))


def keep_reference(desk: Desk, files: Mapping[str, str]) -> None:
    """Keep a copy of modules that are about to lose their bodies."""
    for name, text in files.items():
        write_whole(desk.kept / name, text)


def find_reference(desk: Desk) -> dict[str, str]:
    """Return every module of the project, those with tasks as the reference has them.

    Raises ``LearnError`` where one is nowhere to be found.
    """
    files = read_modules(desk.folder)
    for name, tasks in by_module(desk.project, _names(desk, files)).items():
        files[name] = _module(desk, name, tasks)
    return files


def find_module(desk: Desk, task: Task) -> tuple[str, str]:
    """Return the name and the reference's text of the module that holds ``task``."""
    grouped = by_module(desk.project, _names(desk, read_modules(desk.folder)))
    name, tasks = next((n, t) for n, t in grouped.items() if task in t)
    return name, _module(desk, name, tasks)


def _names(desk: Desk, files: Mapping[str, str]) -> dict[str, str]:
    """List the modules there are, and those that were there: one may have been renamed."""
    old = {file.relative_to(desk.kept).as_posix(): "" for file in desk.kept.rglob("*.py")}
    return {**old, **files}


def _module(desk: Desk, name: str, tasks: Sequence[Task]) -> str:
    for source in (_tree, _copy, _history):
        for text in source(desk, name):
            if is_reference(text, tasks, desk.record):
                return text
    shallow = desk.git.shallow
    unshallow = say("Run `git fetch --unshallow`, then the same command again.")
    fetch = say(
        "Add this repository as the remote `upstream`, `git fetch upstream`, then run again."
    )
    raise LearnError(
        say("The reference of {file} is not on this machine.", file=f"{desk.where}/{name}"),
        advice=unshallow if shallow else fetch,
    )


def is_reference(text: str, tasks: Sequence[Task], record: Record) -> bool:
    """Whether every task in a module's text is as recorded; without a record, is written at all."""
    for task in tasks:
        node = located(text, task)
        expected = record.get(str(task.id))
        if node is None or (expected and shape(deepcopy(node)) != expected):
            return False
        if not expected and "raise NotImplementedError" in text:
            return False
    return True


Source = Callable[[Desk, str], Iterator[str]]


def _tree(desk: Desk, name: str) -> Iterator[str]:
    if (desk.folder / name).is_file():
        yield read_text(desk.folder / name)


def _copy(desk: Desk, name: str) -> Iterator[str]:
    if (desk.kept / name).is_file():
        yield read_text(desk.kept / name)


def _history(desk: Desk, name: str) -> Iterator[str]:
    yield from desk.git.versions(f"{desk.where}/{name}")
