"""The limit and the deadline."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from shared.errors import ConfigurationError, DeadlineExceededError
from shared.llm.deadline import DeadlineModel
from shared.llm.limit import LimitedModel
from shared.llm.messages import ChatRequest, Reply, StreamEvent, TextDelta
from shared.llm.tests.wire import ASK, Dialect, opened
from shared.testing import Then, completion, raw_server

pytestmark = pytest.mark.anyio


class GatedModel:
    """Answers once its gate opens; counts how many calls are inside."""

    name = "gated"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.inside = 0
        self.peak = 0
        self.entered = asyncio.Event()

    async def complete(self, request: ChatRequest) -> Reply:
        _ = [event async for event in self.stream(request)]
        return completion("done")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        assert request is ASK
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        try:
            self.entered.set()
            yield TextDelta(text="one")
            await self.gate.wait()
            yield TextDelta(text="two")
        finally:
            self.inside -= 1


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    gated = GatedModel()
    model = LimitedModel(gated, max_in_flight=3)

    calls = [asyncio.create_task(model.complete(ASK)) for _ in range(10)]
    await settle()
    inside = gated.inside
    gated.gate.set()
    await asyncio.gather(*calls)

    assert inside == 3
    assert gated.peak == 3


async def test_the_limit_holds_at_the_server(dialect: Dialect) -> None:
    gate = asyncio.Event()
    async with (
        raw_server([gate, *dialect.whole("here")]) as server,
        opened(dialect, server.url) as bare,
    ):
        model = LimitedModel(bare, max_in_flight=2)
        calls = [asyncio.create_task(model.complete(ASK)) for _ in range(5)]
        await server.arrived.wait()
        gate.set()
        replies = await asyncio.gather(*calls)

    assert [reply.text for reply in replies] == ["here"] * 5
    assert server.peak <= 2


async def test_a_stream_holds_its_place_until_it_is_closed() -> None:
    gated = GatedModel()
    model = LimitedModel(gated, max_in_flight=1)

    async with aclosing(model.stream(ASK)) as events:
        await anext(events)
        waiting = asyncio.create_task(model.complete(ASK))
        await settle()
        inside = gated.inside
    gated.gate.set()
    reply = await waiting

    assert inside == 1
    assert reply.text == "done"
    assert gated.peak == 1


def test_a_limit_that_lets_nothing_through_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="at least one"):
        LimitedModel(GatedModel(), max_in_flight=0)


async def test_a_cancelled_call_gives_its_place_back() -> None:
    gated = GatedModel()
    model = LimitedModel(gated, max_in_flight=1)
    stuck = asyncio.create_task(model.complete(ASK))
    await gated.entered.wait()

    stuck.cancel()
    await asyncio.wait([stuck])
    gated.gate.set()
    reply = await model.complete(ASK)

    assert reply.text == "done"


async def test_a_late_answer_misses_the_deadline() -> None:
    model = DeadlineModel(GatedModel(), seconds=0.02)

    with pytest.raises(DeadlineExceededError, match=r"gated did not finish within 0\.02 s"):
        await model.complete(ASK)


async def test_the_deadline_runs_across_a_stream() -> None:
    gated = GatedModel()
    model = DeadlineModel(gated, seconds=0.02)

    async with aclosing(model.stream(ASK)) as events:
        first = await anext(events)
        with pytest.raises(DeadlineExceededError):
            await anext(events)

    assert first == TextDelta(text="one")
    assert gated.inside == 0


class SlowModel(GatedModel):
    """Takes 0.04 s before every piece."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        assert request is ASK
        for _ in range(5):
            await asyncio.sleep(0.04)
            yield TextDelta(text="piece")


async def test_each_wait_draws_on_the_same_deadline() -> None:
    model = DeadlineModel(SlowModel(), seconds=0.1)

    with pytest.raises(DeadlineExceededError):
        _ = [event async for event in model.stream(ASK)]


async def test_a_missed_deadline_closes_the_connection(dialect: Dialect) -> None:
    answer = [*dialect.pieces("a", "b", finish=None, ended=False), Then.HANG]
    async with raw_server(answer) as server, opened(dialect, server.url) as bare:
        with pytest.raises(DeadlineExceededError):
            _ = [event async for event in DeadlineModel(bare, seconds=0.2).stream(ASK)]
        async with asyncio.timeout(5):
            await server.departed.wait()


async def test_a_slow_reader_does_not_use_up_the_deadline() -> None:
    gated = GatedModel()
    gated.gate.set()
    came: list[StreamEvent] = []

    async with aclosing(DeadlineModel(gated, seconds=0.05).stream(ASK)) as events:
        async for event in events:
            came.append(event)
            await asyncio.sleep(0.06)

    assert len(came) == 2
