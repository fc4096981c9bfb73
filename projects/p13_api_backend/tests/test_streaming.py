"""Task 8, without a network."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from projects.p13_api_backend.edge import problem_of
from projects.p13_api_backend.given.answers import Numbered
from projects.p13_api_backend.given.contract import Delta
from projects.p13_api_backend.given.problems import Problem
from projects.p13_api_backend.streaming import HEARTBEAT, live

pytestmark = pytest.mark.anyio
PATIENCE_S = 4  # less than the heartbeats that are not to be waited for


def explain(error: Exception) -> Problem:
    return problem_of(error, instance="/", trace_id="t")


class Source:
    """Says a word, then what it is told; notes when it is closed."""

    def __init__(self, then: asyncio.Event | Exception | None = None) -> None:
        self.closed = False
        self._then = then

    async def __call__(self) -> AsyncGenerator[Numbered, None]:
        """Say it."""
        try:
            yield Numbered(2, Delta(text="Hi"))
            if isinstance(self._then, asyncio.Event):
                await self._then.wait()
            elif self._then is not None:
                raise self._then
        finally:
            self.closed = True


def running(
    source: Source, stopping: asyncio.Event | None = None, heartbeat_s: float = 0.02
) -> AsyncGenerator[bytes, None]:
    return live(
        source(),
        heartbeat_s=heartbeat_s,
        stopping=stopping or asyncio.Event(),
        explain=explain,
    )


async def test_events_are_written_and_the_source_is_closed() -> None:
    source = Source()

    written = [piece async for piece in running(source)]

    assert written == [b'event: delta\ndata: {"event":"delta","text":"Hi"}\nid: 2\n\n']
    assert source.closed


async def test_silence_is_filled_with_heartbeats_and_loses_nothing() -> None:
    go = asyncio.Event()
    stream = running(Source(go))

    async with asyncio.timeout(PATIENCE_S):
        first = await anext(stream)
        beats = [await anext(stream) for _ in range(3)]
        go.set()
        rest = [piece async for piece in stream]

    assert first.startswith(b"event: delta")
    assert beats == [HEARTBEAT] * 3
    assert [piece for piece in rest if piece != HEARTBEAT] == []


async def test_an_exception_becomes_the_last_event() -> None:
    source = Source(then=ZeroDivisionError("canary"))

    written = [piece async for piece in running(source)]

    assert written[-1].startswith(b"event: error")
    assert b"canary" not in written[-1]
    assert source.closed


async def test_stopping_closes_the_source_and_then_says_so() -> None:
    stopping, source = asyncio.Event(), Source(asyncio.Event())
    stream = running(source, stopping, heartbeat_s=5)
    await anext(stream)

    stopping.set()
    async with asyncio.timeout(PATIENCE_S):
        last = await anext(stream)

    assert source.closed
    assert last.startswith(b"event: closing")
    assert [piece async for piece in stream] == []


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_whoever_leaves_closes_the_source(how: str) -> None:
    source = Source(asyncio.Event())
    stream = running(source, heartbeat_s=5)
    await anext(stream)

    async with asyncio.timeout(PATIENCE_S):
        if how == "close":
            await stream.aclose()
        else:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])

    assert source.closed
