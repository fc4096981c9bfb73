"""OpenAI's own client: chat, Responses, parse, stream, embeddings, errors and retries."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from tests.conformance.asked import (
    BOTH,
    GET_TIME,
    GET_WEATHER,
    QUESTION,
    REPORT,
    TOO_LONG,
    WEATHER,
    Ticket,
)
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio
TOOLS: Any = [GET_WEATHER, GET_TIME]
RESPONSE_TOOLS: Any = [{"type": "function", **tool["function"]} for tool in TOOLS]


def asked(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def client_of(target: Target, max_retries: int = 0) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=target.base_url, api_key=target.api_key, max_retries=max_retries, timeout=60
    )


@pytest.fixture
async def client(target: Target) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(target) as client:
        yield client


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


@pytest.mark.needs("responses")
async def test_a_response_has_text_and_usage(client: openai.AsyncOpenAI, target: Target) -> None:
    answer = await client.responses.create(model=target.model, input=QUESTION)

    assert answer.status == "completed"
    assert answer.output_text
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens


@pytest.mark.needs("responses", "deterministic")
async def test_response_events_come_in_the_documented_order(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    whole = await client.responses.create(model=target.model, input=QUESTION)
    stream = await client.responses.create(model=target.model, input=QUESTION, stream=True)
    events = [event async for event in stream]

    kinds = [event.type.removeprefix("response.") for event in events]
    numbers = [event.sequence_number for event in events]
    assert numbers == list(range(len(events)))
    assert list(dict.fromkeys(kinds)) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == whole.output_text


@pytest.mark.needs("responses", "tools")
async def test_a_response_calls_a_tool_and_takes_its_output(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    async with client.responses.stream(
        model=target.model, input=WEATHER, tools=RESPONSE_TOOLS
    ) as stream:
        kinds = {event.type async for event in stream}
        first = await stream.get_final_response()
    call = next(item for item in first.output if item.type == "function_call")
    told: Any = [
        {"role": "user", "content": WEATHER},
        *(
            item.model_dump(exclude_none=True, exclude={"parsed_arguments"})
            for item in first.output
        ),
        {"type": "function_call_output", "call_id": call.call_id, "output": "Sunny."},
    ]
    second = await client.responses.create(model=target.model, input=told, tools=RESPONSE_TOOLS)

    assert "response.function_call_arguments.delta" in kinds
    assert "response.function_call_arguments.done" in kinds
    assert call.name == "get_weather"
    assert second.output_text


@pytest.mark.needs("responses", "json_schema")
async def test_a_response_is_parsed(client: openai.AsyncOpenAI, target: Target) -> None:
    answer = await client.responses.parse(model=target.model, input=REPORT, text_format=Ticket)

    assert isinstance(answer.output_parsed, Ticket)


@pytest.mark.needs("responses", "drills")
async def test_a_response_can_be_incomplete_or_refused(target: Target) -> None:
    async with client_of(target.drilled("truncation=1")) as cut:
        incomplete = await cut.responses.create(model=target.model, input=QUESTION)
    async with client_of(target.drilled("refusal=1")) as refusing:
        refused = await refusing.responses.create(model=target.model, input=QUESTION)

    assert incomplete.status == "incomplete"
    assert incomplete.incomplete_details is not None
    assert incomplete.incomplete_details.reason == "max_output_tokens"
    message = refused.output[-1]
    assert message.type == "message"
    assert message.content[0].type == "refusal"


@pytest.mark.needs("embeddings", "deterministic")
async def test_embeddings_are_the_same_in_base64_and_as_floats(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    texts = ["a kettle", "um bule", "the sea"]
    packed = await client.embeddings.create(model=target.embedding_model, input=texts)
    floats = await client.embeddings.create(
        model=target.embedding_model, input=texts, encoding_format="float"
    )

    assert [one.index for one in packed.data] == [0, 1, 2]
    for one, other in zip(packed.data, floats.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
        assert sum(x * x for x in one.embedding) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.needs("completions")
async def test_legacy_completions_whole_and_streamed(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    whole = await client.completions.create(model=target.model, prompt=QUESTION, max_tokens=50)
    stream = await client.completions.create(
        model=target.model, prompt=QUESTION, max_tokens=50, stream=True
    )
    streamed = [chunk.choices[0].text async for chunk in stream if chunk.choices]

    assert whole.choices[0].text
    assert "".join(streamed) == whole.choices[0].text


async def test_models_are_listed(client: openai.AsyncOpenAI, target: Target) -> None:
    names = {model.id async for model in client.models.list()}

    assert target.model in names


async def test_an_unknown_model_is_not_found(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await client.chat.completions.create(model="no-such-model", messages=asked(QUESTION))


@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(target: Target) -> None:
    async with client_of(target.with_key("wrong")) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await stranger.chat.completions.create(model=target.model, messages=asked(QUESTION))

    assert caught.value.code == "invalid_api_key"


async def test_a_temperature_out_of_range_is_a_bad_request(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(
            model=target.model, messages=asked(QUESTION), temperature=9
        )


@pytest.mark.needs("drills")
async def test_a_prompt_over_the_context_has_its_code(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="sim-nano", messages=asked(TOO_LONG))

    assert caught.value.code == "context_length_exceeded"


@pytest.mark.needs("drills")
@pytest.mark.parametrize(
    ("drill", "error"),
    [
        ("error_429=1", openai.RateLimitError),
        ("error_500=1", openai.InternalServerError),
        ("error_502=1", openai.InternalServerError),
        ("overloaded_529=1", openai.InternalServerError),
    ],
)
async def test_statuses_are_the_clients_errors(
    target: Target, drill: str, error: type[openai.APIStatusError]
) -> None:
    async with client_of(target.drilled(drill)) as failing:
        with pytest.raises(error):
            await failing.chat.completions.create(model=target.model, messages=asked(QUESTION))


async def test_answers_and_errors_carry_a_request_id(
    client: openai.AsyncOpenAI, target: Target
) -> None:
    raw = client.chat.completions.with_raw_response
    answer = await raw.create(model=target.model, messages=asked(QUESTION))
    with pytest.raises(openai.NotFoundError) as caught:
        await raw.create(model="no-such-model", messages=asked(QUESTION))

    assert answer.request_id
    assert caught.value.request_id


@pytest.mark.needs("drills")
async def test_the_client_rides_out_a_rate_limit(target: Target) -> None:
    limited = target.drilled("rate_limit=20,rate_burst=1")
    async with client_of(limited, max_retries=6) as patient:
        texts = {
            (await patient.chat.completions.create(model=target.model, messages=asked(QUESTION)))
            .choices[0]
            .message.content
            for _ in range(3)
        }

    assert len(texts) == 1


@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent_in_chat_and_loud_in_responses(target: Target) -> None:
    async with client_of(target.drilled("clean_cut=1")) as cut:
        stream = await cut.chat.completions.create(
            model=target.model, messages=asked(QUESTION), stream=True
        )
        reasons = [chunk.choices[0].finish_reason async for chunk in stream]
        with pytest.raises(RuntimeError, match=r"response\.completed"):
            async with cut.responses.stream(model=target.model, input=QUESTION) as responses:
                await responses.get_final_response()

    assert set(reasons) == {None}


@pytest.mark.needs("drills")
async def test_a_reset_and_an_error_event_are_loud(target: Target) -> None:
    for drill, error in (
        ("tcp_cut=1", openai.APIConnectionError),
        ("stream_error=1", openai.APIError),
    ):
        async with client_of(target.drilled(drill)) as cut:
            stream = await cut.chat.completions.create(
                model=target.model, messages=asked(QUESTION), stream=True
            )
            with pytest.raises(error):
                _ = [chunk async for chunk in stream]
