"""A seat: verifies one submission at a time, each in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from scorecard.cohort.nursery import PRINTED
from scorecard.place import GRADER_ROOT
from scorecard.sandbox.process import Process, ProtocolError

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
            process = Process(PROGRAM, environment=os.environ, folder=GRADER_ROOT)
            self._nursery = await self._stack.enter_async_context(process)
        return self._nursery

    async def _clear(self) -> None:
        self._nursery = None
        await self._stack.aclose()


def _code(told: dict[str, object] | None) -> str:
    return "the verifier was killed" if told is None else f"exit code {told['code']}"


def _last_line(folder: Path) -> str:
    try:
        printed = (folder / PRINTED).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "".join(f", {line[:200]}" for line in printed.strip().splitlines()[-1:])
