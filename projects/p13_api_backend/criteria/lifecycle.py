"""4: opening and closing, again and again, and what the routes stand on."""

import ast
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, amount, criterion, fact

from .cases import FOLDER, modules
from .http import answered
from .service import Desk, looking

CYCLES = 20
SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FOREIGN = (
    "psycopg",
    "psycopg_pool",
    "openai",
    "anthropic",
    "httpx",
    "httpx2",
    "uvicorn",
    "pgvector",
)
EDGES = {"store.py", "serving.py", "__main__.py", "bench.py"}
"""Where foreign code may be named: behind the protocols, and where everything is put together."""


@dataclass(frozen=True)
class Cycles:
    """What was left behind after starting and stopping the service."""

    sessions: int
    calls: int
    served: int


@fact(timeout_s=180)
@answered
async def cycles(desk: Desk) -> Cycles:
    """Start and stop the service, each time with some work in between."""
    async with looking(desk.database) as connection:
        await turn(desk)  # so that what is made once is there before we count
        before = await count(connection)
        open_before = desk.upstream.open
        served = sum([await turn(desk) for _ in range(CYCLES)])
        after = before
        for _ in range(50):
            if (after := await count(connection)) <= before:
                break
            await asyncio.sleep(0.1)
    return Cycles(after - before, desk.upstream.open - open_before, served)


async def turn(desk: Desk) -> bool:
    """Start, ask, stop."""
    async with desk.beside(1, notice_s=0.0) as server:
        mark = desk.plan("Yes.")
        answer = await server.clients["ana"].post("/v1/answers", {"question": f"Is it? {mark}"})
    return answer.status_code == 201 and server.running[0].done()


async def count(connection: object) -> int:
    """Count the sessions on the database beside our own."""
    found = await (await connection.execute(SESSIONS)).fetchone()  # type: ignore[attr-defined]
    return int(found[0])


@criterion("P13.4a", level=Level.ROBUST, at_most=0)
def nothing_is_left_behind(cycles: Cycles) -> Measured:
    """Sessions and calls left open after twenty starts and stops, each of which served.

    The lifespan closes what it opened, in the opposite order, whatever happened in between.
    """
    missed = CYCLES - cycles.served
    failures = [Failure(case=str(cycles))] if missed or cycles.sessions or cycles.calls else []
    return amount(cycles.sessions + cycles.calls + missed, n=CYCLES, failures=failures)


@criterion("P13.4b", level=Level.ROBUST, at_most=0)
def routes_know_protocols_only(cycles: Cycles) -> Measured:
    """Places where something foreign is known that a protocol should stand for, or a test patches.

    Drivers and clients are named where they are put together; routes get them by `Depends`, and
    tests put others in their place by `dependency_overrides`.
    """
    places = [*foreign(), *patched()] if cycles.served else ["nothing was served"]
    return amount(len(places), n=1, failures=[Failure(case=place) for place in places])


def foreign() -> Iterator[str]:
    """Yield imports of foreign code outside the edges."""
    for file in modules():
        if file.name in EDGES:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            yield from (f"{file.name}: {n}" for n in names if n.split(".")[0] in FOREIGN)


def patched() -> Iterator[str]:
    """Yield tests that patch, where an override would do."""
    for file in sorted((FOLDER / "tests").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "monkeypatch" in text or "mock.patch" in text:
            yield f"tests/{file.name}"
