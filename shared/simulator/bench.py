"""Measure the simulator beside a bare ASGI app: ``python -m shared.simulator.bench``.

Each server runs in a process of its own and reports its own CPU time; the load comes from here.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from typing import Final

import uvicorn

from shared.llm.messages import ChatRequest
from shared.simulator.bare import ANSWER, BARE
from shared.simulator.dice import Dice
from shared.simulator.load import Answer, post_all
from shared.simulator.plan import Draft
from shared.simulator.profiles import Profile
from shared.simulator.server import LOOPBACK, Serving, configured, listen, make_state

PATH: Final = "/v1/chat/completions"


@dataclass(frozen=True)
class Measured:
    """What one run of requests cost."""

    cpu_us: float
    per_second: float
    p50_ms: float
    p95_ms: float
    rss_mb: float


def silent(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
    """Stand in for the reader: the reader is off."""
    del request, profile, dice
    return Draft(text=ANSWER)


def _serve(kind: str, pipe: Pipe) -> None:
    """Serve in a child process, and tell CPU time and memory when asked."""
    sock = listen(LOOPBACK, 0)
    pipe.send(sock.getsockname()[1])

    def tell() -> None:
        while pipe.recv():
            pipe.send((time.process_time(), _rss_mb()))
        os._exit(0)

    threading.Thread(target=tell, daemon=True).start()
    if kind in BARE:
        uvicorn.Server(configured(BARE[kind]())).run(sockets=[sock])
    else:
        Serving(make_state(read=silent if kind == "reader off" else None)).run(sock)


def _rss_mb() -> float:
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


class Server:
    """A server in a child process."""

    def __init__(self, port: int, pipe: Pipe) -> None:
        self.port = port
        self._pipe = pipe

    def ask(self) -> tuple[float, float]:
        """Ask for (CPU seconds, memory in MB)."""
        self._pipe.send(True)
        told: tuple[float, float] = self._pipe.recv()
        return told

    def post(self, bodies: Sequence[bytes], concurrency: int) -> list[Answer]:
        """Post all bodies."""
        told = post_all(LOOPBACK, self.port, PATH, bodies, concurrency=concurrency)
        return asyncio.run(told)

    def measure(self, bodies: Sequence[bytes], concurrency: int) -> Measured:
        """Measure one run."""
        before, _ = self.ask()
        start = time.perf_counter()
        answers = self.post(bodies, concurrency)
        seconds = time.perf_counter() - start
        after, rss = self.ask()
        if any(answer.status != 200 for answer in answers):
            raise SystemExit("A server answered with an error; nothing was measured.")
        waits = sorted(answer.seconds * 1000 for answer in answers)
        return Measured(
            cpu_us=(after - before) / len(bodies) * 1e6,
            per_second=len(bodies) / seconds,
            p50_ms=statistics.median(waits),
            p95_ms=waits[int(len(waits) * 0.95)],
            rss_mb=rss,
        )


@contextmanager
def server(kind: str) -> Iterator[Server]:
    """Start a server; stop it at the end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(kind, there), daemon=True)
    process.start()
    try:
        yield Server(here.recv(), here)
    finally:
        here.send(False)
        process.join()


