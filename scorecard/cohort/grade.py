"""Grade a list on an engine, and keep each result the moment it is known."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from scorecard.cohort.engine import Engine
from scorecard.cohort.listing import Submission
from scorecard.cohort.order import Order
from scorecard.cohort.store import Record, Store


class Audience(Protocol):
    """Hears how it goes."""

    def skipped(self, count: int) -> None:
        """Hear how many were graded before."""
        ...

    def ended(self, record: Record) -> None:
        """Hear how one ended."""
        ...


async def grade_all(
    submissions: Sequence[Submission],
    order: Order,
    store: Store,
    audience: Audience,
    engine: Engine,
    *,
    again: frozenset[str] = frozenset(),
) -> None:
    """Grade what is not known yet, and what is asked for again; each result is stored at once."""
    digest = order.digest
    left = [s for s in submissions if s.id in again or not store.known(s, digest)]
    audience.skipped(len(submissions) - len(left))

    async def grade(submission: Submission) -> None:
        record = await engine.grade(submission, order, digest)
        store.add(record)
        audience.ended(record)

    try:
        async with asyncio.TaskGroup() as group:
            for submission in left:
                group.create_task(grade(submission))
    except* OSError as errors:  # a full disk: nothing more can be kept
        raise next(leaf for leaf in errors.exceptions if isinstance(leaf, OSError)) from None
