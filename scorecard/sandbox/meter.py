"""Measure from outside what processor time a process tree uses: it cannot say less than it took.

The kernel keeps a clock for each process, which anybody may read who sees the process. What has
ended meanwhile stands in the books of whoever collected it, in whole ticks.
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress

from scorecard.sandbox.guard import LINUX, tree_below

BRIEF_S = 0.005
"""In less time than this nothing can be hidden in a process that came and went."""

TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Reads the clocks of the tree below one guard."""

    def __init__(self, guard: int) -> None:
        self._guard = guard
        self._tree: tuple[int, ...] = ()
        self._collected = 0.0

    def start(self) -> Mapping[int, float]:
        """Note where the clocks stand, and the time of day."""
        if not self._tree:
            self._look()
        return {0: time.monotonic(), **_clocks(self._tree)}

    def since(self, noted: Mapping[int, float]) -> float | None:
        """Return the seconds of processor time used since then; None where nobody can tell."""
        if not LINUX or not self._tree:
            return None
        collected = 0.0
        if time.monotonic() - noted[0] > BRIEF_S:
            before = self._collected
            self._look()
            collected = max(0.0, self._collected - before)
        now = _clocks(self._tree)
        return collected + sum(stand - noted.get(pid, 0.0) for pid, stand in now.items())

    def _look(self) -> None:
        """Find out who belongs to the tree, and what its dead have used."""
        self._tree = tuple(tree_below(self._guard)) if LINUX else ()
        self._collected = sum(map(_collected, (self._guard, *self._tree)))


def _clocks(pids: tuple[int, ...]) -> dict[int, float]:
    found: dict[int, float] = {}
    for pid in pids:
        with suppress(OSError):
            found[pid] = time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3) has it
    return found


def _collected(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123 (many times a second)
            fields = stat.read().rpartition(b")")[2].split()
        return (int(fields[13]) + int(fields[14])) / TICKS
    except (OSError, IndexError, ValueError):
        return 0.0
