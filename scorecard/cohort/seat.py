"""A seat: verifies one submission at a time, each in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Self

from scorecard.cohort import nursery
from scorecard.cohort.nursery import PRINTED
from scorecard.place import GRADER_ROOT
from scorecard.sandbox.nest import Nest, nesting
from scorecard.sandbox.process import Process, ProtocolError

NURSERIES: ContextVar[Nest | None] = ContextVar("NURSERIES", default=None)
PROGRAM = (sys.executable, "-m", "scorecard.cohort.nursery")


class Seat:
    """Where one verifier at a time runs; use it as ``async with``.

    The process that they are forked from is started when it is needed, and again after a verifier
    had to be ended: it goes with all that it started.
    """

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._nursery: Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Take the seat; nothing runs yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End whatever runs."""
        await self._clear()

    async def verify(self, arguments: Sequence[str], folder: Path, timeout_s: float) -> str:
        """Run the verifier; return what is to be said where it leaves no result in ``folder``."""
        async with self._one_at_a_time:
            return await self._verify(arguments, folder, timeout_s)

    async def _verify(self, arguments: Sequence[str], folder: Path, timeout_s: float) -> str:
        ended = False
        try:
            async with asyncio.timeout(timeout_s):
                nursery = await self._ready()
                nursery.send({"arguments": list(arguments), "folder": str(folder)})
                told = await nursery.receive()
            ended = told is not None
        except TimeoutError:
            return f"timed out: it took longer than {timeout_s:g} s"
        except (OSError, ProtocolError) as error:
            return f"not started: {error}"
        finally:
            if not ended:
                await self._clear()
        return f"crashed: {_code(told)}{_last_line(folder)}"

    async def _ready(self) -> Process:
        if self._nursery is None:
            process = _nursery()
            self._nursery = await self._stack.enter_async_context(process)
        return self._nursery

    async def _clear(self) -> None:
        self._nursery = None
        await self._stack.aclose()


def nursing() -> AbstractContextManager[None]:
    """Have nurseries forked from this process, which has all imported, not started one by one.

    To be entered before there is an event loop, or a second thread.
    """
    return nesting(lambda: nursery.main, NURSERIES)


def _nursery() -> Process:
    if nest := NURSERIES.get():
        paths = (GRADER_ROOT, *(Path(p) for p in sys.path if p.endswith("-packages")))
        return nest.process(environment=os.environ, folder=GRADER_ROOT, paths=paths)
    return Process(PROGRAM, environment=os.environ, folder=GRADER_ROOT)


def _code(told: dict[str, object] | None) -> str:
    return "the verifier was killed" if told is None else f"exit code {told['code']}"


def _last_line(folder: Path) -> str:
    try:
        printed = (folder / PRINTED).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "".join(f", {line[:200]}" for line in printed.strip().splitlines()[-1:])
