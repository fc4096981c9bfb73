"""Hash what a result depends on."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = frozenset({"__pycache__", "node_modules"})
LOCK = "poetry.lock"
LARGEST = 256 << 20


def digest_tree(*roots: Path, without: frozenset[str] = frozenset()) -> str:
    """Hash the names and contents of all files below ``roots``, but for some folders."""
    whole = hashlib.sha256()
    for root in roots:
        for name in sorted(_files(root, SKIPPED | without), key=_parts):
            whole.update(f"{root.name}/{name}\0".encode())
            whole.update(_content(f"{root}/{name}"))
    return whole.hexdigest()


def _parts(name: str) -> list[str]:
    return name.split("/")


def _content(file: str) -> bytes:
    """Hash a file; of one too large to be anybody's work, its size and age must do."""
    with open(file, "rb") as opened:  # noqa: PTH123 (pathlib takes half the time of hashing)
        found = os.fstat(opened.fileno())
        if found.st_size > LARGEST:
            return f"{found.st_size} bytes, {found.st_mtime_ns}".encode()
        return hashlib.sha256(opened.read()).digest()


def digest_file(file: Path) -> str:
    """Hash one file; the empty string where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def digest_text(*parts: object) -> str:
    """Hash a few values together."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _files(root: Path, skipped: frozenset[str]) -> Iterator[str]:
    """Name the plain files below ``root``, relative to it."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = list(os.scandir(f"{root}/{below}"))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                waiting += () if entry.name in skipped else [f"{below}{entry.name}/"]
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                yield f"{below}{entry.name}"
