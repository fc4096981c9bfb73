"""Copy from a tree only what grading needs, as plain files.

Nothing that changes how Python, pytest or mypy behave comes along: no configuration, no hooks, no
caches, no links. What is copied is a list of what is allowed, so what nobody thought of stays out.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from shared.errors import CapstoneError

ALLOWED = frozenset(
    [
        ".py",
        ".toml",
        ".md",
        ".txt",
        ".json",
        ".jsonl",
        ".csv",
        ".tsv",
        ".npy",
        ".npz",
        ".sql",
        ".j2",
        ".yaml",
        ".yml",
        ".html",
        ".xml",
        ".png",
        ".wav",
        ".patch",
    ]
)
UNREAD = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Folders that mypy, or the digest of a project, does not look into."""

HOOKS = frozenset({"conftest.py", "sitecustomize.py", "usercustomize.py"})
GRADERS = frozenset({"tests", "criteria.py", "criteria", "project.toml", "mutants"})
"""What belongs to the grader in a project's folder: it comes from the grader's tree, hooks too."""

MOST_BYTES = 256 << 20
MOST_FILES = 5_000


class StagingError(CapstoneError):
    """The tree holds more than a project can need."""


def stage(root: Path, slug: str, into: Path, *, house: Path, graders: Path) -> Path:
    """Copy one project to ``into``; return its folder there.

    The work comes from ``root``, the project's tests and criteria from ``graders``, the shared
    ``conftest.py`` and the package marker from ``house``.
    """
    target = into / "projects" / slug
    target.mkdir(parents=True)
    for own in ("conftest.py", "projects/__init__.py"):
        if (house / own).is_file():
            shutil.copyfile(house / own, into / own)
    work, judging = root / "projects" / slug, graders / "projects" / slug
    chosen = [(work, file) for file in plain_files(work) if not _judges(work, file)]
    chosen += [(judging, f) for f in plain_files(judging, hooks=True) if _judges(judging, f)]
    size = count = 0
    for source, file in chosen:
        size, count = size + file.stat().st_size, count + 1
        if size > MOST_BYTES or count > MOST_FILES:
            raise StagingError(
                f"projects/{slug} holds more than {MOST_BYTES >> 20} MB or {MOST_FILES} files.",
                advice="Remove what the project does not need.",
            )
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
        # mypy takes a file of the same size and age, to the second, for the one it knows.
        os.utime(place, (age := secrets.randbelow(1 << 31), age))
    return target


def _judges(project: Path, file: Path) -> bool:
    return file.relative_to(project).parts[0] in GRADERS


def plain_files(folder: Path, *, hooks: bool = False) -> Iterator[Path]:
    """Yield the files that may be copied, in order; links are neither followed nor copied."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if path.is_symlink() or name.startswith(".") or name in UNREAD:
            continue
        if path.is_dir():
            yield from plain_files(path, hooks=hooks)
        elif path.is_file() and path.suffix in ALLOWED and (hooks or name not in HOOKS):
            yield path
