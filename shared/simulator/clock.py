"""Two clocks: one that waits, and one that only says how long it would have waited."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeAlias

ClockName: TypeAlias = Literal["wall", "virtual"]
SLICE_S: Final = 0.25
"""A long wait is slept in slices, so that a client that has gone ends it."""
VIRTUAL_EPOCH: Final = 1_767_225_600.0
"""1 January 2026: what every answer on the virtual clock is dated by."""


class Clock(Protocol):
    """What the server waits by and dates its answers by."""

    @property
    def name(self) -> ClockName:
        """Which clock it is, as headers tell it."""
        ...

    def date(self) -> float:
        """Seconds since 1970, for answers."""
        ...

    def elapsed(self) -> float:
        """Seconds since the server started, for token buckets and scenarios."""
        ...

    async def wait(self, seconds: float, gone: Callable[[], bool]) -> bool:
        """Let ``seconds`` pass; returns False as soon as the client has ``gone``."""
        ...


class WallClock:
    """Time as it is."""

    name: ClockName = "wall"

    def __init__(self) -> None:
        self._start = time.monotonic()

    def date(self) -> float:
        """Say the time."""
        return time.time()

    def elapsed(self) -> float:
        """Say how long the server has run."""
        return time.monotonic() - self._start

    async def wait(self, seconds: float, gone: Callable[[], bool]) -> bool:
        """Sleep."""
        while seconds > SLICE_S:
            await asyncio.sleep(SLICE_S)
            seconds -= SLICE_S
            if gone():
                return False
        if seconds > 0:
            await asyncio.sleep(seconds)
        return not gone()


class VirtualClock:
    """Nobody waits: headers tell how long an answer would have taken.

    Token buckets and scenarios go by the real time since the start, unless a call says what time it
    is for its client (``x-sim-now``, in seconds).
    """

    name: ClockName = "virtual"

    def __init__(self) -> None:
        self._start = time.monotonic()

    def date(self) -> float:
        """Say the same date always, so that answers are equal byte for byte."""
        return VIRTUAL_EPOCH

    def elapsed(self) -> float:
        """Say how long the server has run."""
        return time.monotonic() - self._start

    async def wait(self, seconds: float, gone: Callable[[], bool]) -> bool:
        """Return at once."""
        del seconds
        return not gone()


def make_clock(name: ClockName) -> Clock:
    """Make the clock of this name."""
    return WallClock() if name == "wall" else VirtualClock()
