"""Listening sockets for a process that serves: made outside, handed down, reached from outside.

A sandboxed process has no network and may write nowhere on the host, so it cannot make a socket
that anybody else could reach. It is given some that listen already.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COUNT: Final = 3
BACKLOG: Final = 512
DOORS: Final = "SCORECARD_DOORS"
"""The variable that tells a process which descriptors listen, or at which paths it is to."""


@dataclass(frozen=True)
class Door:
    """A Unix socket: where to knock, and what to listen on."""

    path: Path
    descriptor: int


@contextmanager
def doors(folder: Path) -> Iterator[tuple[Door, ...]]:
    """Make listening sockets in ``folder``; they close at the end."""
    with ExitStack() as stack:
        paths = [folder / f"door-{number}.sock" for number in range(COUNT)]
        yield tuple(Door(path, stack.enter_context(listen(str(path))).fileno()) for path in paths)


def listen(path: str) -> socket.socket:
    """Make a Unix socket at ``path``, which is not there before it listens."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"{path}.new")
    listening.listen(BACKLOG)
    Path(f"{path}.new").rename(path)
    return listening
