"""Measure the simulator beside others: ``python -m tests.conformance.bench_servers``.

A bare ASGI app, our simulator with the reader off and on, aimock (npm) and litellm's proxy with its
mock model answer the same requests in one run, each from a process of its own on loopback, in
turns. CPU time is the server's own; the load comes from here. A server that is not installed is
skipped; ``--install`` installs the two foreign ones by their locks.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from shared.simulator.bare import ANSWER
from shared.simulator.bench import PATH, Measured, asked, say, server
from shared.simulator.load import Answer, post_all
from tests.conformance.environments import LOCKS, READY, ensure, environment

LOOPBACK: Final = "127.0.0.1"
CONCURRENCY: Final = 8
WARM_UP: Final = 50
START_S: Final = 120.0
CHUNK: Final = 4
"""Characters an event of aimock's carries, so that its streams have about as many as ours."""


class Measurable(Protocol):
    """A running server that can be measured."""

    def post(self, bodies: Sequence[bytes], concurrency: int) -> list[Answer]:
        """Post all bodies."""
        ...

    def measure(self, bodies: Sequence[bytes], concurrency: int) -> Measured:
        """Measure one run."""
        ...


class Foreign:
    """A server that somebody else wrote, in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._port = port

    def post(self, bodies: Sequence[bytes], concurrency: int) -> list[Answer]:
        """Post all bodies."""
        told = post_all(LOOPBACK, self._port, PATH, bodies, concurrency=concurrency)
        return asyncio.run(told)

    def measure(self, bodies: Sequence[bytes], concurrency: int) -> Measured:
        """Measure one run."""
        before = _cpu_s(self._process.pid)
        start = time.perf_counter()
        answers = self.post(bodies, concurrency)
        seconds = time.perf_counter() - start
        cpu = _cpu_s(self._process.pid) - before
        if any(answer.status != 200 for answer in answers):
            raise SystemExit("A server answered with an error; nothing was measured.")
        waits = sorted(answer.seconds * 1000 for answer in answers)
        return Measured(
            cpu_us=cpu / len(bodies) * 1e6,
            per_second=len(bodies) / seconds,
            p50_ms=statistics.median(waits),
            p95_ms=waits[int(len(waits) * 0.95)],
            rss_mb=_rss_mb(self._process.pid),
        )

    def await_answers(self) -> None:
        """Wait until the server answers; raises ``SystemExit`` if it never does."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                if self.post([asked(0)], 1)[0].status == 200:
                    return
            except (OSError, asyncio.IncompleteReadError):
                pass
            time.sleep(0.2)
        raise SystemExit(f"A server did not start: {self._process.args!r}")


def _cpu_s(pid: int) -> float:
    """Ask the system for a process's CPU seconds: from /proc where there is one, else from ps."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    minutes, _, seconds = _ps(pid, "time").rpartition(":")
    hours, _, minutes = minutes.rpartition(":")
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)


def _rss_mb(pid: int) -> float:
    return int(_ps(pid, "rss")) / 1024


def _ps(pid: int, column: str) -> str:
    asked_of = ["ps", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(asked_of, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def _process(*command: str, port: int, folder: Path) -> Iterator[Foreign]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        one = Foreign(process, port)
        one.await_answers()
        yield one
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


@contextmanager
def aimock(program: Path) -> Iterator[Foreign]:
    """Start aimock with one answer to everything."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, port = Path(scratch), _free_port()
        fixture = {"match": {"userMessage": "Ana"}, "response": {"content": ANSWER}}
        (folder / "fixtures.json").write_text(json.dumps({"fixtures": [fixture]}))
        told = {"fixtures": "fixtures.json", "chunkSize": CHUNK, "logLevel": "silent"}
        (folder / "aimock.json").write_text(json.dumps({"llm": told}))
        options = ("--config", "aimock.json", "--port", str(port), "--host", LOOPBACK)
        with _process(str(program), *options, port=port, folder=folder) as one:
            yield one


