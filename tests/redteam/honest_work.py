"""Bodies that honest people might hand in: unusual, and right."""

CHATTY = """
import logging
import sys
import warnings

print("The module is loaded.")
print("errors look like this: P01.1 failed", file=sys.stderr)
warnings.warn("An honest warning.", stacklevel=1)
logging.basicConfig(level=logging.DEBUG)
logging.getLogger(__name__).error("passed, failed, could not check")
sys.stdout.write("x" * 300_000)
"""
THREADED = '''
import concurrent.futures
import threading

POOL = concurrent.futures.ThreadPoolExecutor(4)
KEPT: list[int] = []
threading.Thread(target=lambda: KEPT.append(1), daemon=True).start()


async def double(number: int) -> int:
    """Double a number in another thread."""
    import asyncio

    return await asyncio.to_thread(lambda: POOL.submit(lambda: number + number).result())
'''
PROCESSES = '''
import subprocess
import sys


def halve(number: float) -> float:
    """Halve a number in another process."""
    code = "import sys; print(repr(float(sys.argv[1]) / 2))"
    ran = subprocess.run([sys.executable, "-c", code, repr(number)], capture_output=True, text=True)
    return float(ran.stdout)
'''
FORKED = '''
import os


def halve(number: float) -> float:
    """Halve a number in a child."""
    here, there = os.pipe()
    if os.fork() == 0:
        os.write(there, repr(number / 2).encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as told:
        value = float(told.read())
    os.wait()
    return value
'''
FILES = '''
import json
import pathlib
import sqlite3
import tempfile


def totals(lines: list[str]) -> dict[str, int]:
    """Add up lines on disk."""
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(pathlib.Path(folder, "sums.sqlite"))
        base.execute("CREATE TABLE sums (name TEXT, amount INT)")
        base.executemany("INSERT INTO sums VALUES (?, ?)", [line.split() for line in lines])
        base.commit()
        found = base.execute("SELECT name, sum(amount) FROM sums GROUP BY name").fetchall()
        pathlib.Path(folder, "sums.json").write_text(json.dumps(found))
        read = json.loads(pathlib.Path(folder, "sums.json").read_text())
        base.close()
    return {name: int(amount) for name, amount in read}
'''
ASYNCHRONOUS = '''
import asyncio


async def totals(lines: list[str]) -> dict[str, int]:
    """Add up lines, slowly, many at a time."""
    async def one(line: str) -> tuple[str, int]:
        await asyncio.sleep(0.01)
        name, amount = line.split()
        return name, int(amount)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(line)) for line in lines]
    found: dict[str, int] = {}
    for name, amount in (task.result() for task in tasks):
        found[name] = found.get(name, 0) + amount
    return found
'''
ERRORS = '''
class DamagedError(ValueError):
    """A part is no number."""


def digits(text: str) -> list[int]:
    """Read numbers, with an error of its own and a long message."""
    parts = text.split(",")
    try:
        return list(map(int, parts))
    except ValueError as error:
        raise DamagedError(f"{text!r} is damaged \\ud800 " * 200) from error
'''
LAZY = '''
from collections.abc import AsyncIterator, Iterator


def digits(text: str) -> Iterator[int]:
    """Read numbers one by one."""
    parts = text.split(",")
    for part in parts:
        yield int(part)
'''
STREAMED = '''
from collections.abc import AsyncIterator


async def digits(text: str) -> AsyncIterator[int]:
    """Read numbers one by one, when they come."""
    for part in text.split(","):
        yield int(part)
'''
MODELS = '''
from decimal import Decimal
from functools import cache, reduce

import numpy as np
from pydantic import RootModel


class Totals(RootModel[dict[str, int]]):
    """Sums by name."""


def totals(lines: list[str]) -> Totals:
    """Add up lines."""
    def add(found: dict[str, int], line: str) -> dict[str, int]:
        name, amount = line.split()
        return {**found, name: found.get(name, 0) + int(amount)}

    return Totals(reduce(add, lines, {}))


def halve(number: float) -> float:
    """Halve a number with NumPy."""
    return np.float64(number) * np.float64(0.5)


@cache
def _twice(number: int) -> int:
    return int(Decimal(number) * 2)


async def double(number: int) -> int:
    """Double a number with decimals, remembered."""
    return _twice(number)
'''
BUSY = '''
import time


def halve(number: float) -> float:
    """Halve a number by bisection, taking its time."""
    until = time.process_time() + 0.02
    low, high = 0.0, number
    while time.process_time() < until:
        pass
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if 2 * middle < number else (low, middle)
    return low
'''
HANDLERS = '''
import atexit
import gc
import signal
import sys

atexit.register(print, "bye")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
gc.disable()
sys.setrecursionlimit(5_000)


async def double(number: int) -> int:
    """Double a number, recursively."""
    def up(left: int, value: int) -> int:
        return value if not left else up(left - 1, value)

    return up(1_000, number) * 2
'''
HUNGRY = '''
HELD = bytearray(b"x" * (150 << 20))


def digits(text: str) -> list[int]:
    """Read numbers with much in hand."""
    scratch = bytearray(b"y" * (100 << 20))
    found = [int(part) for part in text.split(",")]
    return found if len(scratch) and len(HELD) else []
'''
