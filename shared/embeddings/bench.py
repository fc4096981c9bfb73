"""Measure the embedders on this machine: ``python -m shared.embeddings.bench``."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from shared.embeddings.architecture import Precision
from shared.embeddings.minilm import MiniLM, load_minilm
from shared.embeddings.model import Embedder
from shared.embeddings.static import load_static

LENGTHS = (16, 64, 128)
WORDS = ("sorted", "list", "insert", "keep", "order", "return", "value", "raise", "error", "read")
QUERY = "how do I keep a list sorted while inserting into it?"


def texts_of(tokens: int, count: int) -> list[str]:
    """Make ``count`` different texts of ``tokens`` tokens, the two special ones included."""
    words = tokens - 2
    return [
        " ".join(WORDS[(start + step * step) % len(WORDS)] for step in range(words))
        for start in range(count)
    ]


async def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Run ``work``; seconds by the clock and seconds of CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - clock, time.process_time() - cpu


async def throughput(embedder: Embedder, tokens: int, count: int) -> tuple[float, float]:
    """Texts a second, and milliseconds of CPU a text."""
    texts = texts_of(tokens, count)
    await embedder.embed(texts[:4])
    clock, cpu = await timed(lambda: embedder.embed(texts))
    return count / clock, 1000 * cpu / count


async def query_latency(embedder: Embedder, times: int = 50) -> tuple[float, float]:
    """Milliseconds for one short query: median and 95th percentile."""
    seconds = sorted([(await timed(lambda: embedder.embed([QUERY])))[0] for _ in range(times)])
    return 1000 * seconds[times // 2], 1000 * seconds[int(times * 0.95)]


async def load_times(precision: Precision) -> tuple[MiniLM, float, float]:
    """The embedder, and seconds to its first load, which builds the graph, and to its second."""
    home = Path(tempfile.mkdtemp())
    try:
        first, _ = await timed(lambda: load_minilm(home, precision=precision))
        clock = time.perf_counter()
        model = await load_minilm(home, precision=precision)
        return model, first, time.perf_counter() - clock
    finally:
        shutil.rmtree(home)


async def measure(count: int) -> Table:
    """Measure every embedder of this machine."""
    table = Table(title="all-MiniLM-L6-v2: texts a second (ms of CPU a text)")
    for column in (
        "embedder",
        *(f"{n} tokens" for n in LENGTHS),
        "query ms, p50 / p95",
        "load s, first / then",
    ):
        table.add_column(column, justify="right")
    loaded: list[tuple[Embedder, str]] = []
    precisions: tuple[Precision, ...] = ("fp32", "int8")
    for precision in precisions:
        model, first, second = await load_times(precision)
        loaded.append((model, f"{first:.2f}/{second:.2f}"))
    with tempfile.TemporaryDirectory() as home:
        loaded.append((await load_static(Path(home)), ""))
        for embedder, load in loaded:
            speeds = [await throughput(embedder, tokens, count) for tokens in LENGTHS]
            median, slow = await query_latency(embedder)
            cells = [f"{rate:.0f} ({cpu:.1f})" for rate, cpu in speeds]
            table.add_row(embedder.name.split("/")[1], *cells, f"{median:.1f}/{slow:.1f}", load)
    return table


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m shared.embeddings.bench", description=__doc__)
    parser.add_argument("--texts", type=int, default=200, help="texts of each length")
    options = parser.parse_args()
    Console().print(asyncio.run(measure(options.texts)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
