"""What only Anthropic's API does."""

from collections.abc import Mapping

import pytest

from shared.llm.messages import Completion, FinishReason, StreamEnd, ToolCall, Usage
from shared.llm.tests.wire import ASK, AnthropicDialect, opened
from shared.testing import http_answer, raw_server, sse_answer, sse_event

pytestmark = pytest.mark.anyio

ANTHROPIC = AnthropicDialect()
HEAD: Mapping[str, object] = {
    "id": "x1",
    "type": "message",
    "role": "assistant",
    "model": "m-1-served",
    "content": [],
    "usage": {"input_tokens": 3, "cache_creation_input_tokens": 4, "output_tokens": 1},
}


async def streamed(*events: Mapping[str, object]) -> Completion:
    answer = sse_answer(*(sse_event(event, event=str(event["type"])) for event in events))
    async with raw_server(answer) as server, opened(ANTHROPIC, server.url) as model:
        *_, last = [event async for event in model.stream(ASK)]
    assert isinstance(last, StreamEnd)
    assert isinstance(last.reply, Completion)
    return last.reply


async def test_a_call_without_arguments_after_some_text_gets_an_empty_object() -> None:
    use = {"type": "tool_use", "id": "c1", "name": "w", "input": {}}
    reply = await streamed(
        {"type": "message_start", "message": HEAD},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Looking."},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": use},
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 6},
        },
        {"type": "message_stop"},
    )

    assert reply.text == "Looking."
    assert reply.tool_calls == (ToolCall(id="c1", name="w", arguments="{}"),)
    assert reply.finish_reason is FinishReason.TOOL_CALLS
    assert reply.usage == Usage(input_tokens=7, output_tokens=6)


async def test_thinking_is_passed_over() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    content = [thought, {"type": "text", "text": "here"}]
    answer = http_answer({**HEAD, "content": content, "stop_reason": "end_turn"})
    async with raw_server(answer) as server, opened(ANTHROPIC, server.url) as model:
        reply = await model.complete(ASK)

    assert reply.text == "here"


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
async def test_running_out_of_room_is_a_length(reason: str) -> None:
    answer = http_answer({**HEAD, "stop_reason": reason})
    async with raw_server(answer) as server, opened(ANTHROPIC, server.url) as model:
        reply = await model.complete(ASK)

    assert isinstance(reply, Completion)
    assert reply.finish_reason is FinishReason.LENGTH
