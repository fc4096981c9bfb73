"""What only OpenAI-compatible servers do."""

import pytest
from openai import AsyncOpenAI

from shared.errors import ModelUnavailableError
from shared.llm.messages import (
    ChatRequest,
    Completion,
    FinishReason,
    Refusal,
    Reply,
    StreamEnd,
    ToolCall,
    user,
)
from shared.llm.openai_model import OpenAIModel
from shared.llm.tests.wire import ASK, OpenAIDialect, failing, opened
from shared.testing import Step, http_answer, raw_server, sse_answer, sse_event

pytestmark = pytest.mark.anyio

OPENAI = OpenAIDialect()
CALLS = [
    {"id": id_, "type": "function", "function": {"name": "w", "arguments": "{}"}}
    for id_ in ("c1", "c2")
]
BOTH = tuple(ToolCall(id=id_, name="w", arguments="{}") for id_ in ("c1", "c2"))


async def whole(*answer: Step) -> Reply:
    async with raw_server(answer) as server, opened(OPENAI, server.url) as model:
        return await model.complete(ASK)


async def streamed(*answer: Step) -> Reply:
    async with raw_server(answer) as server, opened(OPENAI, server.url) as model:
        *_, last = [event async for event in model.stream(ASK)]
    assert isinstance(last, StreamEnd)
    return last.reply


async def test_a_forced_tool_call_that_says_stop_is_a_tool_call() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": CALLS}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}

    reply = await whole(*http_answer({"choices": [choice]}))

    assert isinstance(reply, Completion)
    assert reply.finish_reason is FinishReason.TOOL_CALLS
    assert reply.tool_calls == BOTH


async def test_tool_calls_streamed_without_their_places_are_told_apart_by_id() -> None:
    chunks = [
        sse_event({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}) for call in CALLS
    ]
    end = sse_event({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})

    reply = await streamed(*sse_answer(*chunks, end))

    assert isinstance(reply, Completion)
    assert reply.tool_calls == BOTH


async def test_a_stream_is_complete_with_its_finish_reason_even_without_done() -> None:
    chunk = {"choices": [{"index": 0, "delta": {"content": "here"}, "finish_reason": "length"}]}

    reply = await streamed(*sse_answer(sse_event(chunk)))

    assert isinstance(reply, Completion)
    assert (reply.text, reply.finish_reason) == ("here", FinishReason.LENGTH)
    assert reply.model == "m-1"


async def test_a_prompt_stopped_by_a_filter_is_a_refusal() -> None:
    answer = failing(400, OPENAI.error(400, "content_filter", "The prompt was filtered."))

    replies = [await whole(*answer), await streamed(*answer)]

    for reply in replies:
        assert isinstance(reply, Refusal)
        assert "The prompt was filtered." in reply.text


async def test_a_stream_of_nonsense_names_the_settings() -> None:
    with pytest.raises(ModelUnavailableError, match="CAPSTONE_DIALECT"):
        await streamed(*sse_answer("data: {not json\n\n"))


async def test_the_limit_on_output_is_named_as_the_server_wants() -> None:
    request = ChatRequest(messages=(user("Hi"),), max_tokens=7)
    async with (
        raw_server(OPENAI.whole("here")) as server,
        AsyncOpenAI(api_key="k", base_url=server.url, max_retries=0) as client,
    ):
        model = OpenAIModel(client, "o-9", limit_field="max_completion_tokens")
        await model.complete(request)

    assert server.hits[0].json["max_completion_tokens"] == 7
    assert "max_tokens" not in server.hits[0].json
