"""OpenAI's own client, over a real socket."""

from collections.abc import AsyncIterator

import openai
import pytest
from openai.types.chat import ChatCompletionToolParam
from pydantic import BaseModel

from shared.simulator.address import drill_url

pytestmark = pytest.mark.anyio

QUESTION = "Ana lives in Porto. Bruno lives in Faro. Who lives in Faro?"
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


class City(BaseModel):
    """What the reader of these tests fills in."""

    city: str
    size: str
    people: int


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key="sim", max_retries=0) as client:
        yield client


def in_drill(client: openai.AsyncOpenAI, **drill: float) -> openai.AsyncOpenAI:
    return client.with_options(base_url=drill_url(str(client.base_url), drill))


async def test_chat_parse_and_stream(client: openai.AsyncOpenAI) -> None:
    parsed = await client.chat.completions.parse(
        model="sim-smart",
        messages=[{"role": "user", "content": QUESTION}],
        response_format=City,
    )
    async with client.chat.completions.stream(
        model="sim-smart", messages=[{"role": "user", "content": QUESTION}], tools=[WEATHER]
    ) as stream:
        streamed = await stream.get_final_completion()

    assert parsed.choices[0].message.parsed == City(city="Porto", size="large", people=230000)
    assert streamed.choices[0].finish_reason == "tool_calls"
    calls = streamed.choices[0].message.tool_calls
    assert calls is not None
    assert [call.function.arguments for call in calls] == ['{"city": "Porto"}']


async def test_responses_parse_and_stream(client: openai.AsyncOpenAI) -> None:
    parsed = await client.responses.parse(model="sim-smart", input=QUESTION, text_format=City)
    async with client.responses.stream(model="sim-reasoner", input=QUESTION) as stream:
        kinds = [event.type async for event in stream]
        streamed = await stream.get_final_response()

    assert parsed.output_parsed == City(city="Porto", size="large", people=230000)
    assert streamed.output_text == "Bruno lives in Faro."
    assert streamed.usage is not None
    assert streamed.usage.output_tokens_details.reasoning_tokens == 7
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


async def test_a_cut_in_mid_stream_is_silent_when_clean_and_loud_when_not(
    client: openai.AsyncOpenAI,
) -> None:
    async def finish(drill: str) -> str | None:
        stream = await in_drill(client, **{drill: 1.0}).chat.completions.create(
            model="sim-smart", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
        reasons = [chunk.choices[0].finish_reason async for chunk in stream]
        return reasons[-1]

    assert await finish("clean_cut") is None
    with pytest.raises(openai.APIConnectionError):
        await finish("tcp_cut")


async def test_length_filter_and_refusal_surface_as_the_client_expects(
    client: openai.AsyncOpenAI,
) -> None:
    async def parse(**drill: float) -> str | None:
        answer = await in_drill(client, **drill).chat.completions.parse(
            model="sim-smart",
            messages=[{"role": "user", "content": QUESTION}],
            response_format=City,
        )
        return answer.choices[0].message.refusal

    with pytest.raises(openai.LengthFinishReasonError):
        await parse(truncation=1.0)
    with pytest.raises(openai.ContentFilterFinishReasonError):
        await parse(content_filter=1.0)
    assert await parse(refusal=1.0)


async def test_statuses_arrive_as_the_clients_errors(client: openai.AsyncOpenAI) -> None:
    async def ask(model: str = "sim-fast", **drill: float) -> None:
        await in_drill(client, **drill).chat.completions.create(
            model=model, messages=[{"role": "user", "content": "word " * 9_000}], max_tokens=5
        )

    with pytest.raises(openai.RateLimitError) as limited:
        await ask(error_429=1.0)
    with pytest.raises(openai.InternalServerError):
        await ask(error_500=1.0)
    with pytest.raises(openai.InternalServerError):
        await ask(error_502=1.0)
    with pytest.raises(openai.NotFoundError) as unknown:
        await ask(model="gpt-4o")
    with pytest.raises(openai.BadRequestError) as long:
        await ask(model="sim-nano")
    assert limited.value.response.headers["retry-after"] == "1"
    assert unknown.value.code == "model_not_found"
    assert long.value.code == "context_length_exceeded"


async def test_the_client_rides_out_a_bucket_by_waiting_as_told(
    client: openai.AsyncOpenAI,
) -> None:
    patient = in_drill(client, rate_limit=20.0, rate_burst=1.0).with_options(max_retries=5)

    answers = [
        await patient.chat.completions.create(
            model="sim-fast", messages=[{"role": "user", "content": QUESTION}]
        )
        for _ in range(4)
    ]

    assert {answer.choices[0].message.content for answer in answers} == {"Bruno lives in Faro."}


async def test_models_say_that_they_are_simulated(client: openai.AsyncOpenAI) -> None:
    models = (await client.models.list()).data

    assert {model.owned_by for model in models} == {"simulator"}
    assert all(model.id.startswith("sim-") for model in models)
