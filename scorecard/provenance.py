"""Where a result comes from: commit, lock, grader, model, versions."""

import asyncio
import platform
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scorecard.digest import LOCK, digest_file, digest_text, digest_tree
from scorecard.origin import (
    BRANCH,
    HEAD,
    HISTORY,
    MOST,
    REMOTE,
    SHALLOW,
    Origin,
    read_facts,
    read_remote,
)
from scorecard.place import Place
from scorecard.report.result import Evidence
from scorecard.sandbox.confine import Name
from scorecard.sandbox.tool import ToolError, run_tool
from shared.settings import Settings

TOOLS = ("mypy", "ruff", "pytest", "pydantic")


@dataclass(frozen=True)
class House:
    """Everything a result depends on beside the project's own files."""

    evidence: Evidence
    uncommitted: dict[str, list[str]] | None
    origin: Origin = field(default_factory=Origin)

    @property
    def files(self) -> str:
        """Hash what every check depends on."""
        found = self.evidence
        return digest_text(found.grader_sha256, found.lock_sha256, sorted(found.versions.items()))


def digest_grader(place: Place) -> str:
    """Hash the grader, what is shared, and their configuration."""
    own = (place.grader / "scorecard", place.grader / "shared")
    trees = digest_tree(*own, without=frozenset({"tests"}))
    loose = (place.configuration, place.root / "conftest.py", place.root / "projects/__init__.py")
    return digest_text(trees, *map(digest_file, loose))


async def read_house(place: Place, settings: Settings, seed: int, sandbox: Name) -> House:
    """Find out."""
    status, head, *said, remote, branch = await asyncio.gather(
        _git(place, "status", "--porcelain=v1", "-z", "--untracked-files=all"),
        _git(place, "rev-parse", "HEAD"),
        _git(place, *HEAD),
        _git(place, *HISTORY),
        _git(place, *SHALLOW),
        _git(place, *REMOTE),
        _git(place, *BRANCH),
    )
    uncommitted = None if status is None else split_status(status)
    evidence = Evidence(
        commit=(head or "").strip(),
        dirty=bool(status),
        lock_sha256=digest_file(place.grader / LOCK),
        grader_sha256=digest_grader(place),
        seed=seed,
        model=settings.model,
        answers="simulated" if settings.simulated else "live",
        sandbox=sandbox,
        versions=versions(),
        git=read_facts(*said),
    )
    origin = Origin(remote=read_remote(remote), branch=(branch or "").strip()[:MOST])
    return House(evidence, uncommitted, origin)


def split_status(status: str) -> dict[str, list[str]]:
    """Sort ``git status -z`` by project."""
    files: dict[str, list[str]] = {}
    for entry in status.split("\0"):
        parts = entry[3:].split("/")
        if len(parts) > 1 and parts[0] == "projects":
            files.setdefault(parts[1], []).append(entry[3:])
    return files


@cache
def versions() -> dict[str, str]:
    """Say what is installed, asked once a process."""
    found = {"python": platform.python_version(), "system": platform.system()}
    for name in TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _in_repository(folder: Path) -> bool:
    """Whether Git can know anything of it: a staged copy lies in no repository."""
    return any((place / ".git").exists() for place in (folder, *folder.parents))


async def _git(place: Place, *arguments: str) -> str | None:
    if not _in_repository(place.root):
        return None
    try:
        ran = await run_tool(
            ("git", *arguments), folder=place.root, environment=place.environment(), timeout_s=30
        )
    except ToolError:
        return None
    return None if ran.code else ran.output
