"""Hash what a result depends on."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

SKIPPED = frozenset({"__pycache__", "node_modules"})
LOCK = "poetry.lock"


def digest_tree(*roots: Path, without: frozenset[str] = frozenset()) -> str:
    """Hash the names and contents of all files below ``roots``, but for some folders."""
    whole = hashlib.sha256()
    for root in roots:
        for file in sorted(_files(root, SKIPPED | without)):
            whole.update(f"{root.name}/{file.relative_to(root).as_posix()}\0".encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def digest_file(file: Path) -> str:
    """Hash one file; the empty string where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def digest_text(*parts: object) -> str:
    """Hash a few values together."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _files(root: Path, skipped: frozenset[str]) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in skipped and not name.startswith(".")]
        for name in _kept(names):
            file = Path(folder, name)
            if file.is_file() and not file.is_symlink():
                yield file


def _kept(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith(".") and not name.endswith(".pyc"))
