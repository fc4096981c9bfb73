"""pydantic-ai: the strictest reader of shapes, over chat completions, Responses and Anthropic."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from pydantic_ai import Agent, ModelRetry, PromptedOutput, RunContext, ToolOutput
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAuthenticationError,
    ModelContextWindowExceededError,
    ModelNotFoundError,
    ModelRateLimitError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.output import NativeOutput
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from tests.conformance.asked import QUESTION, REPORT, TOO_LONG, WEATHER, Ticket
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio
MakeModel: TypeAlias = Callable[..., Model]


def chat(target: Target, name: str = "") -> Model:
    provider = OpenAIProvider(base_url=target.base_url, api_key=target.api_key)
    return OpenAIChatModel(name or target.model, provider=provider)


def responses(target: Target, name: str = "") -> Model:
    provider = OpenAIProvider(base_url=target.base_url, api_key=target.api_key)
    return OpenAIResponsesModel(name or target.model, provider=provider)


def messages(target: Target, name: str = "") -> Model:
    provider = AnthropicProvider(base_url=target.root_url, api_key=target.api_key)
    # The client knows what a model can do by the vendor's names alone.
    able = ModelProfile(supports_json_schema_output=target.capabilities.json_schema)
    return AnthropicModel(name or target.model, provider=provider, profile=able)


EACH = pytest.mark.parametrize(
    "make",
    [
        pytest.param(chat, id="chat"),
        pytest.param(responses, id="responses", marks=pytest.mark.needs("responses")),
        pytest.param(messages, id="messages", marks=pytest.mark.needs("messages")),
    ],
)


@EACH
@pytest.mark.needs("deterministic")
async def test_a_stream_gives_the_text_and_usage_of_the_whole_answer(
    make: MakeModel, target: Target
) -> None:
    agent = Agent(make(target))

    whole = await agent.run(QUESTION)
    async with agent.run_stream(QUESTION) as stream:
        streamed = await stream.get_output()

    assert whole.output
    assert streamed == whole.output
    assert whole.usage.output_tokens > 0
    assert stream.usage.output_tokens == whole.usage.output_tokens


@EACH
@pytest.mark.needs("tools")
async def test_a_tool_is_called_and_its_result_answered(make: MakeModel, target: Target) -> None:
    cities = []

    def get_weather(city: str) -> str:
        """Get the current weather in a city.

        Args:
            city: Name of the city.
        """
        cities.append(city)
        return "Sunny, 24 degrees."

    answer = await Agent(make(target), tools=[get_weather]).run(WEATHER)

    assert len(cities) == 1
    assert answer.output
    assert answer.usage.requests == 2


@EACH
@pytest.mark.needs("tools", "json_schema")
@pytest.mark.parametrize("wrap", [ToolOutput, NativeOutput, PromptedOutput])
async def test_every_way_of_asking_gives_an_object(
    make: MakeModel, wrap: Any, target: Target
) -> None:
    agent = Agent(make(target), output_type=wrap(Ticket))

    answer = await agent.run(REPORT)

    assert isinstance(answer.output, Ticket)


@EACH
@pytest.mark.needs("tools")
async def test_an_object_is_streamed(make: MakeModel, target: Target) -> None:
    agent = Agent(make(target), output_type=Ticket)

    async with agent.run_stream(REPORT) as stream:
        seen = [one async for one in stream.stream_output(debounce_by=None)]

    assert isinstance(seen[-1], Ticket)


@EACH
@pytest.mark.needs("tools")
async def test_a_rejected_answer_is_asked_for_again(make: MakeModel, target: Target) -> None:
    seen: list[Ticket] = []
    agent = Agent(make(target), output_type=Ticket, retries=2)

    def reject_once(_: RunContext[None], output: Ticket) -> Ticket:
        seen.append(output)
        if len(seen) == 1:
            raise ModelRetry("The order must be A-1042.")
        return output

    agent.output_validator(reject_once)
    answer = await agent.run(REPORT)

    assert len(seen) == 2
    assert answer.usage.requests == 2


@EACH
@pytest.mark.needs("drills")
async def test_a_refusal_is_a_content_filter_error(make: MakeModel, target: Target) -> None:
    agent = Agent(make(target.drilled("refusal=1")))

    with pytest.raises(ContentFilterError):
        await agent.run(QUESTION)


@pytest.mark.needs("drills", "responses", "messages")
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (chat, OutputTokenLimitExceeded),
        (responses, OutputTokenLimitExceeded),
        # Anthropic's arguments arrive parsed, so the client cannot see that they were cut.
        (messages, UnexpectedModelBehavior),
    ],
)
async def test_a_cut_object_is_an_error(
    make: MakeModel, error: type[Exception], target: Target
) -> None:
    agent = Agent(make(target.drilled("truncation=1")), output_type=ToolOutput(Ticket))

    with pytest.raises(error):
        await agent.run(REPORT)


@EACH
@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(make: MakeModel, target: Target) -> None:
    with pytest.raises(ModelAuthenticationError):
        await Agent(make(target.with_key("wrong"))).run(QUESTION)


@EACH
async def test_an_unknown_model_is_not_found(make: MakeModel, target: Target) -> None:
    with pytest.raises(ModelNotFoundError):
        await Agent(make(target, "no-such-model")).run(QUESTION)


@EACH
@pytest.mark.needs("drills")
async def test_a_prompt_over_the_context_is_recognised(make: MakeModel, target: Target) -> None:
    with pytest.raises(ModelContextWindowExceededError):
        await Agent(make(target, "sim-nano")).run(TOO_LONG)


@EACH
@pytest.mark.needs("drills")
async def test_too_many_requests_are_recognised(make: MakeModel, target: Target) -> None:
    with pytest.raises(ModelRateLimitError):
        await Agent(make(target.drilled("error_429=1"))).run(QUESTION)


@EACH
@pytest.mark.needs("drills")
async def test_a_rate_limit_is_ridden_out(make: MakeModel, target: Target) -> None:
    agent = Agent(make(target.drilled("rate_limit=20,rate_burst=1")))

    answers = [(await agent.run(QUESTION)).output for _ in range(2)]

    assert answers[0] == answers[1]


@EACH
@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent(make: MakeModel, target: Target) -> None:
    """A known weakness of this client: a stream that just ends is taken for a whole answer."""
    agent = Agent(make(target.drilled("clean_cut=1")))

    async with agent.run_stream(QUESTION) as stream:
        text = await stream.get_output()

    assert isinstance(text, str)
