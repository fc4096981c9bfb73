"""Locked environments for clients that do not resolve together: made once, reused by lock."""

import asyncio
import hashlib
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from scorecard.install import uv_settings

HERE: Final = Path(__file__).resolve().parent
LOCKS: Final = HERE / "locks"
READY: Final = ".ready"


class InstallError(Exception):
    """An environment could not be made; the message is what its installer said."""


def environment(lock: str, home: Path, *, locks: Path = LOCKS, shelf: str = "conformance") -> Path:
    """Say where the environment of a lock is: its name changes with the lock and the Python."""
    python = f"{platform.python_implementation()}-{platform.python_version()}-{sys.platform}"
    told = (locks / f"{lock}.txt").read_bytes() + python.encode()
    return home / shelf / f"{lock}-{hashlib.sha256(told).hexdigest()[:12]}"


def python_of(folder: Path) -> Path:
    """Give an environment's interpreter."""
    return folder / "bin" / "python"


async def ensure(
    lock: str, home: Path, *, locks: Path = LOCKS, shelf: str = "conformance", built: str = ""
) -> tuple[Path, float]:
    """Make the environment unless it is there; returns it and the seconds it took.

    ``built`` names the packages that are published as source alone.

    Everything is installed by hash and nothing is resolved. An environment that was only begun,
    and those of older locks, are removed. Raises ``InstallError``.
    """
    folder = environment(lock, home, locks=locks, shelf=shelf)
    if (folder / READY).exists():
        return folder, 0.0
    start = time.perf_counter()
    for old in folder.parent.glob(f"{lock}-*"):
        shutil.rmtree(old)
    await _uv("venv", "--quiet", "--python", sys.executable, str(folder))
    options = ("--quiet", "--no-deps", "--require-hashes", "--python", str(python_of(folder)))
    kinds = ("--only-binary", ":all:", *(("--no-binary", built) if built else ()))
    await _uv("pip", "install", *options, *kinds, "-r", str(locks / f"{lock}.txt"))
    (folder / READY).touch()
    return folder, time.perf_counter() - start


async def _uv(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uv", *arguments),
        env=uv_settings(os.environ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise InstallError(f"uv {' '.join(arguments)}\n{said.decode(errors='replace').strip()}")


def megabytes(folder: Path) -> float:
    """Say how much disk a folder takes."""
    files = (path.lstat() for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sum(told.st_size for told in files) / 2**20