@contextmanager
def litellm_proxy(program: Path) -> Iterator[Foreign]:
    """Start litellm's proxy with its mock model, one worker."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, port = Path(scratch), _free_port()
        mock = {"model": "openai/mock", "api_key": "none", "mock_response": ANSWER}
        told = {
            "model_list": [{"model_name": "sim-fast", "litellm_params": mock}],
            # None of the others checks a key, and this one answers on loopback with a mock.
            "general_settings": {"dangerously_permit_weak_or_unset_master_key": True},
        }
        # JSON is YAML.
        (folder / "config.yaml").write_text(json.dumps(told))
        options = ("--config", "config.yaml", "--port", str(port), "--host", LOOPBACK)
        with _process(str(program), *options, port=port, folder=folder) as one:
            yield one


@dataclass(slots=True)
class Contender:
    """A server to be measured: how to start it, and how many requests it is given."""

    name: str
    start: Callable[[], AbstractContextManager[Measurable]]
    requests: int
    runs: dict[bool, list[Measured]] = field(default_factory=lambda: {False: [], True: []})
    events: int = 0


def contenders(home: Path, requests: int) -> list[Contender]:
    """List those that are installed, and say which are not."""
    ours = ("bare", "reader off", "reader on")
    found = [Contender(kind, partial(server, kind), requests) for kind in ours]
    node = aimock_folder(home) / "node_modules" / ".bin" / "aimock"
    proxy = environment("proxy", home) / "bin" / "litellm"
    if node.exists() and shutil.which("node"):
        found.append(Contender("aimock", partial(aimock, node), requests))
    else:
        say("aimock is not installed and is skipped (--install installs it; it needs node 20)")
    if (proxy.parent.parent / READY).exists():
        # It is two orders of magnitude slower, so a tenth of the requests tell as much.
        found.append(Contender("litellm", partial(litellm_proxy, proxy), max(100, requests // 10)))
    else:
        say("litellm's proxy is not installed and is skipped (--install installs it)")
    return found


def aimock_folder(home: Path) -> Path:
    """Say where aimock is installed."""
    return home / "conformance" / "aimock"


async def install(home: Path) -> None:
    """Install the foreign servers by their locks; without npm, litellm's proxy only."""
    await ensure("proxy", home)
    if not shutil.which("npm"):
        say("npm is not on this machine, so aimock is not installed; node 20 or later brings it")
        return
    folder = aimock_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCKS / "aimock" / name, folder)
    process = await asyncio.create_subprocess_exec(
        "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder
    )
    if await process.wait():
        raise SystemExit("npm could not install aimock; is node 20 or later there?")


def measure(one: Contender) -> None:
    """Start a server, warm it up, and measure it whole and streamed."""
    with one.start() as running:
        for stream in (False, True):
            bodies = [asked(number, stream=stream) for number in range(one.requests)]
            warm = running.post(bodies[:WARM_UP], CONCURRENCY)
            one.runs[stream].append(running.measure(bodies, CONCURRENCY))
            one.events = warm[0].body.count(b"data: ")


def table(found: Sequence[Contender]) -> None:
    """Print the medians of the rounds, and each as a multiple of the bare app."""
    say(f"{'':12}{'':9}{'CPU us':>9}{'x bare':>8}{'req/s':>9}{'p50 ms':>8}{'MB':>6}  events")
    for stream in (False, True):
        floor = statistics.median(run.cpu_us for run in found[0].runs[stream])
        for one in found:
            runs = one.runs[stream]
            cpu, speed, p50 = (
                statistics.median(getattr(run, name) for run in runs)
                for name in ("cpu_us", "per_second", "p50_ms")
            )
            say(
                f"{one.name:12}{'streamed' if stream else 'whole':9}{cpu:9.0f}{cpu / floor:8.1f}"
                f"{speed:9.0f}{p50:8.1f}{runs[-1].rss_mb:6.0f}{one.events if stream else '':>8}"
            )


def main() -> None:
    """Measure all that are installed."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.bench_servers")
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--install", action="store_true", help="install the foreign servers first")
    told = parser.parse_args()
    home = Path(os.environ.get("CAPSTONE_HOME", ".capstone")).absolute()
    if told.install:
        asyncio.run(install(home))
    found = contenders(home, told.requests)
    for _ in range(told.rounds):
        for one in found:
            measure(one)
    table(found)


if __name__ == "__main__":
    main()
