"""Stand between the grader and one untrusted process tree.

``python -I -S guard.py MEMORY_MB FILE_MB [--while-input] -- program …`` runs a program in a session
of its own, under limits, and ends when it ends; whatever it left running is killed first, daemons
included. It also ends when its own parent disappears, so nothing outlives a killed grader; and,
where told so, when its input closes, which is how a container hears of that.

The kernel limits each process; the guard adds up the whole tree, and ends it where all processes
together hold twice the memory that one may, or are too many.

Only the standard library, and little of it: this start is paid for by every worker.

On Linux the guard adopts every orphan below it, so that even a double fork stays within reach.
Elsewhere it kills the program's process group.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LINUX = sys.platform == "linux"
LOOKS_S = 0.1
SWEEPS = 200
MOST_PROCESSES = 512
MOST_DESCRIPTORS = 4096
"""Open files, pipes and sockets: what waits in them is memory that no process is charged for."""

TOO_MUCH_MEMORY, TOO_MANY_PROCESSES, TOO_MANY_DESCRIPTORS = 97, 98, 99
"""Exit codes that say why the guard ended the tree."""


def main(arguments: list[str]) -> int:
    """Run what follows ``--``; return its exit code, or 128 + the signal that ended it."""
    memory_mb, file_mb = int(arguments[0]), int(arguments[1])
    cut = arguments.index("--")
    program, while_input = arguments[cut + 1 :], "--while-input" in arguments[:cut]
    return guarded(
        lambda: _become(program, memory_mb, file_mb),
        parent=os.getppid(),
        lifeline=0 if while_input else -1,
        most_kb=2 * memory_mb << 10,
    )


def guarded(
    become: Callable[[], None], *, parent: int, lifeline: int = -1, most_kb: int = 0
) -> int:
    """Run ``become`` in a child; return how that ended.

    It is ended where ``parent`` is this process's parent no more, or ``lifeline`` closes.
    """
    _adopt_orphans()
    wake, asleep = os.pipe()
    for end in (wake, asleep):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(asleep, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    child = os.fork()
    if child == 0:
        _begin(become)
    code = _watch(child, (wake, lifeline), parent, most_kb)
    sweep(child)
    return code


def _begin(become: Callable[[], None]) -> None:
    """Do it in a session of its own, and never come back."""
    code = 127
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        _limit(resource.RLIMIT_CORE, 0)
        become()
        code = 0
    except BaseException as error:  # noqa: BLE001 (a fork never goes back to its parent's loop)
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
        code = 1
    finally:
        os._exit(code)


def _adopt_orphans() -> None:
    if LINUX:
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def _become(program: list[str], memory_mb: int, file_mb: int) -> None:
    if memory_mb and LINUX:
        _limit(resource.RLIMIT_DATA, memory_mb << 20)
    if file_mb:
        _limit(resource.RLIMIT_FSIZE, file_mb << 20)
    try:
        os.execvp(program[0], program)  # noqa: S606 (a list of arguments, no shell)
    except OSError as error:
        os.write(2, f"cannot start {program[0]}: {error}\n".encode())
    os._exit(127)


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))


def _watch(child: int, ends: tuple[int, int], parent: int, most_kb: int) -> int:
    """Wait for the child, a request to stop, the parent's end, or too much of something."""
    wake, lifeline = ends
    heard = [wake] if lifeline < 0 else [wake, lifeline]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
        if os.getppid() != parent:
            return 128 + signal.SIGTERM
        if trouble := _excess(most_kb):
            return trouble
        ready, _, _ = select.select(heard, [], [], LOOKS_S)
        if _told_to_stop(wake) or (lifeline in ready and not os.read(lifeline, 64)):
            return 128 + signal.SIGTERM


def _excess(most_kb: int) -> int:
    """Say by an exit code what the tree has too much of; 0 where all is well."""
    tree = tree_below(os.getpid())
    if len(tree) > MOST_PROCESSES:
        os.write(2, b"\nmore processes than a project may start\n")
        return TOO_MANY_PROCESSES
    if most_kb and sum(map(_held_kb, tree)) > most_kb:
        os.write(2, b"\nmore memory than a project's processes may hold together\n")
        return TOO_MUCH_MEMORY
    if most_kb and sum(map(_descriptors, tree)) > MOST_DESCRIPTORS:
        os.write(2, b"\nmore open files and sockets than a project's processes may hold together\n")
        return TOO_MANY_DESCRIPTORS
    return 0


def tree_below(root: int) -> list[int]:
    """List the tree below ``root``, asking its members only; nothing where nobody tells."""
    found: list[int] = []
    waiting = [root]
    while waiting and len(found) <= MOST_PROCESSES:
        below = _children(waiting.pop())
        found += below
        waiting += below
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 (pathlib is slow to import)
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:  # noqa: PTH123
                found += map(int, children.read().split())
    except OSError:
        return found
    return found


def _held_kb(pid: int) -> int:
    """Add up what a process holds that is no file's: its own memory, and what it shares."""
    held = 0
    try:
        with open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123 (same)
            for line in status:
                if line.startswith((b"RssAnon:", b"RssShmem:")):
                    held += int(line.split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return held


def _descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 (pathlib is slow to import)
    except OSError:
        return 0


def _told_to_stop(wake: int) -> bool:
    try:
        return any(number != signal.SIGCHLD for number in os.read(wake, 64))
    except BlockingIOError:
        return False


def sweep(child: int) -> None:
    """Kill everything below this process until nothing is left."""
    if LINUX and not _reap():
        return  # every orphan below is a child of the guard's, and there is none
    for _ in range(SWEEPS):
        _kill_group(child)
        for pid in tree_below(os.getpid()) or descendants(os.getpid()):
            _kill(pid)
        if not _reap():
            return
        time.sleep(0.005)


def _reap() -> bool:
    """Collect what has died; say whether anything is still there."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def descendants(root: int) -> list[int]:
    """List the live processes below ``root``, from ``/proc``; nothing where there is none."""
    children: dict[int, list[int]] = {}
    if not LINUX:
        return []
    for name in os.listdir("/proc"):  # noqa: PTH208 (pathlib is slow to import)
        if name.isdecimal():
            children.setdefault(_parent_of(int(name)), []).append(int(name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _parent_of(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123 (same)
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return -1


def run(arguments: list[str]) -> None:
    """Guard, then leave at once: there is nothing to tidy up."""
    os._exit(main(arguments))


if __name__ == "__main__":
    run(sys.argv[1:])
