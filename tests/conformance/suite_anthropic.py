"""Anthropic's own client: messages, streams, tools, structured output, counting, errors."""

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types import MessageParam

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

pytestmark = [pytest.mark.anyio, pytest.mark.needs("messages")]
TOOLS: Any = [
    {"name": told["name"], "description": told["description"], "input_schema": told["parameters"]}
    for told in (GET_WEATHER["function"], GET_TIME["function"])
]


def asked(text: str) -> list[MessageParam]:
    return [{"role": "user", "content": text}]


def client_of(target: Target, max_retries: int = 0) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        base_url=target.root_url, api_key=target.api_key, max_retries=max_retries, timeout=60
    )


@pytest.fixture
async def client(target: Target) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with client_of(target) as client:
        yield client


@pytest.mark.needs("deterministic")
async def test_a_stream_gives_the_message_of_the_whole_answer(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    whole = await client.messages.create(
        model=target.model, max_tokens=200, messages=asked(QUESTION)
    )
    async with client.messages.stream(
        model=target.model, max_tokens=200, messages=asked(QUESTION)
    ) as stream:
        streamed = await stream.get_final_message()

    assert whole.content[0].type == "text"
    assert whole.content[0].text
    assert whole.stop_reason == streamed.stop_reason == "end_turn"
    assert [block.to_dict() for block in streamed.content] == [
        block.to_dict() for block in whole.content
    ]
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert streamed.usage.input_tokens == whole.usage.input_tokens


async def test_raw_events_come_in_the_documented_order(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    stream = await client.messages.create(
        model=target.model, max_tokens=200, messages=asked(QUESTION), stream=True
    )
    kinds = [event.type async for event in stream]

    # The client swallows pings.
    assert list(dict.fromkeys(kinds)) == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


@pytest.mark.needs("tools")
async def test_a_tool_is_called_and_its_result_answered(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    async with client.messages.stream(
        model=target.model, max_tokens=200, messages=asked(WEATHER), tools=TOOLS
    ) as stream:
        kinds = {event.type async for event in stream}
        first = await stream.get_final_message()
    used = [block for block in first.content if block.type == "tool_use"]
    told: Any = [
        *asked(WEATHER),
        {"role": "assistant", "content": [block.to_dict() for block in first.content]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": block.id, "content": "Sunny."}
                for block in used
            ],
        },
    ]
    second = await client.messages.create(
        model=target.model, max_tokens=200, messages=told, tools=TOOLS
    )

    assert "input_json" in kinds
    assert first.stop_reason == "tool_use"
    assert used[0].name == "get_weather"
    assert isinstance(used[0].input, dict)
    assert second.stop_reason == "end_turn"


@pytest.mark.needs("tools")
@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"type": "none"}, set()),
        ({"type": "any"}, {"get_weather"}),
        ({"type": "tool", "name": "get_time"}, {"get_time"}),
    ],
    ids=["none", "any", "named"],
)
async def test_tool_choice_is_honoured(
    client: anthropic.AsyncAnthropic, target: Target, choice: Any, names: set[str]
) -> None:
    answer = await client.messages.create(
        model=target.model,
        max_tokens=200,
        messages=asked(WEATHER),
        tools=TOOLS,
        tool_choice=choice,
    )

    assert {block.name for block in answer.content if block.type == "tool_use"} == names


