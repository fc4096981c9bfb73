"""Measure what the sandbox costs, side by side with none: ``python -m scorecard.bench``.

A start is from asking for a worker to its first answer; a call is one number there and back. The
two kinds take turns, so that whatever else the machine does disturbs both alike.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scorecard.evals.judge import worker_for
from scorecard.evals.order import Order
from scorecard.sandbox.confine import Name, choose_sandbox
from scorecard.toys import write_project

STARTS, CALLS, WARM = 15, 2_000, 50


@dataclass
class Measured:
    """Milliseconds of each start, microseconds of each call."""

    starts_ms: list[float] = field(default_factory=list)
    calls_us: list[float] = field(default_factory=list)


def order(root: Path, sandbox: Name) -> Order:
    """Ask for a worker of the toy."""
    return Order(
        project="p01_toy",
        criteria=root / "projects" / "p01_toy" / "criteria.py",
        paths=(root, *_paths()),
        seed=7,
        model="sim-smart",
        home=root / ".capstone",
        sandbox=sandbox,
        memory_mb=1024,
        file_mb=64,
    )


def _paths() -> tuple[Path, ...]:
    packages = [Path(place) for place in sys.path if place.endswith("-packages")]
    return (Path(__file__).resolve().parent.parent, *packages)


async def start_and_call(asked: Order, found: Measured, calls: int) -> None:
    """Start a worker, call it, and note both."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        async with worker_for(asked, Path(folder)) as worker:
            await worker.call("doubling.double", {"number": 1})
            found.starts_ms.append((time.perf_counter() - began) * 1e3)
            for number in range(calls):
                before = time.perf_counter()
                await worker.call("doubling.double", {"number": number})
                if number >= WARM:
                    found.calls_us.append((time.perf_counter() - before) * 1e6)


async def measure(sandboxes: Sequence[Name]) -> dict[Name, Measured]:
    """Measure each kind, in turns."""
    found = {name: Measured() for name in sandboxes}
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        write_project(root)
        (root / ".capstone").mkdir()
        for turn in range(STARTS):
            for name in sandboxes:
                calls = CALLS if turn == STARTS - 1 else 0
                await start_and_call(order(root, name), found[name], calls)
    return found


def main() -> int:
    """Measure and print."""
    confined = choose_sandbox("auto").name
    names: tuple[Name, ...] = tuple(dict.fromkeys(("processes", confined)))
    found = asyncio.run(measure(names))
    for name, measured in found.items():
        starts, calls = sorted(measured.starts_ms), sorted(measured.calls_us)
        sys.stdout.write(
            f"{name:<12} start {statistics.median(starts):6.1f} ms "
            f"(from {starts[0]:.1f} to {starts[-1]:.1f}, n={len(starts)})   "
            f"call {statistics.median(calls):6.1f} µs "
            f"(95 % under {calls[int(len(calls) * 0.95)]:.0f}, n={len(calls)})\n"
        )
    if len(names) > 1:
        more = [statistics.median(found[name].starts_ms) for name in names]
        sys.stdout.write(f"{confined} adds {more[1] - more[0]:.1f} ms to a start\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
