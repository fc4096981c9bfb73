"""langchain-openai: chat, Responses, tools, structured output, embeddings, errors."""

from typing import Any

import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_openai.chat_models.base import OpenAIRefusalError

from tests.conformance.asked import BOTH, QUESTION, REPORT, TOO_LONG, WEATHER, Ticket
from tests.conformance.target import Target

pytestmark = pytest.mark.anyio


def get_weather(city: str) -> str:
    """Get the current weather in a city."""
    return f"Sunny in {city}."


def get_time(city: str) -> str:
    """Get the local time in a city."""
    return f"Noon in {city}."


TOOLS = [tool(get_weather), tool(get_time)]


def chat(target: Target, **options: Any) -> ChatOpenAI:
    told: dict[str, Any] = {"model": target.model, "max_retries": 0, "stream_usage": True}
    return ChatOpenAI(base_url=target.base_url, api_key=target.api_key, **(told | options))


EACH = pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="chat"),
        pytest.param(
            {"use_responses_api": True}, id="responses", marks=pytest.mark.needs("responses")
        ),
    ],
)


@EACH
@pytest.mark.needs("deterministic", "stream_usage")
async def test_a_stream_gives_the_text_and_usage_of_the_whole_answer(
    target: Target, options: dict[str, Any]
) -> None:
    model = chat(target, **options)

    whole = await model.ainvoke(QUESTION)
    pieces = [piece async for piece in model.astream(QUESTION)]

    joined = pieces[0]
    for piece in pieces[1:]:
        joined += piece
    assert whole.text
    assert joined.text == whole.text
    assert joined.usage_metadata == whole.usage_metadata


@EACH
@pytest.mark.needs("tools")
async def test_a_tool_is_called_and_its_result_answered(
    target: Target, options: dict[str, Any]
) -> None:
    model = chat(target, **options).bind_tools(TOOLS)
    asked = HumanMessage(WEATHER)

    first = await model.ainvoke([asked])
    told = [
        ToolMessage(get_weather(**call["args"]), tool_call_id=call["id"])
        for call in first.tool_calls
    ]
    second = await model.ainvoke([asked, first, *told])

    assert [call["name"] for call in first.tool_calls] == ["get_weather"]
    assert second.text


@EACH
@pytest.mark.needs("tools", "parallel_tools")
@pytest.mark.parametrize(
    ("question", "bound", "names"),
    [
        (WEATHER, {"tool_choice": "required"}, ["get_weather"]),
        (WEATHER, {"tool_choice": "get_time"}, ["get_time"]),
        (WEATHER, {"tool_choice": "none"}, []),
        (BOTH, {}, ["get_time", "get_weather"]),
    ],
    ids=["required", "named", "none", "parallel"],
)
async def test_tool_choice_is_honoured(
    target: Target, options: dict[str, Any], question: str, bound: dict[str, Any], names: list[str]
) -> None:
    model = chat(target, **options).bind_tools(TOOLS, **bound)

    answer = await model.ainvoke(question)

    assert sorted(call["name"] for call in answer.tool_calls) == names
    assert answer.invalid_tool_calls == []


@EACH
@pytest.mark.needs("tools")
async def test_streamed_tool_calls_join_into_whole_ones(
    target: Target, options: dict[str, Any]
) -> None:
    model = chat(target, **options).bind_tools(TOOLS[:1], strict=True)

    pieces = [piece async for piece in model.astream(WEATHER)]
    joined = pieces[0]
    for piece in pieces[1:]:
        joined += piece

    assert [call["name"] for call in joined.tool_calls] == ["get_weather"]
    assert set(joined.tool_calls[0]["args"]) == {"city"}


@EACH
@pytest.mark.needs("tools", "json_schema")
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_output_is_an_object(
    target: Target, options: dict[str, Any], method: str
) -> None:
    model = chat(target, **options).with_structured_output(Ticket, method=method)

    assert isinstance(await model.ainvoke(REPORT), Ticket)


@pytest.mark.needs("drills")
async def test_a_refusal_is_the_clients_own_error(target: Target) -> None:
    model = chat(target.drilled("refusal=1")).with_structured_output(Ticket)

    with pytest.raises(OpenAIRefusalError):
        await model.ainvoke(REPORT)


@EACH
@pytest.mark.needs("drills")
async def test_a_cut_answer_says_so(target: Target, options: dict[str, Any]) -> None:
    answer = await chat(target.drilled("truncation=1"), **options).ainvoke(QUESTION)

    told = answer.response_metadata
    assert told.get("finish_reason") == "length" or told.get("status") == "incomplete"


@pytest.mark.needs("drills")
async def test_malformed_arguments_become_invalid_tool_calls(target: Target) -> None:
    model = chat(target.drilled("malformed_json=1")).bind_tools(TOOLS[:1])

    answer = await model.ainvoke(WEATHER)

    assert answer.tool_calls == []
    assert [call["name"] for call in answer.invalid_tool_calls] == ["get_weather"]


@pytest.mark.needs("embeddings", "deterministic")
async def test_documents_and_queries_are_embedded_alike(target: Target) -> None:
    embeddings = OpenAIEmbeddings(
        model=target.embedding_model,
        base_url=target.base_url,
        api_key=target.api_key,
        # Otherwise the texts are cut by tiktoken, which fetches its tables when first used.
        check_embedding_ctx_length=False,
    )

    documents = await embeddings.aembed_documents(["a kettle", "the sea"])
    query = await embeddings.aembed_query("a kettle")

    assert len(documents) == 2
    assert query == pytest.approx(documents[0], abs=1e-6)


@EACH
@pytest.mark.needs("authentication")
async def test_a_wrong_key_is_turned_away(target: Target, options: dict[str, Any]) -> None:
    with pytest.raises(openai.AuthenticationError):
        await chat(target.with_key("wrong"), **options).ainvoke(QUESTION)


async def test_an_unknown_model_is_not_found(target: Target) -> None:
    with pytest.raises(openai.NotFoundError):
        await chat(target, model="no-such-model").ainvoke(QUESTION)


@EACH
@pytest.mark.needs("drills")
async def test_a_prompt_over_the_context_is_recognised(
    target: Target, options: dict[str, Any]
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await chat(target, model="sim-nano", **options).ainvoke(TOO_LONG)

    assert caught.value.code == "context_length_exceeded"


@EACH
@pytest.mark.needs("drills")
async def test_a_rate_limit_is_ridden_out(target: Target, options: dict[str, Any]) -> None:
    model = chat(target.drilled("rate_limit=20,rate_burst=1"), max_retries=6, **options)

    texts = {(await model.ainvoke(QUESTION)).text for _ in range(2)}

    assert len(texts) == 1


@pytest.mark.needs("drills")
async def test_a_clean_cut_is_silent(target: Target) -> None:
    """A known weakness of this client: a stream that just ends is taken for a whole answer."""
    model = chat(target.drilled("clean_cut=1"))

    pieces = [piece async for piece in model.astream(QUESTION)]

    assert all("finish_reason" not in piece.response_metadata for piece in pieces)
