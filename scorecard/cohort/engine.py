"""Where the submissions of a cohort are graded: in processes here, or on a Dask cluster."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from scorecard.cohort.listing import Submission
from scorecard.cohort.one import grade_one
from scorecard.cohort.order import Order
from scorecard.cohort.seat import Seat
from scorecard.cohort.store import Record
from shared.errors import CapstoneError

HERE = "processes"


class EngineError(CapstoneError):
    """There is no such engine, or it cannot be reached."""


class Engine(Protocol):
    """Grades one submission; calls made at a time beyond its capacity wait their turn."""

    async def grade(self, submission: Submission, order: Order, digest: str) -> Record:
        """Grade it; trouble is part of the record and never raised."""
        ...


class Processes:
    """Grades in processes of this machine, some at a time."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        self._free: asyncio.Queue[Seat] = asyncio.Queue()
        for seat in seats:
            self._free.put_nowait(seat)

    async def grade(self, submission: Submission, order: Order, digest: str) -> Record:
        """Wait for a seat, then grade."""
        seat = await self._free.get()
        try:
            return await grade_one(seat, submission, order, digest)
        finally:
            self._free.put_nowait(seat)


@asynccontextmanager
async def open_engine(on: str, *, jobs: int) -> AsyncIterator[Engine]:
    """Open ``processes``, ``dask`` (workers here) or a scheduler's address: ``tcp://host:8786``."""
    if on == HERE:
        async with AsyncExitStack() as stack:
            yield Processes([await stack.enter_async_context(Seat()) for _ in range(jobs)])
        return
    if on != "dask" and "://" not in on:
        raise EngineError(
            f"There is no engine {on}.",
            advice="Name processes, dask, or the address of a Dask scheduler: tcp://host:8786",
        )
    from scorecard.cohort.dask import open_dask  # noqa: PLC0415 (half a second to import)

    async with open_dask("" if on == "dask" else on, workers=jobs) as engine:
        yield engine
