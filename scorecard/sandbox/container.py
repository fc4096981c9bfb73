"""Confine by a container engine (Docker, Podman): the same walls as bubblewrap's, other builders.

It needs Linux, because the interpreter and its libraries come from the machine. The image is only
the frame they hang in, a few empty folders: it is made here, and nothing is fetched.

No engine hands descriptors on, so messages travel through two named pipes in a folder that both
sides see. The guard runs inside as well, as process 1, which nobody in there can end; it ends all
when its input closes, and that is held open by whoever started the engine.
"""

import io
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scorecard.sandbox.view import SHARED_MEMORY_MB, View

ENGINES = ("docker", "podman")
IMAGE = "localhost/capstone-sandbox:1"
CHANNEL = "/channel"
FOLDERS = ("channel", "dev", "etc", "proc", "sys", "tmp", "usr")
LINKS = ("bin", "lib", "lib64", "sbin")
PATIENCE_S = 30
CARRY, GUARD = (Path(__file__).with_name(name) for name in ("carry.py", "guard.py"))
SYSTEM = ("/usr",)
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
        disk = (*_disk(view, channel), "--volume", f"{channel}:{CHANNEL}:rw")
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


def _disk(view: View, channel: Path) -> Iterator[str]:
    system = (Path(place) for place in SYSTEM if Path(place).is_dir())
    python = (Path(sys.base_prefix), Path(sys.executable).parent.parent, GUARD)
    for path in dict.fromkeys((*system, *python, *view.readable)):
        yield from ("--volume", f"{path}:{path}:ro")
    for path in view.writable:
        yield from ("--volume", f"{path}:{path}:rw")
    for path in view.hidden:
        if path.is_dir():
            yield from ("--volume", f"{channel}/nothing:{path}:ro")
        elif path.exists():
            yield from ("--volume", f"/dev/null:{path}:ro")


def find_engine() -> str:
    """Find an engine that answers and has the image; nothing where none does."""
    for name in ENGINES:
        if sys.platform == "linux" and (engine := shutil.which(name)) and _works(engine):
            return engine
    return ""


def _works(engine: str) -> bool:
    return _succeeds(engine, "info") and (
        _succeeds(engine, "image", "inspect", IMAGE)
        or _succeeds(engine, "import", "-", IMAGE, told=frame())
    )


def _succeeds(*command: str, told: bytes = b"") -> bool:
    try:
        ran = subprocess.run(
            command, input=told, capture_output=True, check=False, timeout=PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0


def frame() -> bytes:
    """Write the image: folders for the machine's own to be mounted on, and the usual links."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name in FOLDERS:
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        for name in LINKS:
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, f"usr/{name}"
            archive.addfile(link)
    return written.getvalue()
