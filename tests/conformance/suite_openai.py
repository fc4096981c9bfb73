"""OpenAI's own client: chat, tools, parse and streams."""

from typing import Any

import openai
import pytest

from tests.conformance.asked import (
    BOTH,
    GET_TIME,
    GET_WEATHER,
    QUESTION,
    REPORT,
    WEATHER,
    Ticket,
)
from tests.conformance.openai_client import asked, client_of
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio
TOOLS: Any = [GET_WEATHER, GET_TIME]


async def test_an_answer_has_text_finish_usage_and_ids(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    answer = await client.chat.completions.create(model=target.model, messages=asked(QUESTION))

    assert answer.object == "chat.completion"
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.needs("deterministic", "stream_usage")
async def test_a_stream_gives_the_text_and_usage_of_the_whole_answer(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    whole = await client.chat.completions.create(model=target.model, messages=asked(QUESTION))
    stream = await client.chat.completions.create(
        model=target.model,
        messages=asked(QUESTION),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]

    *told, last = chunks
    text = "".join(chunk.choices[0].delta.content or "" for chunk in told)
    assert text == whole.choices[0].message.content
    assert told[0].choices[0].delta.role == "assistant"
    assert told[-1].choices[0].finish_reason == "stop"
    assert last.choices == []
    assert last.usage == whole.usage


async def test_a_stream_without_the_option_tells_no_usage(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    stream = await client.chat.completions.create(
        model=target.model, messages=asked(QUESTION), stream=True
    )
    chunks = [chunk async for chunk in stream]

    assert all(chunk.choices for chunk in chunks[:-1])
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


@pytest.mark.needs("tools")
async def test_a_tool_is_called_and_its_result_answered(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    first = await client.chat.completions.create(
        model=target.model, messages=asked(WEATHER), tools=TOOLS
    )
    message = first.choices[0].message
    assert message.tool_calls
    call = message.tool_calls[0]
    assert call.type == "function"
    told: list[Any] = [
        *asked(WEATHER),
        message.model_dump(exclude_none=True),
        *(
            {"role": "tool", "tool_call_id": one.id, "content": "Sunny, 24 degrees."}
            for one in message.tool_calls
        ),
    ]
    second = await client.chat.completions.create(model=target.model, messages=told, tools=TOOLS)

    assert first.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather"
    assert second.choices[0].message.content


@pytest.mark.needs("tools")
@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ("none", None),
        ("required", "get_weather"),
        ({"type": "function", "function": {"name": "get_time"}}, "get_time"),
    ],
    ids=["none", "required", "named"],
)
async def test_tool_choice_is_honoured(
    client: openai.AsyncOpenAI, target: Target, choice: Any, name: str | None
) -> None:
    answer = await client.chat.completions.create(
        model=target.model, messages=asked(WEATHER), tools=TOOLS, tool_choice=choice
    )

    calls = answer.choices[0].message.tool_calls or []
    names = {call.function.name for call in calls if call.type == "function"}
    assert names == ({name} if name else set())


@pytest.mark.needs("parallel_tools")
async def test_tools_are_called_in_parallel_unless_told_otherwise(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    both = await client.chat.completions.create(
        model=target.model, messages=asked(BOTH), tools=TOOLS
    )
    one = await client.chat.completions.create(
        model=target.model, messages=asked(BOTH), tools=TOOLS, parallel_tool_calls=False
    )

    assert len(both.choices[0].message.tool_calls or ()) == 2
    assert len(one.choices[0].message.tool_calls or ()) == 1


@pytest.mark.needs("parallel_tools", "deterministic")
async def test_streamed_tool_calls_add_up_to_the_whole_ones(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    whole = await client.chat.completions.create(
        model=target.model, messages=asked(BOTH), tools=TOOLS
    )
    async with client.chat.completions.stream(
        model=target.model, messages=asked(BOTH), tools=TOOLS
    ) as stream:
        kinds = {event.type async for event in stream}
        streamed = await stream.get_final_completion()

    def calls(completion: Any) -> list[Any]:
        return [
            (call.id, call.function.name, call.function.arguments)
            for call in completion.choices[0].message.tool_calls
        ]

    assert calls(streamed) == calls(whole)
    assert {"tool_calls.function.arguments.delta", "tool_calls.function.arguments.done"} <= kinds


@pytest.mark.needs("json_schema")
async def test_parse_gives_an_object(client: openai.AsyncOpenAI, target: Target) -> None:
    answer = await client.chat.completions.parse(
        model=target.model, messages=asked(REPORT), response_format=Ticket
    )

    assert isinstance(answer.choices[0].message.parsed, Ticket)


@pytest.mark.needs("tools")
async def test_parse_gives_the_arguments_of_a_strict_tool(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    answer = await client.chat.completions.parse(
        model=target.model,
        messages=asked(REPORT),
        tools=[openai.pydantic_function_tool(Ticket)],
        tool_choice="required",
    )

    calls = answer.choices[0].message.tool_calls
    assert calls
    assert isinstance(calls[0].function.parsed_arguments, Ticket)


@pytest.mark.needs("logprobs")
async def test_logprobs_come_for_every_token(client: openai.AsyncOpenAI, target: Target) -> None:
    answer = await client.chat.completions.create(
        model=target.model, messages=asked(QUESTION), logprobs=True, top_logprobs=2
    )

    told = answer.choices[0].logprobs
    assert told is not None
    assert told.content is not None
    assert "".join(one.token for one in told.content) == answer.choices[0].message.content
    assert all(one.logprob <= 0 and len(one.top_logprobs) == 2 for one in told.content)


async def test_a_small_budget_finishes_with_length(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    answer = await client.chat.completions.create(
        model=target.model, messages=asked(QUESTION), max_tokens=1
    )

    assert answer.choices[0].finish_reason == "length"


@pytest.mark.needs("json_schema")
async def test_a_cut_structured_answer_is_the_clients_own_error(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    with pytest.raises(openai.LengthFinishReasonError):
        await client.chat.completions.parse(
            model=target.model, messages=asked(REPORT), response_format=Ticket, max_tokens=2
        )


@pytest.mark.needs("drills")
async def test_refusal_and_filter_surface_in_parse(target: Target) -> None:
    async with client_of(target.drilled("refusal=1")) as refusing:
        answer = await refusing.chat.completions.parse(
            model=target.model, messages=asked(REPORT), response_format=Ticket
        )
    async with client_of(target.drilled("content_filter=1")) as filtering:
        with pytest.raises(openai.ContentFilterFinishReasonError):
            await filtering.chat.completions.parse(
                model=target.model, messages=asked(REPORT), response_format=Ticket
            )

    assert answer.choices[0].message.refusal
    assert answer.choices[0].message.parsed is None


@pytest.mark.needs("drills")
async def test_a_streamed_refusal_has_events_of_its_own(target: Target) -> None:
    async with (
        client_of(target.drilled("refusal=1")) as refusing,
        refusing.chat.completions.stream(model=target.model, messages=asked(QUESTION)) as stream,
    ):
        kinds = {event.type async for event in stream}
        final = await stream.get_final_completion()

    assert {"refusal.delta", "refusal.done"} <= kinds
    assert final.choices[0].message.refusal
