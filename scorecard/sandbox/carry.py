"""Carry messages between a guarded process's descriptors and two named pipes.

``python -I -S carry.py CHANNEL -- engine run …`` makes the folder ``CHANNEL`` with the pipes and
the variables the program is to see, starts the engine, and ends as it does. Only the standard
library.
"""

import os
import pwd
import subprocess
import sys
import threading

INBOX, OUTBOX = "SCORECARD_INBOX", "SCORECARD_OUTBOX"
PIECE = 1 << 16


def main(arguments: list[str]) -> int:
    """Start what follows ``--``; return its exit code."""
    channel, command = arguments[0], arguments[arguments.index("--") + 1 :]
    inbox, outbox = (int(os.environ.pop(name, "-1")) for name in (INBOX, OUTBOX))
    for folder in (channel, f"{channel}/nothing"):  # nothing hides what must not be seen
        os.mkdir(folder, 0o700)  # noqa: PTH102 (pathlib is slow to import)
    for name in ("in", "out"):
        os.mkfifo(f"{channel}/{name}", 0o600)
    seen = {**os.environ, INBOX: "3", OUTBOX: "4"}
    with open(f"{channel}/environment", "w", encoding="utf-8") as file:  # noqa: PTH123 (same)
        file.writelines(f"{name}={value}\n" for name, value in seen.items() if "\n" not in value)
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=_own()) as engine:
        for source, target in ((inbox, f"{channel}/in"), (f"{channel}/out", outbox)):
            threading.Thread(target=_pump, args=(source, target), daemon=True).start()
        return engine.wait()


def _own() -> dict[str, str]:
    """Give the engine's client what it needs to find its server: the person's, not the work's."""
    account = pwd.getpwuid(os.getuid())
    runtime = f"/run/user/{account.pw_uid}"
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/local/bin"
    return {"PATH": path, "HOME": account.pw_dir, "XDG_RUNTIME_DIR": runtime}


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
