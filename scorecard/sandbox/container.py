"""Confine by a container engine (Docker, Podman): the same walls as bubblewrap's, other builders.

Written from the engines' documentation and tried with a stand-in that records its arguments and
runs the command: **it has not been run against a real engine yet**. It needs Linux, because the
interpreter and its libraries come from the machine; the image is only the shell they hang in.

No engine hands descriptors on, so messages travel through two named pipes in a folder that both
sides see. The guard runs inside as well, as process 1, which nobody in there can end; it ends all
when its input closes, and that is held open by whoever started the engine.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scorecard.sandbox.view import SHARED_MEMORY_MB, View

ENGINES = ("docker", "podman")
IMAGE = "docker.io/library/debian:stable-slim"
CHANNEL = "/channel"
CARRY, GUARD = (Path(__file__).with_name(name) for name in ("carry.py", "guard.py"))
SYSTEM = ("/usr", "/lib", "/lib64")
SHELL = f'exec "$@" 3<{CHANNEL}/in 4>{CHANNEL}/out'
MOST_PROCESSES = 512


@dataclass(frozen=True)
class Container:
    """A container for each process, thrown away with it."""

    engine: str
    image: str = IMAGE
    name: Literal["container"] = "container"

    def confine(self, program: Sequence[str], view: View) -> tuple[str, ...]:
        """Put a carrier of messages and the engine before it."""
        channel = view.own / f"channel-{secrets.token_hex(4)}"
        carrier = (sys.executable, "-I", "-S", str(CARRY), str(channel), "--")
        return (*carrier, *self.command(program, view, channel))

    def scratch(self, _: Path) -> Path:
        """Give it a folder in memory, of limited size."""
        return Path("/tmp")  # noqa: S108 (its own)

    def command(self, program: Sequence[str], view: View, channel: Path) -> tuple[str, ...]:
        """Write the engine's command line."""
        guard = (sys.executable, "-I", "-S", str(GUARD), str(view.memory_mb), str(view.scratch_mb))
        inside = ("/bin/sh", "-c", SHELL, "sh", *guard, "--while-input", "--", *program)
        disk = (*_disk(view), "--volume", f"{channel}:{CHANNEL}:rw")
        return (self.engine, "run", *_walls(view, channel), *disk, self.image, *inside)


def _walls(view: View, channel: Path) -> Iterator[str]:
    yield from ("--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "ALL")
    yield from ("--security-opt", "no-new-privileges", "--pids-limit", str(MOST_PROCESSES))
    yield from ("--user", f"{os.getuid()}:{os.getgid()}", "--hostname", "sandbox")
    yield from ("--shm-size", f"{SHARED_MEMORY_MB}m", "--workdir", str(view.folder))
    yield from ("--tmpfs", f"/tmp:rw,size={view.scratch_mb}m,mode=1777")  # noqa: S108
    yield from ("--env-file", str(channel / "environment"))
    if view.memory_mb:
        yield from ("--memory", f"{2 * view.memory_mb}m")


def _disk(view: View) -> Iterator[str]:
    system = (Path(place) for place in SYSTEM if Path(place).is_dir())
    python = (Path(sys.base_prefix), Path(sys.executable).parent.parent, GUARD)
    for path in dict.fromkeys((*system, *python, *view.readable)):
        yield from ("--volume", f"{path}:{path}:ro")
    for path in view.writable:
        yield from ("--volume", f"{path}:{path}:rw")
    for path in view.hidden:
        if path.is_dir():
            yield from ("--tmpfs", f"{path}:ro,size=4k")
        elif path.exists():
            yield from ("--volume", f"/dev/null:{path}:ro")


def find_engine() -> str:
    """Find an engine that answers; nothing where none does."""
    for name in ENGINES:
        if sys.platform == "linux" and (engine := shutil.which(name)) and _answers(engine):
            return engine
    return ""


def _answers(engine: str) -> bool:
    try:
        ran = subprocess.run((engine, "info"), capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0
