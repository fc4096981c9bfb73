"""Calls are timed by the clock that ran: the simulator's virtual one, or the one on the wall."""

import asyncio
from pathlib import Path

import pytest
from pydantic import HttpUrl

from shared.llm.connect import provider
from shared.llm.messages import ChatRequest, user
from shared.llm.stopwatch import stopwatch
from shared.settings import Settings
from shared.simulator.server import running

pytestmark = pytest.mark.anyio
HELLO = ChatRequest(messages=(user("What is 2 + 2?"),))


async def test_the_virtual_clock_is_told_and_nobody_waits(tmp_path: Path) -> None:
    async with (
        running(home=tmp_path) as url,
        provider(Settings(model="sim-fast", base_url=HttpUrl(url))) as model,
    ):
        with stopwatch() as first:
            await model.complete(HELLO)
        with stopwatch() as twice:
            await model.complete(HELLO)
            await model.complete(HELLO)

    assert first.virtual
    assert twice.seconds == pytest.approx(2 * first.seconds)


async def test_tasks_do_not_see_the_times_of_each_other(tmp_path: Path) -> None:
    async def once() -> float:
        with stopwatch() as watch:
            await model.complete(HELLO)
        return watch.seconds

    async with (
        running(home=tmp_path) as url,
        provider(Settings(model="sim-fast", base_url=HttpUrl(url))) as model,
    ):
        alone = await once()
        together = await asyncio.gather(once(), once())

    assert list(together) == [pytest.approx(alone)] * 2


async def test_without_a_virtual_clock_the_wall_counts() -> None:
    with stopwatch() as watch:
        await asyncio.sleep(0)

    assert not watch.virtual
    assert watch.seconds >= 0