def asked(number: int, *, stream: bool = False, words: int = 0, model: str = "sim-fast") -> bytes:
    """Write a request of its own number, with so many words of context."""
    random = Random(number)  # noqa: S311 - any words will do
    noise = " ".join(
        f"The {random.choice(WORDS)} {random.choice(WORDS)}." for _ in range(words // 3)
    )
    text = f"{noise} Ana lives in Porto, number {number}. Where does Ana live?"
    message = {"role": "user", "content": text}
    return json.dumps({"model": model, "messages": [message], "stream": stream}).encode()


WORDS: Final = ("boat", "harbour", "lamp", "kettle", "manual", "refund", "shelf", "speaker", "van")


def say(line: str) -> None:
    """Write one line of the report."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def compare(requests: int, rounds: int) -> None:
    """Print CPU a request for the bare apps and for the simulator, in turns."""
    say("aimock and litellm's proxy beside these: python -m tests.conformance.bench_servers")
    for stream in (False, True):
        bodies = [asked(number, stream=stream) for number in range(requests)]
        kinds = (*BARE, "reader off", "reader on")
        costs: dict[str, list[Measured]] = {kind: [] for kind in kinds}
        for _ in range(rounds):
            for kind, runs in costs.items():
                with server(kind) as one:
                    one.post(bodies[:200], 8)
                    runs.append(one.measure(bodies, 8))
        cpu = {kind: statistics.median(run.cpu_us for run in runs) for kind, runs in costs.items()}
        for kind, runs in costs.items():
            speed = statistics.median(run.per_second for run in runs)
            beside = "".join(f"{cpu[kind] / cpu[bare]:7.1f} x {bare}" for bare in BARE)
            say(
                f"{'streamed' if stream else 'whole':9}{kind:12}{cpu[kind]:6.0f} us CPU a request"
                f"{beside}{speed:7.0f} requests/s"
            )


def context(requests: int) -> None:
    """Print how long prompts of about 2,000 tokens take with the reader on, one at a time.

    The first requests are left out: they load what the reader and the interpreter load once. No
    text is asked about twice. Every profile reads lexically; none embeds sentences.
    """
    models = ("sim-nano", "sim-fast", "sim-smart", "sim-large", "sim-reasoner")
    with server("reader on") as one:
        for place, model in enumerate(models):
            numbers = range(place * requests, (place + 1) * requests)
            bodies = [asked(number, words=1_500, model=model) for number in numbers]
            one.post(bodies[:5], 1)
            told = one.measure(bodies[5:], 1)
            say(
                f"reader on, 2,000 tokens of context, {model:12}: p50 {told.p50_ms:5.1f} ms,"
                f" p95 {told.p95_ms:5.1f} ms, {told.cpu_us / 1000:5.1f} ms CPU"
            )


def order(requests: int) -> None:
    """Check that a shuffled crowd gets, byte for byte, what a queue gets."""
    bodies = [asked(number) for number in range(requests)]
    shuffled = Random(1).sample(range(requests), requests)  # noqa: S311 - any order will do
    with server("reader on") as one, server("reader on") as other:
        serial = [answer.body for answer in one.post(bodies, 1)]
        crowd = other.post([bodies[number] for number in shuffled], 64)
    found = {number: answer.body for number, answer in zip(shuffled, crowd, strict=True)}
    equal = sum(body == found[number] for number, body in enumerate(serial))
    say(f"shuffled at concurrency 64: {equal:,} of {requests:,} answers equal byte for byte")


def virtual(requests: int) -> None:
    """Print how fast simulated seconds pass on the virtual clock."""
    bodies = [asked(number) for number in range(requests)]
    start = time.perf_counter()
    with server("reader on") as one:
        answers = one.post(bodies, 64)
    totals = sorted(float(answer.headers["x-sim-total-ms"]) for answer in answers)
    say(
        f"virtual clock: {requests:,} calls with a simulated p50 of"
        f" {statistics.median(totals) / 1000:.2f} s and p95 of"
        f" {totals[int(requests * 0.95)] / 1000:.2f} s took {time.perf_counter() - start:.1f} s"
    )


def memory(requests: int) -> None:
    """Print the server's memory as requests go by."""
    with server("reader off") as one:
        for done in range(0, requests, requests // 5):
            one.post([asked(done + number) for number in range(requests // 5)], 16)
            _, rss = one.ask()
            say(f"memory after {done + requests // 5:,} requests: {rss:.0f} MB")


def main() -> None:
    """Run the chosen measurements."""
    parser = argparse.ArgumentParser(prog="python -m shared.simulator.bench", description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", choices=["compare", "context", "order", "virtual", "memory"], default=None
    )
    told = parser.parse_args()
    runs: dict[str, Callable[[], None]] = {
        "compare": lambda: compare(told.requests, told.rounds),
        "context": lambda: context(60),
        "order": lambda: order(10_000),
        "virtual": lambda: virtual(5_000),
        "memory": lambda: memory(100_000),
    }
    for name, run in runs.items():
        if told.only in {None, name}:
            run()


if __name__ == "__main__":
    main()
