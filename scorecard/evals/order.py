"""What a judge is told to measure, and what of the machine the code that it measures may see."""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scorecard.sandbox.confine import Name
from shared.llm.messages import Frozen

LIVELY = 512
"""Processes and threads that a project may have at a time."""

PYTHON = (sys.executable, "-I", "-S", "-B")


class Order(Frozen):
    """What to measure and with what.

    ``paths`` is where the worker imports from, ``home`` where caches live. ``only`` names the
    criteria to measure; all of them where it is empty.
    """

    project: str
    criteria: Path
    paths: tuple[Path, ...]
    seed: int
    model: str
    home: Path
    database_url: str | None = None
    database_refused: str = ""
    memory_mb: int = 0
    file_mb: int = 0
    judging_s: float = 30
    sandbox: Name = "processes"
    gated: bool = True
    only: tuple[str, ...] = ()


def caches(home: Path) -> Iterator[Path]:
    """Name what the learner's code may read of the home: weights and vectors, no results."""
    for name in ("models", "embeddings.sqlite"):
        if (home / name).exists():
            yield home / name


def socket_folder(url: str | None) -> Iterator[Path]:
    """Say where PostgreSQL's socket is, when it has one."""
    for host in parse_qs(urlsplit(url or "").query).get("host", []):
        if host.startswith("/"):
            yield Path(host)
