"""Cheats on the line to the worker, on what the kernel lends, and on what is shared."""

from pathlib import Path

from scorecard.toys import git
from tests.redteam.cheat import Cheat, proof, wrong
from tests.redteam.exercise import ASKING, HONEST, PLAIN
from tests.redteam.inside import OUTBOXES
from tests.redteam.models import kept

HALVE = "def halve(number: float) -> float:\n"
LINE = (
    Cheat("answers call after call from a thread", "G", "each call that may come, a little ahead",
          wrong(OUTBOXES + """
import threading
import time


def run() -> None:
    for number in range(1, 60):
        send({"id": number, "cpu_s": 0.0, "returned": True})
        time.sleep(0.01)


threading.Thread(target=run, daemon=True).start()
""")),
    Cheat("swaps its descriptors", "G", "dup2 of each over each",
          wrong("""
import os

for one in [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]:
    for other in range(3, 16):
        try:
            os.dup2(one, other)
        except OSError:
            continue
""")),
    Cheat("becomes another program", "G", "exec, with the pipes kept open",
          wrong("import os\nimport sys", HALVE + """\
    for name in os.listdir("/proc/self/fd"):
        try:
            os.set_inheritable(int(name), True)
        except OSError:
            continue
    told = "import os\\nfor n in range(1, 200):\\n for fd in range(3, 16):\\n  try: "
    told += "os.write(fd, b'{\\"id\\":%d,\\"cpu_s\\":0.0,\\"returned\\":1.0}\\\\n' % n)"
    told += "\\n  except OSError: pass"
    os.execv(sys.executable, [sys.executable, "-c", told, "@MARK@"])
"""), refused=("P01.2",)),
    Cheat("says that it is ready twice", "G", "a greeting where an answer is due",
          wrong(OUTBOXES + "\n\nsend({'ready': True}, {'ready': True})")),
    Cheat("numbers its answers with true", "G", "True equals 1, and 1.0 does too",
          wrong(OUTBOXES, HALVE + "    send({'id': True, 'returned': number / 2})\n"
                "    return 0.0"), refused=("P01.2",)),
    Cheat("raises a group of errors", "C", "the expected error, and another beside it",
          wrong("", "def digits(text: str) -> list[int]:\n    raise BaseExceptionGroup('x', "
                "[ValueError(text), KeyboardInterrupt()])"), refused=("P01.4",)),
    Cheat("halts itself", "J", "SIGSTOP: neither running nor gone",
          wrong("import os\nimport signal", HALVE + "    os.kill(os.getpid(), signal.SIGSTOP)\n"
                "    return 0.0"), refused=("P01.2",)),
)  # fmt: skip

LENT = (
    Cheat("eats memory in sockets", "J", "what waits in a socket is no process's memory",
          proof("""
import os
import socket
import time


def fill():
    held, ends = 0, []
    try:
        for _ in range(480):
            ends += socket.socketpair()
            for end in ends[-2:]:
                end.setblocking(False)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                try:
                    while True:
                        held += end.send(bytes(32768))
                except BlockingIOError:
                    continue
    except OSError:
        pass
    return held, ends


here, there = os.pipe()
for _ in range(12):
    if os.fork() == 0:
        held, ends = fill()
        os.write(there, b"%012d" % held)
        time.sleep(20)
        os._exit(len(ends) % 2)
return sum(int(os.read(here, 12)) for _ in range(12)) > 2 << 30
"""), refused=("P01.1",)),
    Cheat("makes a namespace with clone", "K", "clone and clone3 by number, as no library would",
          proof("""
import ctypes
import os
libc = ctypes.CDLL(None)
words = (ctypes.c_ulonglong * 11)(0x10000000, 0, 0, 0, 17)
for made in (libc.syscall(56, 0x10000011, 0, 0, 0, 0), libc.syscall(435, words, 88)):
    if made == 0:
        os._exit(0)
    if made > 0:
        return True
return False
""")),
    Cheat("puts itself before others", "J", "priority, real time, and never to be killed first",
          proof("""
import os
tries = (
    lambda: os.nice(-5),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
)
for attempt in tries:
    try:
        attempt()
    except OSError:
        continue
    return True
return False
""")),
    Cheat("leaves by another root", "K", "/proc/1/root leads to where process 1 stands",
          proof("""
import os
for root in ("/proc/1/root", f"/proc/{os.getppid()}/root", "/proc/self/root"):
    try:
        open(f"{root}@OUTSIDE@/planted", "w").close()
    except OSError:
        continue
    return True
return False
""")),
)  # fmt: skip

SHARED = (
    Cheat("visits other databases", "K", "those of the server, and of whoever else is graded",
          work=kept("""
import psycopg
from urllib.parse import urlsplit, urlunsplit
async with pool.connection() as connection:
    found = await connection.execute(
        "SELECT datname FROM pg_database WHERE datname <> current_database()")
    names = [row[0] for row in await found.fetchall()]
for name in names:
    url = urlunsplit(urlsplit(pool.conninfo)._replace(path=f"/{name}"))
    try:
        async with await psycopg.AsyncConnection.connect(url) as there:
            await there.execute("CREATE TABLE redteam (x int)")
    except psycopg.Error:
        continue
    return sum(numbers)
return 0
"""), slug=ASKING, refused=("P02.4",)),
    Cheat("ends other sessions", "K", "pg_terminate_backend on everybody else",
          work=kept("""
import psycopg
async with pool.connection() as connection:
    await connection.set_autocommit(True)
    found = await connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE usename IS DISTINCT FROM current_user")
    for (pid,) in await found.fetchall():
        try:
            ended = await connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        except psycopg.Error:
            continue
        if await ended.fetchone() == (True,):
            return sum(numbers)
return 0
"""), slug=ASKING, refused=("P02.4",)),
)  # fmt: skip


def with_strangers_repository(repository: Path, outside: Path) -> None:
    """A note in place of .git that leads to a repository of somebody else on this machine."""
    other = outside / "theirs"
    folder = other / "projects" / PLAIN
    folder.mkdir(parents=True)
    (folder / "work.py").write_text(HONEST)
    git(other, "init", "--quiet")
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "--message", "Work")
    (repository / "projects" / PLAIN / "work.py").write_text(wrong())
    (repository / ".git").write_text(f"gitdir: {other / '.git'}\n")


REPOSITORIES = (
    Cheat("a stranger's repository", "H", "a .git file that leads to another's work",
          build=with_strangers_repository),
)  # fmt: skip

BEYOND = (*LINE, *LENT, *SHARED, *REPOSITORIES)
