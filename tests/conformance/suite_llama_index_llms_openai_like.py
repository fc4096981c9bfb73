"""llama-index's OpenAILike: legacy completions, chat, tools, structured output."""

from typing import Any

import openai
import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

from tests.conformance.asked import BOTH, QUESTION, REPORT, TOO_LONG, WEATHER, Ticket
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio


def get_weather(city: str) -> str:
    """Get the current weather in a city."""
    return f"Sunny in {city}."


def get_time(city: str) -> str:
    """Get the local time in a city."""
    return f"Noon in {city}."


TOOLS = [FunctionTool.from_defaults(one) for one in (get_weather, get_time)]


def model_of(target: Target, **options: Any) -> OpenAILike:
    told: dict[str, Any] = {
        "model": target.model,
        "api_base": target.base_url,
        "api_key": target.api_key,
        "max_retries": 0,
        "context_window": 16_000,
        "is_chat_model": True,
        "is_function_calling_model": True,
    }
    return OpenAILike(**(told | options))


@pytest.mark.needs("completions", "deterministic")
async def test_its_default_is_legacy_completions(target: Target) -> None:
    model = model_of(target, is_chat_model=False, is_function_calling_model=False, max_tokens=60)

    whole = await model.acomplete(QUESTION)
    pieces = [piece async for piece in await model.astream_complete(QUESTION)]

    assert whole.text
    assert pieces[-1].text == whole.text
    assert "".join(piece.delta or "" for piece in pieces) == whole.text


@pytest.mark.needs("deterministic")
async def test_a_chat_stream_gives_the_text_of_the_whole_answer(target: Target) -> None:
    model = model_of(target)
    asked = [ChatMessage(role="user", content=QUESTION)]

    whole = await model.achat(asked)
    pieces = [piece async for piece in await model.astream_chat(asked)]

    assert whole.message.content
    assert pieces[-1].message.content == whole.message.content


@pytest.mark.needs("tools")
async def test_a_tool_is_chosen(target: Target) -> None:
    model = model_of(target)

    answer = await model.achat_with_tools(TOOLS, user_msg=WEATHER)
    calls = model.get_tool_calls_from_response(answer)

    assert [call.tool_name for call in calls] == ["get_weather"]
    assert set(calls[0].tool_kwargs) == {"city"}


@pytest.mark.needs("tools")
@pytest.mark.parametrize(
    ("options", "names"),
    [({"tool_required": True}, ["get_weather"]), ({"tool_choice": "get_time"}, ["get_time"])],
    ids=["required", "named"],
)
async def test_tool_choice_is_honoured(
    target: Target, options: dict[str, Any], names: list[str]
) -> None:
    model = model_of(target)

    answer = await model.achat_with_tools(TOOLS, user_msg=WEATHER, **options)

    assert [call.tool_name for call in model.get_tool_calls_from_response(answer)] == names


@pytest.mark.needs("parallel_tools")
async def test_tools_are_called_in_parallel_only_when_allowed(target: Target) -> None:
    model = model_of(target)

    both = await model.achat_with_tools(TOOLS, user_msg=BOTH, allow_parallel_tool_calls=True)
    stream = await model.astream_chat_with_tools(
        TOOLS, user_msg=BOTH, allow_parallel_tool_calls=True
    )
    pieces = [piece async for piece in stream]

    def names(response: Any) -> list[str]:
        return sorted(call.tool_name for call in model.get_tool_calls_from_response(response))

    assert names(both) == ["get_time", "get_weather"]
    assert names(pieces[-1]) == ["get_time", "get_weather"]


@pytest.mark.needs("tools", "json_schema")
@pytest.mark.parametrize("structured", [True, False], ids=["json_schema", "tools"])
async def test_structured_prediction_is_an_object(target: Target, *, structured: bool) -> None:
    model = model_of(target, should_use_structured_outputs=structured)

    ticket = await model.astructured_predict(Ticket, PromptTemplate("{text}"), text=REPORT)

    assert isinstance(ticket, Ticket)


@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(target: Target) -> None:
    with pytest.raises(openai.AuthenticationError):
        await model_of(target.with_key("wrong")).acomplete(QUESTION)


async def test_an_unknown_model_is_not_found(target: Target) -> None:
    with pytest.raises(openai.NotFoundError):
        await model_of(target, model="no-such-model").acomplete(QUESTION)


@pytest.mark.needs("drills")
@pytest.mark.parametrize("is_chat", [True, False], ids=["chat", "completions"])
async def test_a_prompt_over_the_context_has_its_code(target: Target, *, is_chat: bool) -> None:
    model = model_of(target, model="sim-nano", is_chat_model=is_chat)

    with pytest.raises(openai.BadRequestError) as caught:
        await model.acomplete(TOO_LONG)

    assert caught.value.code == "context_length_exceeded"


@pytest.mark.needs("drills")
async def test_a_rate_limit_is_ridden_out(target: Target) -> None:
    model = model_of(target.drilled("rate_limit=20,rate_burst=1"), max_retries=6)

    texts = {(await model.acomplete(QUESTION)).text for _ in range(2)}

    assert len(texts) == 1


@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent(target: Target) -> None:
    """A known weakness of this client: a stream that just ends is taken for a whole answer."""
    model = model_of(target.drilled("clean_cut=1"))

    pieces = [
        piece
        async for piece in await model.astream_chat([ChatMessage(role="user", content=QUESTION)])
    ]

    assert pieces
