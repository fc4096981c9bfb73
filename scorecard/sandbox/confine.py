"""Confine a process: by bubblewrap, by a container engine, or not at all; the result says which.

A sandbox takes a program and gives the program to start instead.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from scorecard.sandbox.container import Container, find_engine
from scorecard.sandbox.view import SHARED_MEMORY_MB, View
from shared.errors import ConfigurationError

__all__ = [
    "Bubblewrap",
    "Container",
    "Name",
    "Processes",
    "Sandbox",
    "View",
    "Wish",
    "choose_sandbox",
    "sandbox",
]

Name: TypeAlias = Literal["processes", "bubblewrap", "container"]
Wish: TypeAlias = Literal["none", "auto", "bubblewrap", "container"]
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Where an operating system keeps programs and libraries."""

ETC = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "timezone"),
    *("ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "ca-certificates", "mime.types", "hosts"),
    *("nsswitch.conf", "protocols", "services"),
)
"""What programs look up below ``/etc``; nothing there names a person or opens a door."""

NOBODY = "65534"


class Sandbox(Protocol):
    """One way to confine."""

    @property
    def name(self) -> Name:
        """How the result calls it."""
        ...

    def confine(self, program: Sequence[str], view: View) -> tuple[str, ...]:
        """Return the program that runs ``program`` inside."""
        ...

    def scratch(self, folder: Path) -> Path:
        """Say where it may write: ``folder``, or what stands for it inside."""
        ...


class Processes:
    """No sandbox: a process of its own under limits, nothing more."""

    name: Name = "processes"

    def confine(self, program: Sequence[str], _: View) -> tuple[str, ...]:
        """Return it as it is."""
        return tuple(program)

    def scratch(self, folder: Path) -> Path:
        """Let it write where it is told."""
        return folder


class Bubblewrap:
    """Namespaces for network, processes, users and IPC, and a disk that holds what is named."""

    name: Name = "bubblewrap"

    def confine(self, program: Sequence[str], view: View) -> tuple[str, ...]:
        """Put ``bwrap`` before it."""
        where = ("--chdir", str(view.folder))
        return ("bwrap", *_namespaces(), *_disk(view), *where, "--", *program)

    def scratch(self, _: Path) -> Path:
        """Give it a folder in memory, of limited size."""
        return Path("/tmp")  # noqa: S108 (its own)


def sandbox(name: Name) -> Sandbox:
    """Return the sandbox of this name; raises ``ConfigurationError`` where no engine answers."""
    match name:
        case "processes":
            return Processes()
        case "bubblewrap":
            return Bubblewrap()
        case "container":
            return _container()


def _container() -> Container:
    engine = find_engine()
    if not engine:
        raise ConfigurationError(
            "No container engine answers here (tried: docker, podman).",
            advice="Start one, or run with --sandbox bubblewrap, or with --sandbox none, which the "
            "result will say.",
        )
    return Container(engine)


def _namespaces() -> Iterator[str]:
    for kind in ("user", "pid", "net", "ipc", "uts", "cgroup-try"):
        yield f"--unshare-{kind}"
    yield from ("--uid", NOBODY, "--gid", NOBODY, "--hostname", "sandbox")
    yield from ("--die-with-parent", "--new-session", "--cap-drop", "ALL")


def _disk(view: View) -> Iterator[str]:
    """An empty root, the system's programs, what is named; all read-only but for the scratch.

    ``/proc`` is read-only too: run by root, its settings would be the host's to change.
    """
    yield from _system()
    yield from ("--dev", "/dev", "--remount-ro", "/dev", *_memory("/dev/shm", SHARED_MEMORY_MB))  # noqa: S108
    yield from ("--proc", "/proc", "--remount-ro", "/proc")
    yield from _memory("/tmp", view.scratch_mb)  # noqa: S108
    # A worker's interpreter runs without site, so sys.prefix does not tell its environment.
    for path in (Path(sys.base_prefix), Path(sys.executable).parent.parent, *view.readable):
        yield from ("--ro-bind", str(path), str(path))
    for path in view.writable:
        yield from ("--bind", str(path), str(path))
    for path in view.hidden:
        if path.is_dir():
            yield from ("--perms", "0555", "--size", "4096", "--tmpfs", str(path))
        elif path.exists():
            yield from ("--ro-bind", "/dev/null", str(path))
    yield from ("--remount-ro", "/")


def _system() -> Iterator[str]:
    for place in map(Path, SYSTEM):
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
    for place in (Path("/etc") / name for name in ETC):
        yield from ("--ro-bind-try", str(place), str(place))
    accounts = Path(__file__).parent
    for name in ("passwd", "group"):
        yield from ("--ro-bind", str(accounts / f"{name}.txt"), f"/etc/{name}")


def _memory(place: str, size_mb: int) -> Iterator[str]:
    yield from ("--size", str(size_mb << 20), "--tmpfs", place)


def choose_sandbox(wish: Wish) -> Sandbox:
    """Find what was asked for; raises ``ConfigurationError`` where it does not work here."""
    if wish == "none":
        return Processes()
    if wish == "container":
        return _container()
    trouble = _trouble()
    if not trouble:
        return Bubblewrap()
    if wish == "auto":
        engine = find_engine()
        return Container(engine) if engine else Processes()
    raise ConfigurationError(
        f"bubblewrap does not work here ({trouble}).",
        advice="Install it (`apt install bubblewrap`) and allow user namespaces, or run with "
        "--sandbox none, which the result will say.",
    )


def _trouble() -> str:
    bwrap = shutil.which("bwrap")
    return _tried(bwrap) if bwrap else "it is not installed"


@cache
def _tried(_: str) -> str:
    """Try it on a program that does nothing, once a process."""
    trial = Bubblewrap().confine(("/bin/true",), View(readable=()))
    try:
        ran = subprocess.run(trial, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ran.stderr.strip()[:200] if ran.returncode else ""
