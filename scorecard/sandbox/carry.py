"""Carry what a process in a container and the grader say to each other, past the engine.

No engine hands descriptors on. ``python -I -S carry.py CHANNEL -- engine run …`` makes the folder
``CHANNEL``, which both sides see, with two named pipes for messages, the variables the program is
to see, and a way from each listening socket out here to one that the program opens in there. Then
it starts the engine, and ends as it does. Only the standard library.
"""

import os
import pwd
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

INBOX, OUTBOX, DOORS = "SCORECARD_INBOX", "SCORECARD_OUTBOX", "SCORECARD_DOORS"
SEEN_AS = "/channel"
PIECE = 1 << 16
POLL_S = 0.01


def main(arguments: list[str]) -> int:
    """Start what follows ``--``; return its exit code."""
    channel, command = arguments[0], arguments[arguments.index("--") + 1 :]
    inbox, outbox = (int(os.environ.pop(name, "-1")) for name in (INBOX, OUTBOX))
    for folder in (channel, f"{channel}/nothing"):  # nothing hides what must not be seen
        os.mkdir(folder, 0o700)  # noqa: PTH102 (pathlib is slow to import)
    for name in ("in", "out"):
        os.mkfifo(f"{channel}/{name}", 0o600)
    listening = [int(word) for word in os.environ.pop(DOORS, "").split(",") if word]
    inside = [f"door-{number}.sock" for number in range(len(listening))]
    doors = ",".join(f"{SEEN_AS}/{name}" for name in inside)
    seen = {**os.environ, INBOX: "3", OUTBOX: "4", DOORS: doors}
    with open(f"{channel}/environment", "w", encoding="utf-8") as file:  # noqa: PTH123 (same)
        file.writelines(f"{name}={value}\n" for name, value in seen.items() if "\n" not in value)
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=_own()) as engine:
        for source, target in ((inbox, f"{channel}/in"), (f"{channel}/out", outbox)):
            _aside(_pump, source, target)
        for descriptor, name in zip(listening, inside, strict=True):
            _aside(_answer, socket.socket(fileno=descriptor), f"{channel}/{name}")
        return engine.wait()


def _aside(work: Callable[..., None], *given: object) -> None:
    threading.Thread(target=work, args=given, daemon=True).start()


def _own() -> dict[str, str]:
    """Give the engine's client what it needs to find its server: the person's, not the work's."""
    account = pwd.getpwuid(os.getuid())
    runtime = f"/run/user/{account.pw_uid}"
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/bin"
    return {"PATH": path, "HOME": account.pw_dir, "XDG_RUNTIME_DIR": runtime}


def _answer(outside: socket.socket, inside: str) -> None:
    """Lead everyone who knocks out here to the program in there."""
    while not os.path.exists(inside):  # noqa: PTH110 (until then callers wait out here)
        time.sleep(POLL_S)
    while True:
        caller, _ = outside.accept()
        called = socket.socket(socket.AF_UNIX)
        try:
            called.connect(inside)
        except OSError:  # nobody listens there any more
            caller.close()
            continue
        _aside(_copy, caller, called)
        _aside(_copy, called, caller)


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy one direction until its end, and end it on the other side too."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _pump(source: int | str, target: int | str) -> None:
    """Copy until the end; a pipe is opened here because that waits for its other side."""
    there = os.open(target, os.O_WRONLY) if isinstance(target, str) else target
    here = os.open(source, os.O_RDONLY) if isinstance(source, str) else source
    try:
        while piece := os.read(here, PIECE):
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(there, rest) :]
    except OSError:
        pass
    os.close(there)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
