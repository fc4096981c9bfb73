"""Load the service and, beside it in the same run, a bare FastAPI application on the same server.

python -m projects.p13_api_backend.given.bench --seconds 5 --users 16

Locust makes the load, from an environment of its own that is installed by hash when first needed.
The model is the simulator in this process, on the virtual clock: what is timed is the service.
"""

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from projects.p13_api_backend.__main__ import database_url, listen, order_of
from projects.p13_api_backend.given.contract import Health, Role
from projects.p13_api_backend.serving import issue, stock
from shared.connection import timed
from shared.errors import CapstoneError, ConfigurationError
from shared.settings import read_settings
from shared.simulator.server import running
from shared.world.world import draw

LOCK = Path(__file__).with_name("locks") / "bench.txt"
MODULE = "projects.p13_api_backend"
LOCUST = """
import os, uuid
from locust import FastHttpUser, constant, task

class Visitor(FastHttpUser):
    wait_time = constant(0)

    @task
    def visit(self):
        headers = {"authorization": "Bearer " + os.environ["KEY"]}
        headers["idempotency-key"] = uuid.uuid4().hex
        body = os.environ["BODY"]
        if body:
            headers["content-type"] = "application/json"
            self.client.post(os.environ["TARGET"], data=body, headers=headers, name="x")
        else:
            self.client.get(os.environ["TARGET"], headers=headers, name="x")
"""


@dataclass(frozen=True)
class Target:
    """Something to ask for."""

    title: str
    port: int
    path: str
    body: str = ""


@dataclass(frozen=True)
class Measured:
    """What one target bore."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failures: int


async def run(*command: str, folder: Path, **environment: str) -> str:
    """Run a program to its end; raises ``ConfigurationError`` with what it said."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode(errors="replace")
    if process.returncode:
        raise ConfigurationError(f"{command[0]} ended with {process.returncode}: {said[-800:]}")
    return said


def place(home: Path) -> Path:
    """Say where the load generator is: the name changes with its lock and with the Python."""
    told = LOCK.read_bytes() + sys.version.encode()
    return home.absolute() / "bench" / hashlib.sha256(told).hexdigest()[:12]


async def environment(home: Path) -> Path:
    """Give the load generator's interpreter; its environment is made when the lock is new."""
    folder = place(home)
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        sys.stderr.write("Installing the load generator, once …\n")
        shutil.rmtree(folder, ignore_errors=True)
        await run(sys.executable, "-m", "venv", str(folder), folder=LOCK.parent)
        options = ("--quiet", "--no-compile", "--no-deps", "--require-hashes")
        pip = (str(python), "-m", "pip", "--disable-pip-version-check", "install", *options)
        await run(*pip, "--only-binary", ":all:", "-r", str(LOCK), folder=LOCK.parent)
        (folder / ".ready").touch()
    return python


async def load(python: Path, target: Target, key: str, users: int, seconds: int) -> Measured:
    """Load one target."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "locustfile.py").write_text(LOCUST, encoding="utf-8")
        host = f"http://127.0.0.1:{target.port}"
        bounds = ("-u", str(users), "-r", str(users), "-t", f"{seconds}s", "--host", host)
        command = (str(python), "-m", "locust", "--headless", "--json", *bounds)
        # Failures are counted here, so they end nothing there.
        shown = {"KEY": key, "BODY": target.body, "TARGET": target.path}
        said = await run(*command, "--exit-code-on-error", "0", folder=folder, **shown)
        return read(said)


def read(said: str) -> Measured:
    """Read what the load generator measured; raises ``ConfigurationError`` where it did not."""
    _, found, told = said.partition("[\n")
    entries = json.JSONDecoder().raw_decode("[" + told)[0] if found else []
    entry = next((entry for entry in entries if entry["name"] == "x"), None)
    if entry is None or not entry["num_requests"]:
        raise ConfigurationError(f"Nothing was asked: {said[-800:]}")
    times = sorted((float(ms), count) for ms, count in entry["response_times"].items())
    spread = [ms for ms, count in times for _ in range(count)]
    seconds = max(0.1, entry["last_request_timestamp"] - entry["start_time"])
    return Measured(
        entry["num_requests"] / seconds,
        spread[len(spread) // 2],
        spread[len(spread) * 99 // 100],
        entry["num_failures"],
    )


@asynccontextmanager
async def process(*command: str, port: int, **environment: str) -> AsyncIterator[None]:
    """Run a server in a process of its own until the block ends."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if server.returncode is not None:
                raise ConfigurationError(f"{' '.join(command)} ended with {server.returncode}.")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break
        yield
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


def free_ports(count: int) -> Iterator[int]:
    """Find ports that are free."""
    for _ in range(count):
        with socket.create_server(("127.0.0.1", 0)) as found:
            yield int(found.getsockname()[1])


async def measure(users: int, seconds: int) -> None:
    """Measure everything, one target after the other."""
    settings, world = read_settings(), draw(7)
    python = await environment(settings.home)
    names = {product.sku: product.name for product in world.products}
    bare, ours = free_ports(2)
    async with database_url(settings) as url, running(home=settings.home) as model:
        await stock(url, [order_of(order, names) for order in world.orders])
        key = await issue(url, "bench", Role.AGENT, burst=1e9, per_s=1e9)
        shown = {"CAPSTONE_BASE_URL": model, "CAPSTONE_API_KEY": "any"}
        async with (
            process(f"{MODULE}.given.bench", "--bare", str(bare), port=bare),
            process(MODULE, "serve", "--port", str(ours), port=ours, **shown),
        ):
            order = world.orders[-1].id
            for target in targets(bare, ours, order):
                sys.stdout.write(row(target, await load(python, target, key, users, seconds)))
                sys.stdout.flush()


def targets(bare: int, ours: int, order: str) -> tuple[Target, ...]:
    """List what is asked for, from nothing to everything."""
    refund = json.dumps({"amount_cents": 1, "reason": "bench"})
    question = json.dumps({"question": "What is the status of the order?", "order_id": order})
    return (
        Target("bare FastAPI, GET /healthz", bare, "/healthz"),
        Target("this service, GET /healthz", ours, "/healthz"),
        Target("this service, GET an order", ours, f"/v1/orders/{order}"),
        Target("this service, GET 20 orders", ours, "/v1/orders"),
        Target("this service, POST a refund", ours, f"/v1/orders/{order}/refunds", refund),
        Target("this service, POST a question", ours, "/v1/answers", question),
    )


def row(target: Target, measured: Measured) -> str:
    """Write a line of the table."""
    failed = f"{measured.failures} failed" if measured.failures else ""
    return (
        f"{target.title:32}{measured.per_s:8.0f} /s   p50 {measured.p50_ms:5.0f} ms"
        f"   p99 {measured.p99_ms:5.0f} ms   {failed}\n"
    )


def serve_bare(port: int) -> None:
    """Serve the least that FastAPI can, on the same server with the same settings."""
    app = FastAPI(openapi_url=None)

    @app.get("/healthz")
    async def health() -> Health:
        return Health()

    config = uvicorn.Config(
        app, http=timed(10), ws="none", log_config=None, access_log=False, server_header=False
    )
    with listen(port) as listening:
        asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}.given.bench", description=__doc__)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--bare", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bare is not None:
        serve_bare(asked.bare)
        return 0
    if not (1 <= asked.users <= 500 and 1 <= asked.seconds <= 600):
        parser.error("--users must be 1 to 500 and --seconds 1 to 600")
    try:
        asyncio.run(measure(asked.users, asked.seconds))
    except CapstoneError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
