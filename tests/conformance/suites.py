"""Which clients are tried, in which environment, with which suite."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tests.conformance.environments import HERE, python_of

ROOT: Final = HERE.parents[1]
TIMEOUT_S: Final = 300.0
_KEPT: Final = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Suite:
    """One client's suite; ``lock`` is empty for a client of the project's own environment."""

    client: str
    lock: str = ""
    parts: tuple[str, ...] = ("",)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The suite's files."""
        name = f"suite_{self.client.replace('-', '_')}"
        return tuple(HERE / f"{name}{part}.py" for part in self.parts)


SUITES: Final = (
    Suite("openai", parts=("", "_responses", "_errors")),
    Suite("anthropic"),
    Suite("pydantic-ai-slim", "frameworks"),
    Suite("langchain-openai", "frameworks"),
    Suite("instructor", "instructor"),
    Suite("llama-index-llms-openai-like", "legacy"),
    Suite("litellm", "legacy"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one suite."""

    client: str
    version: str
    on_openai: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    said: str

    @property
    def held(self) -> bool:
        """Say whether something was checked and nothing failed."""
        return self.failed == 0 and self.passed > 0


async def run_suite(suite: Suite, folder: Path | None, told: Mapping[str, str]) -> Outcome:
    """Run a suite in its environment against the target that ``told`` names."""
    python = str(python_of(folder)) if folder else sys.executable
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        process = await asyncio.create_subprocess_exec(
            *(python, "-m", "pytest", "-c", str(HERE / "pytest.ini")),
            *("--rootdir", str(HERE), "--junitxml", str(report), *map(str, suite.paths)),
            cwd=scratch,
            env=_environment(told),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = await _said(process)
        counts = _counts(report)
    version, on_openai = await _versions(python, suite.client)
    seconds = time.perf_counter() - start
    return Outcome(suite.client, version, on_openai, *counts, seconds, said)


async def _said(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"The suite did not end within {TIMEOUT_S:.0f} seconds and was stopped."
    return said.decode(errors="replace")


def _environment(told: Mapping[str, str]) -> dict[str, str]:
    """Keep what a program needs, and no key or proxy that a client might pick up."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **told, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1,localhost"}


def _counts(report: Path) -> tuple[int, int, int]:
    """Read (passed, failed, skipped); a suite that left no report failed as a whole."""
    if not report.exists():
        return 0, 1, 0
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest wrote it just now
    if suite is None:
        return 0, 1, 0
    total, skipped = int(suite.get("tests", "0")), int(suite.get("skipped", "0"))
    failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
    return total - failed - skipped, failed, skipped


async def _versions(python: str, client: str) -> tuple[str, str]:
    """Ask the environment which version of the client, and of openai under it, it holds."""
    asked = f"from importlib.metadata import version as v; print(v({client!r}), v('openai'))"
    process = await asyncio.create_subprocess_exec(
        python, "-c", asked, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    version, _, on_openai = said.decode().strip().partition(" ")
    return version or "?", on_openai or "?"
