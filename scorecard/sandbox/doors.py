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
"""The variable that tells a process which descriptors listen."""


@dataclass(frozen=True)
class Door:
    """A Unix socket: where to knock, and what to listen on."""

    path: Path
    descriptor: int


@contextmanager
def doors(folder: Path) -> Iterator[tuple[Door, ...]]:
    """Make listening sockets in ``folder``; they close at the end."""
    with ExitStack() as stack:
        yield tuple(
            _door(
                stack.enter_context(socket.socket(socket.AF_UNIX)), folder / f"door-{number}.sock"
            )
            for number in range(COUNT)
        )


def _door(listening: socket.socket, path: Path) -> Door:
    listening.bind(str(path))
    listening.listen(BACKLOG)
    return Door(path, listening.fileno())
