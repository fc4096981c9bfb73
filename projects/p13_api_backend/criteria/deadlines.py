"""8: a deadline ends the work, not only the waiting."""

import asyncio

from shared.criteria import Failure, Level, Measured, criterion, fact, share

from .hostile import unread
from .http import answered, fault_of
from .service import Desk, looking
from .streams import ends

SOON = {"x-deadline-ms": "400"}
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


@fact(timeout_s=90)
@answered
async def late(desk: Desk) -> list[tuple[str, bool]]:
    """Ask with a short deadline: of a silent model, of a locked table, and without reading."""
    return [
        *await silent_model(desk),
        *await silent_stream(desk),
        *await unread(desk, **SOON),
        *await locked(desk),
    ]


async def silent_model(desk: Desk) -> list[tuple[str, bool]]:
    """Ask a model that says nothing."""
    mark = desk.plan(asyncio.Event())
    answer = await desk.clients["ana"].post("/v1/answers", {"question": f"Why? {mark}"}, **SOON)
    call = await desk.upstream.until_called(mark)
    return [
        ("model: the client is told 504", not fault_of(answer, 504, "/v1/answers")),
        ("model: its call is ended", await ends(call)),
    ]


async def silent_stream(desk: Desk) -> list[tuple[str, bool]]:
    """Ask a model that stops talking."""
    mark = desk.plan("Well, ", asyncio.Event())
    events = await desk.clients["ana"].events({"question": f"Why? {mark}"}, **SOON)
    call = await desk.upstream.until_called(mark)
    status = events[-1].data.get("problem", {}).get("status")
    return [
        ("stream: the last event says so", events[-1].name == "error" and status == 504),
        ("stream: its call is ended", await ends(call)),
    ]


async def locked(desk: Desk) -> list[tuple[str, bool]]:
    """Ask for a refund while somebody holds the orders; look who still waits afterwards."""
    order = desk.own("ana")[0]["id"]
    path = f"/v1/orders/{order}/refunds"
    async with looking(desk.database) as holder, looking(desk.database) as watcher:
        async with holder.transaction():
            await holder.execute("LOCK TABLE refund IN ACCESS EXCLUSIVE MODE")
            body = {"amount_cents": 1, "reason": "late"}
            answer = await desk.clients["agent"].post(path, body, **SOON)
            found = await (await watcher.execute(WAITING)).fetchone()
        free = await desk.clients["agent"].post(path, body)
    return [
        ("database: the client is told 504", not fault_of(answer, 504, path)),
        ("database: no statement waits on", found == (0,)),
        ("database: afterwards all is well", free.status_code == 201),
    ]


@criterion("P13.8a", level=Level.SENIOR, at_least=1.0)
def deadlines_end_the_work(late: list[tuple[str, bool]]) -> Measured:
    """What holds after a deadline: the client knows, no call and no statement goes on.

    Whoever only stops waiting leaves the work running, for nobody, at the worst possible time.
    """
    failures = [Failure(case=case) for case, held in late if not held]
    return share((held for _, held in late), failures=failures)
