"""OpenAI's own client: errors, request ids, retries and cuts."""

import openai
import pytest

from tests.conformance.asked import (
    QUESTION,
    TOO_LONG,
)
from tests.conformance.openai_client import asked, client_of
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio


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
