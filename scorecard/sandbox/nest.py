"""Fork guarded processes from one that has everything imported: for the grader's own programs.

A nest is forked once, while its process has one thread and no event loop, and before anything of
the learner's is read. It imports its program when first asked. For each request it forks a guard,
and the guard forks what it guards. Only descriptors and plain text cross over. The learner's code
never runs in a fork: it gets an interpreter of its own.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import NoReturn

from scorecard.sandbox.guard import guarded
from scorecard.sandbox.process import INBOX, OUTBOX, Child, Process

Main = Callable[[], None]
LONGEST_REQUEST = 1 << 20


class Nest:
    """The end of a nest that its parent holds."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def process(
        self, *, environment: Mapping[str, str], folder: Path, paths: Sequence[Path]
    ) -> Process:
        """Describe a process that runs the nest's program; it starts when entered."""
        return Fledgling(self._channel, environment, folder, paths)


class Fledgling(Process):
    """A process forked from the nest."""

    def __init__(
        self,
        channel: socket.socket,
        environment: Mapping[str, str],
        folder: Path,
        paths: Sequence[Path],
    ) -> None:
        super().__init__((), environment=environment, folder=folder)
        self._channel = channel
        self._paths = paths

    async def _start(self, inbox: int, outbox: int) -> Child:
        """Ask the nest for it."""
        asked = {
            "environment": self._environment,
            "folder": str(self._folder),
            "paths": list(map(str, self._paths)),
        }
        printed, printing = os.pipe()
        ours, theirs = socket.socketpair()
        try:
            line = json.dumps(asked).encode() + b"\n"
            sent = socket.send_fds(
                self._channel, [line], [inbox, outbox, printing, theirs.fileno()]
            )
            self._channel.sendall(line[sent:])
        except BaseException:
            os.close(printed)
            ours.close()
            raise
        finally:
            os.close(printing)
            theirs.close()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(printed, "rb", 0)
        )
        return await Forked.met(ours, reader)


class Forked:
    """A guard that was forked by the nest, as its parent would see its own child."""

    def __init__(
        self,
        pid: int,
        stdout: asyncio.StreamReader,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._reader, self._writer = streams
        self._ending = asyncio.create_task(self._end())

    @classmethod
    async def met(cls, control: socket.socket, stdout: asyncio.StreamReader) -> "Forked":
        """Hear its number; raises ``OSError`` where it did not come to be."""
        streams = await asyncio.open_unix_connection(sock=control)
        told = await streams[0].readline()
        if not told:
            streams[1].close()
            raise OSError("no process could be forked")
        return cls(int(told), stdout, streams)

    async def _end(self) -> int:
        told = b""
        with suppress(ConnectionError):
            told = await self._reader.readline()
        self.returncode = int(told) if told else -signal.SIGKILL
        self._writer.close()
        return self.returncode

    async def wait(self) -> int:
        """Wait for its end; return its exit code."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        """End it; while nothing is heard of its end, its number is still its own."""
        if self.returncode is not None:
            return
        if number == signal.SIGKILL:
            os.kill(self.pid, number)
        else:
            self._writer.write_eof()


@contextmanager
def nesting(load: Callable[[], Main], known: "ContextVar[Nest | None]") -> Iterator[None]:
    """Fork a nest, ``known`` below; it goes at the end, with all it forked.

    The program is what ``load`` returns: the nest calls it when first asked, and never before.

    Does nothing where there are more threads than one: a fork would have their locks and not them.
    """
    if _threads() > 1:
        yield
        return
    ours, theirs = socket.socketpair()
    sys.stdout.flush()  # what is still to be printed is nobody else's
    child = os.fork()
    if not child:
        ours.close()
        _serve(theirs, load)
    theirs.close()
    token = known.set(Nest(ours))
    try:
        yield
    finally:
        known.reset(token)
        ours.close()
        os.waitpid(child, 0)


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (names are all that is needed)
    except OSError:
        return threading.active_count()


def _serve(channel: socket.socket, load: Callable[[], Main]) -> NoReturn:
    """Fork until nobody asks any more, then end what is left."""
    born: set[int] = set()
    program: Main | None = None

    def reap(*_: object) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)[0]) > 0:
                born.discard(ended)

    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, reap)
        nest = os.getpid()
        while asked := _asked(channel):
            line, descriptors = asked
            program = program or load()
            child = os.fork()
            if not child:
                channel.close()
                _guard(json.loads(line), descriptors, program, nest)
            born.add(child)
            for descriptor in descriptors:
                os.close(descriptor)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        reap()
        for pid in born:
            os.kill(pid, signal.SIGTERM)
        for pid in born:
            os.waitpid(pid, 0)
    finally:
        os._exit(0)


def _asked(channel: socket.socket) -> tuple[bytes, list[int]] | None:
    line, descriptors, _, _ = socket.recv_fds(channel, LONGEST_REQUEST, 4)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    while line and not line.endswith(b"\n"):
        line += channel.recv(LONGEST_REQUEST)
    return (line, descriptors) if line else None


def _guard(
    asked: Mapping[str, object], descriptors: Sequence[int], program: Main, nest: int
) -> NoReturn:
    """Stand between: what runs below has neither this end of the control, nor a terminal."""
    inbox, outbox, printing, control = descriptors
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (printing, 1), (printing, 2)):
            os.dup2(source, target)
        os.close(printing)
        os.write(control, b"%d\n" % os.getpid())

        def become() -> None:
            os.close(control)
            _become(asked, inbox, outbox, program)

        code = guarded(become, parent=nest, lifeline=control)
        os.write(control, b"%d\n" % code)
    finally:
        os._exit(code)


def _become(asked: Mapping[str, object], inbox: int, outbox: int, program: Main) -> None:
    """Run the program as if it had been started in an isolated interpreter."""
    environment, folder, paths = asked["environment"], asked["folder"], asked["paths"]
    assert isinstance(environment, dict)  # noqa: S101 (the nest's parent wrote it)
    assert isinstance(folder, str)  # noqa: S101 (same)
    assert isinstance(paths, list)  # noqa: S101 (same)
    os.environ.clear()
    os.environ.update(environment | {INBOX: str(inbox), OUTBOX: str(outbox)})
    os.chdir(folder)
    library = [p for p in sys.path if p.startswith(sys.base_prefix) and "-packages" not in p]
    sys.path[:] = [*paths, *library]
    tempfile.tempdir = None  # the environment says where
    sys.argv[:] = [program.__module__]
    sys.dont_write_bytecode = True
    program()
    sys.stdout.flush()
