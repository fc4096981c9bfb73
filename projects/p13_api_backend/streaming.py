"""Server-sent events: what was made of a source of events, and when to stop asking it.

Knows nothing of answers and models; it sees a generator and closes it in time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import anyio
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from projects.p13_api_backend.given.answers import Numbered
from projects.p13_api_backend.given.contract import Closing, Failed
from projects.p13_api_backend.given.problems import Problem

HEARTBEAT = format_sse_event(comment="still here")
CLOSING_S = 5.0
"""How long a source may take to clean up."""


def live(
    source: AsyncGenerator[Numbered, None],
    *,
    heartbeat_s: float,
    stopping: asyncio.Event,
    explain: Callable[[Exception], Problem],
) -> AsyncGenerator[bytes, None]:
    """Write the events of ``source`` as they come, and stop it when nobody will read them.

    A comment is sent whenever ``heartbeat_s`` pass without an event, so that proxies keep the
    connection and a dead one is found out. When ``stopping`` is set, one ``closing`` event follows
    and no other. An exception of the source becomes one ``error`` event. However the generator that
    is returned ends, closed and cancelled included, the source is closed before it does.
    """
    # task 8: begin
    return _live(source, heartbeat_s, stopping, explain)
    # task 8: end


async def _live(
    source: AsyncGenerator[Numbered, None],
    heartbeat_s: float,
    stopping: asyncio.Event,
    explain: Callable[[Exception], Problem],
) -> AsyncGenerator[bytes, None]:
    stop = asyncio.ensure_future(stopping.wait())
    coming: asyncio.Future[Numbered] | None = None
    at = 0
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(source))
            either: set[asyncio.Future[Any]] = {coming, stop}
            await asyncio.wait(either, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                numbered = coming.result()
                coming, at = None, numbered.id
                yield written(numbered)
            elif stop.done():
                await _close(source, coming)  # first, so that whoever comes back finds it settled
                yield written(Numbered(at, Closing()))
                return
            else:
                yield HEARTBEAT
    except StopAsyncIteration:
        return
    except Exception as error:  # noqa: BLE001 (whatever broke, the client hears of it in the stream)
        yield written(Numbered(at, Failed(problem=explain(error))))
    finally:
        stop.cancel()
        await _close(source, coming)


async def _close(
    source: AsyncGenerator[Numbered, None], coming: asyncio.Future[Numbered] | None
) -> None:
    """Interrupt a source wherever it is, and see it end, even while we are being cancelled."""
    with anyio.move_on_after(CLOSING_S, shield=True):
        if coming is not None and not coming.done():
            coming.cancel()
            await asyncio.wait([coming])
        await source.aclose()


def written(numbered: Numbered) -> bytes:
    """Write one event in the wire's format."""
    event = numbered.event
    return format_sse_event(
        data_str=event.model_dump_json(), event=event.event, id=str(numbered.id)
    )


class EventStream(StreamingResponse):
    """A response of events whose source is closed when the client leaves, not when it is collected.

    The server's ``http.disconnect`` cancels the sending; without ``aclosing`` a generator that
    stands at a ``yield`` would then wait for the garbage collector, and the model would talk on.
    FastAPI's own ``EventSourceResponse`` pings every 15 s, whatever one wishes, and begins the
    answer before anything can be refused.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they or the client's patience end."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)
