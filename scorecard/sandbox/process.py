"""Start a guarded process and talk to it over pipes of its own.

What the process prints is kept up to a cap and the rest thrown away, so a gigabyte of output costs
neither memory nor disk. Messages travel as JSON lines over two more descriptors, which printing
cannot reach.
"""

import asyncio
import json
import math
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

GUARD = Path(__file__).with_name("guard.py")
START = "import sys; sys.path.append(sys.argv.pop(1)); import guard; guard.run(sys.argv[1:])"
GUARDED = (sys.executable, "-I", "-S", "-c", START, str(GUARD.parent))
"""Starts the guard; by import, since a script is compiled every time."""

KEPT_BYTES = 32 * 1024
LONGEST_MESSAGE = 32 << 20
TERM_GRACE_S = 3.0
SURROGATE = b"\\ud"
INBOX, OUTBOX = "SCORECARD_INBOX", "SCORECARD_OUTBOX"
"""The variables that tell a process which descriptors to read from and write to."""


@dataclass(frozen=True)
class Allowance:
    """What a process tree may use; 0 means no limit."""

    memory_mb: int = 0
    file_mb: int = 0


class ProtocolError(Exception):
    """The process sent something that is no message."""


def read_message(line: bytes) -> dict[str, Any]:
    """Read one message; raises ``ProtocolError`` for what is no JSON object, or no plain number.

    Python reads ``NaN``, ``Infinity`` and ``1e999``, which compare as no number should.
    """
    try:
        message = _decoder().decode(line.decode())
        if SURROGATE in line.lower():
            message = json.loads(_encodable(json.dumps(message, ensure_ascii=False)))
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"not JSON: {line[:80]!r}") from error
    if not isinstance(message, dict):
        raise ProtocolError(f"not an object: {line[:80]!r}")
    return message


@cache
def _decoder() -> json.JSONDecoder:
    """Make one for all messages: making one takes longer than reading a short message."""
    return json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is no number")
    return value


def _encodable(text: str) -> str:
    """Replace half of a character, which could not be written anywhere."""
    return text.encode(errors="replace").decode()


class Capture:
    """The first and the last of what a process printed."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._dropped = 0

    async def drain(self, stream: asyncio.StreamReader) -> None:
        """Read to the end, keeping little."""
        while piece := await stream.read(1 << 16):
            room = KEPT_BYTES - len(self._head)
            self._head += piece[:room]
            rest = self._tail + piece[room:] if room < len(piece) else self._tail
            self._dropped += max(0, len(rest) - KEPT_BYTES)
            self._tail = rest[-KEPT_BYTES:]

    @property
    def text(self) -> str:
        """What was kept, with a mark where something is missing."""
        gap = f"\n[… {self._dropped} bytes not kept …]\n".encode() if self._dropped else b""
        return (self._head + gap + self._tail).decode(errors="replace")


class Child(Protocol):
    """A guard that was started: what of ``asyncio.subprocess.Process`` is needed of it."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """What it prints."""
        ...

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    @property
    def returncode(self) -> int | None:
        """Its exit code, once it has ended."""
        ...

    async def wait(self) -> int:
        """Wait for its end; return its exit code."""
        ...

    def send_signal(self, signal: int, /) -> None:
        """Send it a signal."""
        ...


class Process:
    """A guarded process with a message channel; use it as ``async with``."""

    def __init__(
        self,
        program: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        allowance: Allowance = Allowance(),
        descriptors: Sequence[int] = (),
    ) -> None:
        self._program = tuple(program)
        self._environment = dict(environment)
        self._folder = folder
        self._allowance = allowance
        self._descriptors = tuple(descriptors)
        self.printed = Capture()

    async def __aenter__(self) -> Self:
        """Start it."""
        their_inbox, our_outbox = os.pipe()
        our_inbox, their_outbox = os.pipe()
        try:
            self._process = await self._start(their_inbox, their_outbox)
        except BaseException:
            os.close(our_outbox)
            os.close(our_inbox)
            raise
        finally:
            for end in (their_inbox, their_outbox):
                os.close(end)
        assert self._process.stdout is not None  # noqa: S101 (asked for a pipe)
        self._draining = asyncio.create_task(self.printed.drain(self._process.stdout))
        await self._connect(our_inbox, our_outbox)
        return self

    async def _start(self, inbox: int, outbox: int) -> Child:
        """Start the guard, which starts the program with these two descriptors."""
        limits = (str(self._allowance.memory_mb), str(self._allowance.file_mb))
        return await asyncio.create_subprocess_exec(
            *(*GUARDED, *limits, "--", *self._program),
            cwd=self._folder,
            env={**self._environment, INBOX: str(inbox), OUTBOX: str(outbox)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(inbox, outbox, *self._descriptors),
            start_new_session=True,
        )

    async def _connect(self, inbox: int, outbox: int) -> None:
        loop = asyncio.get_running_loop()
        self._inbox = asyncio.StreamReader(limit=LONGEST_MESSAGE)
        self._reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._inbox), os.fdopen(inbox, "rb", 0)
        )
        self._writing, _ = await loop.connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(outbox, "wb", 0)
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it and everything below it."""
        await asyncio.shield(self._end())

    async def _end(self) -> None:
        self._writing.close()
        if self._process.returncode is None:
            self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), TERM_GRACE_S)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._reading.close()
        await self._draining

    def _signal(self, number: signal.Signals) -> None:
        try:
            self._process.send_signal(number)
        except ProcessLookupError:
            return

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message; it is buffered, and lost where the process is gone."""
        self._writing.write(json.dumps(message).encode() + b"\n")

    async def receive(self) -> dict[str, Any] | None:
        """Return the next message, or None when the process has closed its end.

        Raises ``ProtocolError`` for anything that is not a JSON object on a line.
        """
        try:
            line = await self._inbox.readline()
        except ValueError as error:
            raise ProtocolError(f"a message over {LONGEST_MESSAGE >> 20} MB") from error
        if not line:
            return None
        return read_message(line)

    @property
    def pid(self) -> int:
        """The guard's number."""
        return self._process.pid

    async def wait(self) -> int:
        """Wait for its end; return its exit code, or 128 + the signal that ended it."""
        code = await self._process.wait()
        await self._draining
        return code
