"""litellm: four of its routes to one server, sync and async, streamed and not, and its errors."""

from typing import Any

import litellm
import pytest

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

pytestmark = [
    pytest.mark.anyio,
    # The client's own types, as the newest pydantic sees them.
    pytest.mark.filterwarnings("ignore:Item .* on TypedDict class:UserWarning"),
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings:UserWarning"),
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]
EACH = pytest.mark.parametrize(
    "route",
    [
        pytest.param("openai"),
        pytest.param("hosted_vllm"),
        pytest.param("anthropic", marks=pytest.mark.needs("messages")),
        pytest.param("ollama_chat", marks=pytest.mark.needs("ollama")),
    ],
)
OPENAI_ROUTES = {"openai", "hosted_vllm"}
OVERFLOW = litellm.ContextWindowExceededError


def told(target: Target, route: str, text: str, **options: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "model": f"{route}/{target.model}",
        "api_base": target.base_url if route in OPENAI_ROUTES else target.root_url,
        "api_key": target.api_key,
        "messages": [{"role": "user", "content": text}],
        "num_retries": 0,
        "max_retries": 0,
        "timeout": 60,
    }
    return usual | options


@EACH
@pytest.mark.needs("deterministic")
async def test_sync_async_and_streamed_give_the_same_text(target: Target, route: str) -> None:
    sync = litellm.completion(**told(target, route, QUESTION))
    whole = await litellm.acompletion(**told(target, route, QUESTION))
    stream = await litellm.acompletion(
        **told(target, route, QUESTION, stream=True, stream_options={"include_usage": True})
    )
    chunks = [chunk async for chunk in stream]

    text = whole.choices[0].message.content
    assert text
    assert sync.choices[0].message.content == text
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == text
    assert whole.choices[0].finish_reason == "stop"
    usage = next(chunk.usage for chunk in reversed(chunks) if getattr(chunk, "usage", None))
    assert usage.completion_tokens == whole.usage.completion_tokens
    assert usage.prompt_tokens == whole.usage.prompt_tokens


@EACH
@pytest.mark.needs("tools", "parallel_tools")
async def test_tools_are_called(target: Target, route: str) -> None:
    tools = [GET_WEATHER, GET_TIME]

    one = await litellm.acompletion(**told(target, route, WEATHER, tools=tools))
    both = await litellm.acompletion(**told(target, route, BOTH, tools=tools))

    def names(answer: Any) -> list[str]:
        return sorted(call.function.name for call in answer.choices[0].message.tool_calls or ())

    assert names(one) == ["get_weather"]
    assert names(both) == ["get_time", "get_weather"]
    assert one.choices[0].finish_reason == "tool_calls"


@EACH
@pytest.mark.needs("json_schema")
async def test_a_schema_is_filled(target: Target, route: str) -> None:
    answer = await litellm.acompletion(**told(target, route, REPORT, response_format=Ticket))

    ticket = Ticket.model_validate_json(answer.choices[0].message.content)
    assert ticket.kind == "refund"


@EACH
async def test_a_small_budget_finishes_with_length(target: Target, route: str) -> None:
    answer = await litellm.acompletion(**told(target, route, QUESTION, max_tokens=1))

    assert answer.choices[0].finish_reason == "length"


@EACH
@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(target: Target, route: str) -> None:
    with pytest.raises(litellm.AuthenticationError):
        await litellm.acompletion(**told(target.with_key("wrong"), route, QUESTION))


@EACH
async def test_an_unknown_model_is_not_found(target: Target, route: str) -> None:
    with pytest.raises(litellm.NotFoundError):
        await litellm.acompletion(**told(target, route, QUESTION, model=f"{route}/no-such-model"))


@EACH
@pytest.mark.needs("drills")
async def test_a_prompt_over_the_context_is_recognised(target: Target, route: str) -> None:
    # Ollama itself cuts prompts silently, so the client knows no such error of its.
    error = litellm.BadRequestError if route == "ollama_chat" else OVERFLOW
    with pytest.raises(error):
        await litellm.acompletion(**told(target, route, TOO_LONG, model=f"{route}/sim-nano"))


@EACH
@pytest.mark.needs("drills")
async def test_a_rate_limit_is_its_own_error(target: Target, route: str) -> None:
    with pytest.raises(litellm.RateLimitError):
        await litellm.acompletion(**told(target.drilled("error_429=1"), route, QUESTION))


@pytest.mark.needs("drills")
async def test_the_client_rides_out_a_rate_limit(target: Target) -> None:
    limited = target.drilled("rate_limit=20,rate_burst=1")

    texts = {
        (await litellm.acompletion(**told(limited, "openai", QUESTION, num_retries=6)))
        .choices[0]
        .message.content
        for _ in range(2)
    }

    assert len(texts) == 1


@pytest.mark.needs("embeddings")
async def test_texts_are_embedded(target: Target) -> None:
    answer = await litellm.aembedding(
        model=f"openai/{target.embedding_model}",
        input=["a kettle", "the sea"],
        api_base=target.base_url,
        api_key=target.api_key,
    )

    assert len(answer.data) == 2
    assert len(answer.data[0]["embedding"]) == len(answer.data[1]["embedding"]) > 0


async def test_it_has_no_price_for_a_simulated_model(target: Target) -> None:
    answer = await litellm.acompletion(**told(target, "openai", QUESTION))

    with pytest.raises(Exception, match="isn't mapped"):
        litellm.completion_cost(answer)


@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent_and_a_finish_is_made_up(target: Target) -> None:
    """A known weakness of this client: it says "stop" where the server said nothing."""
    stream = await litellm.acompletion(
        **told(target.drilled("clean_cut=1"), "openai", QUESTION, stream=True)
    )
    reasons = [chunk.choices[0].finish_reason async for chunk in stream]

    assert reasons[-1] == "stop"
