"""Where the submissions of a cohort are graded: in processes here, or on a Dask cluster."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from scorecard.cohort.listing import Submission
from scorecard.cohort.one import grade_one
from scorecard.cohort.order import Order
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

    def __init__(self, jobs: int) -> None:
        self._seats = asyncio.Semaphore(jobs)

    async def grade(self, submission: Submission, order: Order, digest: str) -> Record:
        """Wait for a seat, then grade."""
        async with self._seats:
            return await grade_one(submission, order, digest)


@asynccontextmanager
async def open_engine(on: str, *, jobs: int) -> AsyncIterator[Engine]:
    """Open ``processes``, ``dask`` (workers here) or a scheduler's address: ``tcp://host:8786``."""
    if on == HERE:
        yield Processes(jobs)
        return
    if on != "dask" and "://" not in on:
        raise EngineError(
            f"There is no engine {on}.",
            advice="Name processes, dask, or the address of a Dask scheduler: tcp://host:8786",
        )
    from scorecard.cohort.dask import open_dask  # noqa: PLC0415 (half a second to import)

    async with open_dask("" if on == "dask" else on, workers=jobs) as engine:
        yield engine
