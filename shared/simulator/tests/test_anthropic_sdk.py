"""Anthropic's own client, over a real socket."""

from collections.abc import AsyncIterator

import anthropic
import pytest
from anthropic.types import MessageParam, ToolParam

from shared.simulator.address import drill_url, server_url

pytestmark = pytest.mark.anyio

QUESTION = "Ana lives in Porto. Bruno lives in Faro. Who lives in Faro?"
ASKED: list[MessageParam] = [{"role": "user", "content": QUESTION}]
WEATHER: ToolParam = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=server_url(base_url), api_key="sim", max_retries=0
    ) as client:
        yield client


def in_drill(client: anthropic.AsyncAnthropic, **drill: float) -> anthropic.AsyncAnthropic:
    return client.with_options(base_url=drill_url(str(client.base_url), drill))


async def test_messages_whole_and_streamed(client: anthropic.AsyncAnthropic) -> None:
    whole = await client.messages.create(model="sim-smart", max_tokens=99, messages=ASKED)
    async with client.messages.stream(model="sim-smart", max_tokens=99, messages=ASKED) as stream:
        streamed = await stream.get_final_message()

    assert whole.content[0].type == "text"
    assert whole.content[0].text == "Bruno lives in Faro."
    assert [block.model_dump() for block in streamed.content] == [
        block.model_dump() for block in whole.content
    ]
    assert (streamed.stop_reason, streamed.usage.output_tokens) == (
        whole.stop_reason,
        whole.usage.output_tokens,
    )


async def test_a_tool_is_called_and_its_result_taken_back(
    client: anthropic.AsyncAnthropic,
) -> None:
    first = await client.messages.create(
        model="sim-smart", max_tokens=99, messages=ASKED, tools=[WEATHER]
    )
    used = next(block for block in first.content if block.type == "tool_use")
    told: MessageParam = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": used.id, "content": "Sunny."}],
    }

    answered: MessageParam = {"role": "assistant", "content": first.content}
    second = await client.messages.create(
        model="sim-smart", max_tokens=99, messages=[*ASKED, answered, told], tools=[WEATHER]
    )

    assert first.stop_reason == "tool_use"
    assert used.input == {"city": "Porto"}
    assert second.stop_reason == "end_turn"


async def test_errors_and_refusals_are_anthropics_own(client: anthropic.AsyncAnthropic) -> None:
    async def ask(**drill: float) -> str | None:
        answer = await in_drill(client, **drill).messages.create(
            model="sim-smart", max_tokens=99, messages=ASKED
        )
        return answer.stop_reason

    with pytest.raises(anthropic.RateLimitError):
        await ask(error_429=1.0)
    with pytest.raises(anthropic.InternalServerError) as overloaded:
        await ask(overloaded_529=1.0)
    assert overloaded.value.status_code == 529
    assert await ask(refusal=1.0) == "refusal"
    assert await ask(truncation=1.0) == "max_tokens"


async def test_a_prompt_that_does_not_fit_is_too_long(client: anthropic.AsyncAnthropic) -> None:
    long: list[MessageParam] = [{"role": "user", "content": "word " * 9_000}]

    counted = await client.messages.count_tokens(model="sim-nano", messages=long)

    assert counted.input_tokens > 8_192
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        await client.messages.create(model="sim-nano", max_tokens=5, messages=long)
