"""Task 2: the layer around everything else."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from projects.p13_api_backend.edge import Drain, Edge
from projects.p13_api_backend.given.contract import Options
from shared.connection import TRANSPORT

pytestmark = pytest.mark.anyio
PATIENCE_S = 5


class Aborted:
    """A connection that can be dropped."""

    aborted = False

    def abort(self) -> None:
        """Drop it."""
        self.aborted = True


async def call(
    app: Any,
    *,
    body: tuple[bytes, ...] = (b"",),
    headers: dict[str, str] | None = None,
    deadline_s: float = 0.1,
) -> tuple[list[MutableMapping[str, Any]], Scope]:
    sent: list[MutableMapping[str, Any]] = []
    pieces = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/answers",
        "headers": raw,
        "query_string": b"",
        "extensions": {TRANSPORT: Aborted()},
    }

    async def receive() -> MutableMapping[str, Any]:
        return pieces.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    options = Options(deadline_s=deadline_s, body_bytes=10)
    await Edge(app, drain=Drain(), options=options)(scope, receive, send)
    return sent, scope


async def failing(_: Scope, __: Receive, ___: Send) -> None:
    raise ZeroDivisionError("canary")


async def hanging(_: Scope, __: Receive, ___: Send) -> None:
    await asyncio.Event().wait()


async def hurried(scope: Scope, _: Receive, __: Send) -> None:
    scope["state"]["clock"].reschedule(asyncio.get_running_loop().time())
    await asyncio.Event().wait()


async def begun(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError("canary")


async def reading(_: Scope, receive: Receive, __: Send) -> None:
    while True:
        await receive()


async def test_whatever_is_raised_becomes_a_problem_with_a_trace_id() -> None:
    sent, scope = await call(failing)

    assert sent[0]["status"] == 500
    assert b"canary" not in sent[1]["body"]
    assert scope["state"]["trace_id"].encode() in sent[1]["body"]


async def test_the_callers_trace_goes_on() -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    _, scope = await call(failing, headers={"traceparent": parent})

    assert scope["state"]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_what_takes_too_long_is_ended_and_answered_504() -> None:
    sent, _ = await call(hanging)

    assert sent[0]["status"] == 504


async def test_whoever_learns_of_an_earlier_deadline_moves_the_clock() -> None:
    async with asyncio.timeout(PATIENCE_S):
        sent, _ = await call(hurried, deadline_s=2 * PATIENCE_S)

    assert sent[0]["status"] == 504


async def test_an_answer_that_has_begun_is_cut_not_completed() -> None:
    sent, scope = await call(begun)

    assert len(sent) == 1
    assert scope["extensions"][TRANSPORT].aborted


async def test_a_body_that_says_it_is_too_long_is_refused_unread() -> None:
    sent, _ = await call(reading, body=(), headers={"content-length": "11"})

    assert sent[0]["status"] == 413


async def test_a_body_that_grows_too_long_is_refused_there() -> None:
    sent, _ = await call(reading, body=(b"a" * 6, b"a" * 6, b"a" * 6))

    assert sent[0]["status"] == 413