@pytest.mark.needs("parallel_tools")
async def test_tools_are_called_in_parallel_unless_told_otherwise(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    async def calls(*, alone: bool) -> int:
        answer = await client.messages.create(
            model=target.model,
            max_tokens=200,
            messages=asked(BOTH),
            tools=TOOLS,
            tool_choice={"type": "auto", "disable_parallel_tool_use": alone},
        )
        return sum(block.type == "tool_use" for block in answer.content)

    assert await calls(alone=False) == 2
    assert await calls(alone=True) == 1


@pytest.mark.needs("json_schema")
async def test_parse_gives_an_object(client: anthropic.AsyncAnthropic, target: Target) -> None:
    answer = await client.messages.parse(
        model=target.model, max_tokens=200, messages=asked(REPORT), output_format=Ticket
    )

    assert isinstance(answer.parsed_output, Ticket)


async def test_tokens_are_counted_as_they_will_be_billed(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    counted = await client.messages.count_tokens(
        model=target.model, messages=asked(WEATHER), tools=TOOLS
    )
    billed = await client.messages.create(
        model=target.model, max_tokens=200, messages=asked(WEATHER), tools=TOOLS
    )

    assert counted.input_tokens == billed.usage.input_tokens


async def test_a_small_budget_and_a_stop_sequence_are_told_apart(
    client: anthropic.AsyncAnthropic, target: Target
) -> None:
    cut = await client.messages.create(model=target.model, max_tokens=1, messages=asked(QUESTION))
    whole = await client.messages.create(
        model=target.model, max_tokens=200, messages=asked(QUESTION)
    )
    assert whole.content[0].type == "text"
    word = whole.content[0].text.split()[-1]
    stopped = await client.messages.create(
        model=target.model, max_tokens=200, messages=asked(QUESTION), stop_sequences=[word]
    )

    assert cut.stop_reason == "max_tokens"
    assert stopped.stop_reason == "stop_sequence"
    assert stopped.stop_sequence == word


@pytest.mark.needs("drills")
async def test_a_refusal_is_a_stop_reason(target: Target) -> None:
    async with client_of(target.drilled("refusal=1")) as refusing:
        answer = await refusing.messages.create(
            model=target.model, max_tokens=200, messages=asked(QUESTION)
        )

    assert answer.stop_reason == "refusal"
    assert answer.content == []
    assert answer.stop_details is not None
    assert answer.stop_details.explanation


@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(target: Target) -> None:
    async with client_of(target.with_key("wrong")) as stranger:
        with pytest.raises(anthropic.AuthenticationError) as caught:
            await stranger.messages.create(
                model=target.model, max_tokens=5, messages=asked(QUESTION)
            )

    assert caught.value.type == "authentication_error"


async def test_an_unknown_model_is_not_found(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as caught:
        await client.messages.create(model="no-such-model", max_tokens=5, messages=asked(QUESTION))

    assert caught.value.type == "not_found_error"


@pytest.mark.needs("drills")
async def test_a_prompt_over_the_context_is_a_bad_request(
    client: anthropic.AsyncAnthropic,
) -> None:
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        await client.messages.create(model="sim-nano", max_tokens=5, messages=asked(TOO_LONG))


@pytest.mark.needs("drills")
@pytest.mark.parametrize(
    ("drill", "status", "kind"),
    [
        ("error_429=1", 429, "rate_limit_error"),
        ("error_500=1", 500, "api_error"),
        ("overloaded_529=1", 529, "overloaded_error"),
    ],
)
async def test_statuses_are_the_clients_errors(
    target: Target, drill: str, status: int, kind: str
) -> None:
    async with client_of(target.drilled(drill)) as failing:
        with pytest.raises(anthropic.APIStatusError) as caught:
            await failing.messages.create(
                model=target.model, max_tokens=5, messages=asked(QUESTION)
            )

    assert caught.value.status_code == status
    assert caught.value.type == kind


@pytest.mark.needs("drills")
async def test_the_client_rides_out_a_rate_limit(target: Target) -> None:
    async with client_of(target.drilled("rate_limit=20,rate_burst=1"), max_retries=6) as patient:
        answers = [
            await patient.messages.create(
                model=target.model, max_tokens=200, messages=asked(QUESTION)
            )
            for _ in range(3)
        ]

    assert len({answer.content[0].to_json() for answer in answers}) == 1


@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent_and_shows_only_in_the_stop_reason(target: Target) -> None:
    async with (
        client_of(target.drilled("clean_cut=1")) as cut,
        cut.messages.stream(model=target.model, max_tokens=200, messages=asked(QUESTION)) as stream,
    ):
        message = await stream.get_final_message()

    assert message.stop_reason is None


@pytest.mark.needs("drills")
async def test_a_reset_and_an_error_event_are_loud(target: Target) -> None:
    for drill, error in (
        # In mid-stream this client lets its transport's own error through.
        ("tcp_cut=1", httpx2.TransportError),
        ("stream_error=1", anthropic.APIStatusError),
    ):
        async with client_of(target.drilled(drill)) as cut:
            with pytest.raises(error):
                async with cut.messages.stream(
                    model=target.model, max_tokens=200, messages=asked(QUESTION)
                ) as stream:
                    await stream.get_final_message()
