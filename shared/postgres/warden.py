"""Run the embedded PostgreSQL for as long as any process uses it, however those processes end.

Started as a program of its own, with the standard library only. The processes that use the server
hold a shared lock on ``users``; the kernel drops it when they die, SIGKILL included. The warden
waits for that lock exclusively and then stops the server, so nobody can leave an orphan behind.
A second lock, ``warden``, is held while the server runs, so there is never more than one of each.

It forks once: the first process returns as soon as the server accepts connections, or says on
standard error why it does not.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
LONG_UNTOUCHED_S = 600.0
ACCOUNTS = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the password guards it
    "max_connections": "100",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "256MB",
    # What is kept here can be built again. A crash of processes loses nothing even so; a power
    # failure may, and then the next start begins with an empty cluster.
    "fsync": "off",
    "full_page_writes": "off",
    # Containers often give 64 MB of shared memory, too little for parallel index builds.
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}


class Account(NamedTuple):
    """Whom the server runs as; all None means as ourselves."""

    uid: int | None = None
    gid: int | None = None
    groups: list[int] | None = None


def main(arguments: list[str]) -> int:
    """Serve the cluster under ``root`` with the programs in ``binaries`` on ``socket``."""
    root, binaries, socket = map(Path, arguments)
    held = os.open(root / "warden", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another warden has the server running
    os.set_inheritable(held, False)
    ready, tell = os.pipe()
    if os.fork():
        os.close(tell)
        with os.fdopen(ready, encoding="utf-8") as report:
            trouble = report.read()
        sys.stderr.write(trouble)
        return 1 if trouble else 0
    os.close(ready)
    _detach()
    return _serve(root, binaries, socket, tell)


def _detach() -> None:
    """Leave the caller's terminal, so that its Ctrl-C does not reach the server."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _serve(root: Path, binaries: Path, socket: Path, tell: int) -> NoReturn:
    data = root / "data"
    try:
        server = _started(root, data, binaries, socket)
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        os.write(tell, str(error).encode() or b"unknown trouble")
        os._exit(1)
    os.close(tell)
    threading.Thread(target=_follow, args=(server, socket), daemon=True).start()
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, lambda *_: _stop(server, socket))
    with Path(root, "users").open("rb") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        _stop(server, socket)


def _follow(server: "subprocess.Popen[bytes]", socket: Path) -> NoReturn:
    """End with the server, so that the next user starts another."""
    server.wait()
    _leave(socket)
    os._exit(0)


def _stop(server: "subprocess.Popen[bytes]", socket: Path) -> NoReturn:
    server.send_signal(signal.SIGINT)  # "fast": open transactions are rolled back
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
    _leave(socket)
    os._exit(0)


def _leave(socket: Path) -> None:
    """Remove the socket's folder: it lies among other people's temporary files."""
    _unlink_sockets(socket)
    with suppress(OSError):
        socket.rmdir()


def _unlink_sockets(socket: Path) -> None:
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (socket / name).unlink(missing_ok=True)


def _sweep_sockets(folder: Path) -> None:
    """Remove what killed wardens left beside: folders of ours, empty and long untouched."""
    for old in folder.glob("capstone-*-socket"):
        with suppress(OSError):  # somebody else's, or not empty
            if time.time() - old.stat().st_mtime > LONG_UNTOUCHED_S:
                old.rmdir()


def _started(root: Path, data: Path, binaries: Path, socket: Path) -> "subprocess.Popen[bytes]":
    """Start the server; a cluster that will not start is set aside once for an empty one."""
    account = _account()
    _sweep(data, socket)
    _own(socket, account, 0o755)
    if (data / "PG_VERSION").exists():
        with suppress(RuntimeError):
            return _run(root, data, binaries, socket, account)
        shutil.rmtree(root / "broken", ignore_errors=True)
        data.rename(root / "broken")
    _initialise(root, data, binaries, account)
    return _run(root, data, binaries, socket, account)


def _account() -> Account:
    """Name the ordinary account to run as when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return Account()
    for name in ACCOUNTS:
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_uid, found.pw_gid, [])
    raise RuntimeError(f"PostgreSQL refuses to run as root, and no account {ACCOUNTS} exists.")


def _own(folder: Path, account: Account, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    if account.uid is not None and account.gid is not None:
        os.chown(folder, account.uid, account.gid)


def _initialise(root: Path, data: Path, binaries: Path, account: Account) -> None:
    """Create an empty cluster with pgvector in its template; all or nothing."""
    for leftover in root.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix="new-", dir=root))
    _own(work, account, 0o700)
    secret = work / "password"
    secret.write_bytes((root / "password").read_bytes())
    new = work / "data"
    options = ("--auth=scram-sha-256", f"--pwfile={secret}", "--username=postgres", "--no-sync")
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
    _call(binaries / "initdb", *options, *locale, "--pgdata", str(new), account=account)
    single = ("--single", "-j", "-D", str(new), "template1")
    _call(binaries / "postgres", *single, account=account, given=b"CREATE EXTENSION vector;\n")
    new.rename(data)
    shutil.rmtree(work)


def _call(program: Path, *arguments: str, account: Account, given: bytes = b"") -> None:
    done = subprocess.run(
        [program, *arguments],
        input=given,
        capture_output=True,
        check=False,
        timeout=START_TIMEOUT_S,
        cwd="/",
        env=_environment(),
        user=account.uid,
        group=account.gid,
        extra_groups=account.groups,
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr.decode(errors='replace')[-800:]}")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _run(
    root: Path, data: Path, binaries: Path, socket: Path, account: Account
) -> "subprocess.Popen[bytes]":
    """Start ``postgres`` and wait until it accepts connections."""
    settings = SETTINGS | {"unix_socket_directories": str(socket)}
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (root / "log").open("wb") as log:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *flags],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
        )
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        if _status(data) == "ready":
            return server
        time.sleep(0.02)
    server.kill()
    server.wait()
    raise RuntimeError((root / "log").read_text(errors="replace")[-800:])


def _status(data: Path) -> str:
    with suppress(OSError, IndexError):
        return (data / "postmaster.pid").read_text().splitlines()[7].strip()
    return ""


def _sweep(data: Path, socket: Path) -> None:
    """Remove what a killed warden left: its server, and files naming a process that is gone.

    PostgreSQL itself believes a stale ``postmaster.pid`` whose number another process has by now.
    """
    stale = data / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        pid = int(stale.read_text().splitlines()[0])
        if str(data) in _command(pid):
            _end(pid)
    stale.unlink(missing_ok=True)
    _unlink_sockets(socket)
    _sweep_sockets(socket.parent)


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    with suppress(OSError):
        listed = ["ps", "-o", "command=", "-p", str(pid)]  # macOS has no /proc
        return subprocess.run(listed, capture_output=True, text=True, check=False).stdout
    return ""


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.02)
        os.kill(pid, signal.SIGQUIT)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
