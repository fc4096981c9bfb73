"""Time calls by the clock on the wall, or by the one that the simulator tells and nobody waits for.

On its virtual clock the simulator answers at once and says in a header how long a model would have
taken. Answers from this machine note that for the task that asked; see ``loopback``.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_told: ContextVar[float] = ContextVar("told_seconds", default=0.0)


@dataclass(slots=True)
class Watch:
    """What a block took, in seconds; ``virtual`` where the simulator told it."""

    seconds: float = 0.0
    virtual: bool = False


@contextmanager
def stopwatch() -> Iterator[Watch]:
    """Time the calls that this task makes in a block, one after the other."""
    watch, began, told = Watch(), time.perf_counter(), _told.get()
    try:
        yield watch
    finally:
        waited = _told.get() - told
        watch.virtual = waited > 0
        watch.seconds = waited if watch.virtual else time.perf_counter() - began


def note(headers: Mapping[str, str]) -> None:
    """Add the time that an answer on the virtual clock tells."""
    if headers.get("x-sim-clock") == "virtual":
        _told.set(_told.get() + float(headers.get("x-sim-total-ms", 0)) / 1_000)
