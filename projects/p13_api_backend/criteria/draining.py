"""8: a server that stops, with work in its hands."""

import asyncio

import httpx2

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .http import Event, answered, fault_of, new_key, text_of
from .service import Desk
from .streams import ends

WORDS = ("Yes, ", "it ", "did.")
LONG_WORK_S = 4.0
"""Longer than the notice and what a server allows itself when it is told to end."""


@fact(timeout_s=120)
@answered
async def drained(desk: Desk) -> list[tuple[str, bool]]:
    """Send SIGTERM while one answer is being made and another is being streamed."""
    go, silent = asyncio.Event(), asyncio.Event()
    async with desk.beside(2, notice_s=1.5, drain_s=20.0) as server:
        whole, streaming = desk.plan(go, *WORDS), desk.plan(WORDS[0], silent)
        key, body = new_key(), {"question": f"Did it? {streaming}"}
        asking = asyncio.create_task(
            server.clients["ana"].post("/v1/answers", {"question": f"Did it? {whole}"})
        )
        reading = asyncio.create_task(read(server, body, key))
        await desk.upstream.until_called(whole)
        await desk.upstream.until_called(streaming)
        before = await server.clients["ana"].get("/readyz")
        await desk.subject.terminate()
        ready = await turned(server)
        await asyncio.sleep(0.5)
        alive, unfinished = await alive_still(server), not asking.done()
        events = await reading
        hung_up = await ends(await desk.upstream.until_called(streaming))
        await asyncio.sleep(LONG_WORK_S)
        go.set()
        finished = await status_of(asking)
        ended = await stopped(server.running[0])
    desk.upstream.plans[streaming] = WORDS
    after = await desk.clients["ana"].events(body, key=key, seen=str(len(WORDS[0])))
    noticed, late = await given_up(desk)
    return [
        ("before, it is ready", before.status_code == 200),
        ("readiness turns first, while work goes on", ready and unfinished),
        ("for its notice the door stays open", alive),
        ("what was begun is finished", finished == 201),
        ("a stream is closed by an event", bool(events) and events[-1].name == "closing"),
        ("its model is hung up on", hung_up),
        ("then the server ends by itself", ended),
        ("with little time for its work it keeps its notice all the same", noticed),
        ("and where an answer never comes, after its time", late),
        ("another server goes on with the stream", text_of(after) == "".join(WORDS[1:])),
    ]


async def given_up(desk: Desk) -> tuple[bool, bool]:
    """Stop a server that works on what will not end; says if it kept its notice, and its time."""
    async with desk.beside(2, notice_s=4.0, drain_s=0.5, deadline_s=40.0) as server:
        mark = desk.plan(asyncio.Event())
        asking = asyncio.create_task(
            server.clients["ana"].post("/v1/answers", {"question": f"Did it? {mark}"})
        )
        await desk.upstream.until_called(mark)
        await desk.subject.terminate()
        await asyncio.sleep(1.5)
        alive = await alive_still(server)
        ended = await stopped(server.running[0], within_s=15)
        await status_of(asking)
    return alive, ended


async def alive_still(server: Desk) -> bool:
    """Say whether somebody new is still answered."""
    try:
        async with asyncio.timeout(5):
            return (await server.clients["ana"].get("/healthz")).status_code == 200
    except (httpx2.HTTPError, OSError, TimeoutError):
        return False


async def read(server: Desk, body: object, key: str) -> list[Event]:
    """Read a stream as far as it goes."""
    try:
        return await server.clients["ana"].events(body, key=key)
    except (httpx2.HTTPError, OSError):
        return []


async def turned(server: Desk) -> bool:
    """Say whether readiness turns to 503 before the door closes."""
    for _ in range(100):
        try:
            answer = await server.clients["ana"].get("/readyz")
        except (httpx2.HTTPError, OSError):
            return False
        if answer.status_code == 503:
            return not fault_of(answer, 503, "/readyz")
        await asyncio.sleep(0.01)
    return False


async def status_of(asking: "asyncio.Task[httpx2.Response]") -> int:
    """Wait for an answer; 0 where it was dropped."""
    try:
        return (await asking).status_code
    except (httpx2.HTTPError, OSError):
        return 0


async def stopped(call: "asyncio.Task[None]", within_s: float = 30) -> bool:
    """Say whether the server comes to its end."""
    try:
        async with asyncio.timeout(within_s):
            await asyncio.shield(call)
    except TimeoutError:
        return False
    return True


@criterion("P13.8b", level=Level.SENIOR, at_least=1.0)
def a_stopping_server_drops_nothing(drained: list[tuple[str, bool]]) -> Measured:
    """What holds from SIGTERM to the end: nobody new, nothing dropped, streams told.

    Closing the door first drops whoever the balancer still sends: readiness turns first.
    """
    failures = [Failure(case=case) for case, held in drained if not held]
    return share((held for _, held in drained), failures=failures)
