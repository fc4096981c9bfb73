"""OpenAI's own client: Responses, embeddings, legacy completions, models."""

from typing import Any

import openai
import pytest

from tests.conformance.asked import (
    GET_TIME,
    GET_WEATHER,
    QUESTION,
    REPORT,
    WEATHER,
    Ticket,
)
from tests.conformance.openai_client import client_of
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio
RESPONSE_TOOLS: Any = [{"type": "function", **tool["function"]} for tool in (GET_WEATHER, GET_TIME)]


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
