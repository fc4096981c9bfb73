"""Confine a process: by bubblewrap where that works, or not at all, which the result then says.

A sandbox takes a program and gives the program to start instead.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from shared.errors import ConfigurationError

Name: TypeAlias = Literal["processes", "bubblewrap"]
MASKED = ("/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/srv", "/media")  # noqa: S108


@dataclass(frozen=True)
class View:
    """What a confined process may see of the disk beside the system.

    ``hidden`` lies under something readable, and is not to be seen all the same.
    """

    readable: tuple[Path, ...]
    writable: tuple[Path, ...] = ()
    masked: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = field(default=())


class Sandbox(Protocol):
    """One way to confine."""

    @property
    def name(self) -> Name:
        """How the result calls it."""
        ...

    def confine(self, program: Sequence[str], view: View) -> tuple[str, ...]:
        """Return the program that runs ``program`` inside."""
        ...


class Processes:
    """No sandbox: a process of its own under limits, nothing more."""

    name: Name = "processes"

    def confine(self, program: Sequence[str], _: View) -> tuple[str, ...]:
        """Return it as it is."""
        return tuple(program)


class Bubblewrap:
    """Namespaces for network, processes, users and IPC, a read-only disk, private scratch."""

    name: Name = "bubblewrap"

    def confine(self, program: Sequence[str], view: View) -> tuple[str, ...]:
        """Put ``bwrap`` before it."""
        return ("bwrap", *_namespaces(), *_disk(view), "--", *program)


def _namespaces() -> Iterator[str]:
    for kind in ("user", "pid", "net", "ipc", "uts"):
        yield f"--unshare-{kind}"
    yield from ("--die-with-parent", "--new-session", "--cap-drop", "ALL")


def _disk(view: View) -> Iterator[str]:
    """Everything read-only, folders of people and of run time empty, then what is needed again."""
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    for folder in (*MASKED, *map(str, view.masked)):
        if Path(folder).is_dir():
            yield from ("--tmpfs", folder)
    # A worker's interpreter runs without site, so sys.prefix does not tell its environment.
    for path in (Path(sys.base_prefix), Path(sys.executable).parent.parent, *view.readable):
        yield from ("--ro-bind", str(path), str(path))
    for path in view.writable:
        yield from ("--bind", str(path), str(path))
    for path in view.hidden:
        if path.is_dir():
            yield from ("--tmpfs", str(path))
        elif path.exists():
            yield from ("--ro-bind", "/dev/null", str(path))


def choose_sandbox(wish: Literal["none", "auto", "bubblewrap"]) -> Sandbox:
    """Find what was asked for; raises ``ConfigurationError`` where it does not work here."""
    if wish == "none":
        return Processes()
    trouble = _trouble()
    if not trouble:
        return Bubblewrap()
    if wish == "auto":
        return Processes()
    raise ConfigurationError(
        f"bubblewrap does not work here ({trouble}).",
        advice="Install it (`apt install bubblewrap`) and allow user namespaces, or run with "
        "--sandbox none, which the result will say.",
    )


def _trouble() -> str:
    """Try it on a program that does nothing."""
    if shutil.which("bwrap") is None:
        return "it is not installed"
    trial = Bubblewrap().confine(("/bin/true",), View(readable=()))
    try:
        ran = subprocess.run(trial, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ran.stderr.strip()[:200] if ran.returncode else ""
