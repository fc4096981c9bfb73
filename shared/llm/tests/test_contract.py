"""What holds for every provider, alone and in every wrapper."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from shared.errors import ModelRejectedError, StreamCutError
from shared.llm.deadline import DeadlineModel
from shared.llm.ledger import Ledger, LedgerModel
from shared.llm.limit import LimitedModel
from shared.llm.messages import (
    Completion,
    FinishReason,
    Refusal,
    StreamEnd,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from shared.llm.model import ChatModel
from shared.llm.retry import RetryingModel
from shared.llm.tests.wire import ASK, WEATHER, Dialect, failing, opened
from shared.testing import RawServer, Step, Then, raw_server

pytestmark = pytest.mark.anyio

Wrap = Callable[[ChatModel], ChatModel]

WRAPS: dict[str, Wrap] = {
    "bare": lambda model: model,
    "retry": RetryingModel,
    "limit": LimitedModel,
    "deadline": DeadlineModel,
    "ledger": lambda model: LedgerModel(model, Ledger()),
    "stack": lambda model: LedgerModel(RetryingModel(LimitedModel(DeadlineModel(model))), Ledger()),
}


@pytest.fixture(params=list(WRAPS.values()), ids=list(WRAPS))
def wrap(request: pytest.FixtureRequest) -> Wrap:
    chosen: Wrap = request.param
    return chosen


@asynccontextmanager
async def talking(
    dialect: Dialect, wrap: Wrap, *answers: list[Step]
) -> AsyncIterator[tuple[ChatModel, RawServer]]:
    async with raw_server(*answers) as server, opened(dialect, server.url) as model:
        yield wrap(model), server


async def collect(
    model: ChatModel, look: Callable[[StreamEvent], object] = lambda _: None
) -> list[StreamEvent]:
    collected: list[StreamEvent] = []
    async with aclosing(model.stream(ASK)) as events:
        async for event in events:
            look(event)
            collected.append(event)
    return collected


async def test_a_whole_answer_is_read(dialect: Dialect, wrap: Wrap) -> None:
    async with talking(dialect, wrap, dialect.whole("Olá!")) as (model, _):
        reply = await model.complete(ASK)

    assert reply == Completion(
        text="Olá!",
        finish_reason=FinishReason.STOP,
        usage=Usage(input_tokens=20, output_tokens=5, cached_tokens=8, reasoning_tokens=2),
        model="m-1-served",
        request_id="req-7",
    )
    assert model.name == "m-1"


async def test_a_stream_gives_its_pieces_then_the_same_answer(dialect: Dialect, wrap: Wrap) -> None:
    async with talking(dialect, wrap, dialect.pieces("Olá", ", mundo", "!")) as (model, _):
        *pieces, last = await collect(model)

    assert pieces == [TextDelta(text=text) for text in ("Olá", ", mundo", "!")]
    assert isinstance(last, StreamEnd)
    assert isinstance(last.reply, Completion)
    assert last.reply.text == "Olá, mundo!"
    assert last.reply.usage == Usage(
        input_tokens=20, output_tokens=5, cached_tokens=8, reasoning_tokens=2
    )


async def test_a_tool_call_is_read_whole_and_streamed(dialect: Dialect, wrap: Wrap) -> None:
    answers = (dialect.whole_call(), dialect.streamed_call())
    async with talking(dialect, wrap, *answers) as (model, _):
        reply = await model.complete(ASK)
        *pieces, last = await collect(model)

    assert isinstance(reply, Completion)
    assert isinstance(last, StreamEnd)
    assert isinstance(last.reply, Completion)
    for answer in (reply, last.reply):
        assert answer.finish_reason is FinishReason.TOOL_CALLS
        assert [(call.id, call.name, call.arguments) for call in answer.tool_calls] == [
            ("c1", "w", WEATHER)
        ]
    written = "".join(piece.arguments for piece in pieces if isinstance(piece, ToolCallDelta))
    assert written == WEATHER


async def test_a_refusal_is_a_refusal_whole_and_streamed(dialect: Dialect, wrap: Wrap) -> None:
    answers = (dialect.whole_refusal("I will not."), dialect.streamed_refusal("I will not."))
    async with talking(dialect, wrap, *answers) as (model, _):
        reply = await model.complete(ASK)
        events = await collect(model)

    assert isinstance(reply, Refusal)
    assert reply.text == "I will not."
    assert [type(event) for event in events] == [StreamEnd]
    assert isinstance(events[0], StreamEnd)
    assert events[0].reply.model_dump(exclude={"request_id"}) == reply.model_dump(
        exclude={"request_id"}
    )


async def test_a_filtered_answer_is_a_refusal(dialect: Dialect, wrap: Wrap) -> None:
    answer = dialect.pieces("Well", finish=dialect.filtered)
    async with talking(dialect, wrap, answer) as (model, _):
        *_, last = await collect(model)

    assert isinstance(last, StreamEnd)
    assert isinstance(last.reply, Refusal)
    assert last.reply.text == "Well"


@pytest.mark.parametrize("ended", [True, False], ids=["clean end", "connection cut"])
async def test_a_stream_without_finish_reason_raises_with_what_came(
    dialect: Dialect, wrap: Wrap, *, ended: bool
) -> None:
    answer = dialect.pieces("Half an ", "answ", finish=None, ended=ended)
    async with talking(dialect, wrap, answer) as (model, server):
        with pytest.raises(StreamCutError) as caught:
            await collect(model)

    assert caught.value.partial == "Half an answ"
    assert len(server.hits) == 1


async def test_a_reset_in_mid_stream_raises_with_what_came(dialect: Dialect, wrap: Wrap) -> None:
    read = asyncio.Event()
    answer = [*dialect.pieces("Half", finish=None, ended=False), read, Then.RESET]
    async with talking(dialect, wrap, answer) as (model, _):
        with pytest.raises(StreamCutError) as caught:
            await collect(model, lambda _: read.set())

    assert caught.value.partial == "Half"


async def test_an_error_in_mid_stream_raises_with_what_came(dialect: Dialect, wrap: Wrap) -> None:
    async with talking(dialect, wrap, dialect.failing_stream("Half")) as (model, _):
        with pytest.raises(StreamCutError, match="worker died") as caught:
            await collect(model)

    assert caught.value.partial == "Half"


async def test_a_rejected_request_raises_once(dialect: Dialect, wrap: Wrap) -> None:
    answer = failing(400, dialect.error(400, "invalid_request_error", "tools must be a list"))
    async with talking(dialect, wrap, answer) as (model, server):
        with pytest.raises(ModelRejectedError, match="tools must be a list"):
            await model.complete(ASK)
        with pytest.raises(ModelRejectedError, match="tools must be a list"):
            await collect(model)

    assert len(server.hits) == 2


async def test_cancelling_a_call_closes_its_connection(dialect: Dialect, wrap: Wrap) -> None:
    async with talking(dialect, wrap, [Then.HANG]) as (model, server):
        call = asyncio.create_task(model.complete(ASK))
        await server.arrived.wait()
        call.cancel()
        await asyncio.wait([call])

        async with asyncio.timeout(5):
            await server.departed.wait()


async def test_leaving_a_stream_closes_its_connection(dialect: Dialect, wrap: Wrap) -> None:
    answer = [*dialect.pieces("One", finish=None, ended=False), Then.HANG]
    async with talking(dialect, wrap, answer) as (model, server):
        async with aclosing(model.stream(ASK)) as events:
            first = await anext(events)

        assert first == TextDelta(text="One")
        async with asyncio.timeout(5):
            await server.departed.wait()
