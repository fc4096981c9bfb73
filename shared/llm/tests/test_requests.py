"""What goes over the wire to each provider."""

from typing import Any

import pytest

from shared.errors import ModelRejectedError
from shared.llm.messages import (
    AudioPart,
    ChatRequest,
    ImagePart,
    Message,
    ResponseSchema,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolResult,
    system,
    user,
)
from shared.llm.tests.wire import ASK, KEY, AnthropicDialect, Dialect, OpenAIDialect, opened
from shared.testing import Hit, raw_server

pytestmark = pytest.mark.anyio

OPENAI = OpenAIDialect()
ANTHROPIC = AnthropicDialect()
SCHEMA = ResponseSchema(name="order", json_schema={"type": "object"})
TOOL = Tool(name="w", description="Weather.", parameters={"type": "object"})
TALK = (
    system("Be brief."),
    user("Rain?"),
    Message(
        role=Role.ASSISTANT,
        parts=(
            TextPart(text="Looking."),
            ToolCall(id="c1", name="w", arguments='{"city": "Recife"}'),
            ToolCall(id="c2", name="w", arguments="not json"),
        ),
    ),
    Message(
        role=Role.TOOL,
        parts=(
            ToolResult(call_id="c1", text="dry"),
            ToolResult(call_id="c2", text="what?", is_error=True),
        ),
    ),
)


async def sent(dialect: Dialect, request: ChatRequest, *, stream: bool = False) -> Hit:
    """Give what a provider sends."""
    answer = dialect.pieces("here") if stream else dialect.whole("here")
    async with raw_server(answer) as server, opened(dialect, server.url) as model:
        if stream:
            _ = [event async for event in model.stream(request)]
        else:
            await model.complete(request)
    return server.hits[0]


async def test_a_plain_question_carries_nothing_that_was_not_asked() -> None:
    openai = await sent(OPENAI, ASK)
    anthropic = await sent(ANTHROPIC, ASK)

    said = {"model": "m-1", "messages": [{"role": "user", "content": "Say hello."}]}
    assert openai.path == "/chat/completions"
    assert openai.json == said
    assert anthropic.path == "/v1/messages"
    assert anthropic.json == {
        "model": "m-1",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Say hello."}]}],
    }


async def test_the_key_goes_in_its_header(dialect: Dialect) -> None:
    hit = await sent(dialect, ASK)

    assert hit.headers["authorization"] == f"Bearer {KEY}"


async def test_an_openai_stream_asks_for_its_usage() -> None:
    hit = await sent(OPENAI, ASK, stream=True)

    assert hit.json["stream"] is True
    assert hit.json["stream_options"] == {"include_usage": True}


async def test_options_are_sent_where_they_are_known() -> None:
    request = ChatRequest(
        messages=ASK.messages,
        temperature=0.0,
        top_p=0.5,
        max_tokens=9,
        stop=("END",),
        seed=3,
        response_schema=SCHEMA,
    )

    openai = (await sent(OPENAI, request)).json
    anthropic = (await sent(ANTHROPIC, request)).json

    del openai["messages"], anthropic["messages"]
    assert openai == {
        "model": "m-1",
        "temperature": 0.0,
        "top_p": 0.5,
        "max_tokens": 9,
        "stop": ["END"],
        "seed": 3,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "order", "strict": True, "schema": {"type": "object"}},
        },
    }
    assert anthropic == {
        "model": "m-1",
        "max_tokens": 9,
        "stop_sequences": ["END"],
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    }


async def test_a_talk_with_tools_is_written_for_openai() -> None:
    hit = await sent(OPENAI, ChatRequest(messages=TALK, tools=(TOOL,)))

    calls = [
        {"id": id_, "type": "function", "function": {"name": "w", "arguments": arguments}}
        for id_, arguments in (("c1", '{"city": "Recife"}'), ("c2", "not json"))
    ]
    assert hit.json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": "Looking.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "dry"},
        {"role": "tool", "tool_call_id": "c2", "content": "what?"},
    ]
    assert hit.json["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "w",
                "description": "Weather.",
                "parameters": {"type": "object"},
            },
        }
    ]


async def test_a_talk_with_tools_is_written_for_anthropic() -> None:
    talk = (*TALK, user("And now?"))

    hit = await sent(ANTHROPIC, ChatRequest(messages=talk, tools=(TOOL,)))

    results: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": "c1", "content": "dry", "is_error": False},
        {"type": "tool_result", "tool_use_id": "c2", "content": "what?", "is_error": True},
    ]
    uses = [
        {"type": "tool_use", "id": "c1", "name": "w", "input": {"city": "Recife"}},
        {"type": "tool_use", "id": "c2", "name": "w", "input": {"not_an_object": "not json"}},
    ]
    assert hit.json["system"] == "Be brief."
    assert hit.json["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Rain?"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Looking."}, *uses]},
        {"role": "user", "content": [*results, {"type": "text", "text": "And now?"}]},
    ]
    assert hit.json["tools"] == [
        {"name": "w", "description": "Weather.", "input_schema": {"type": "object"}}
    ]


@pytest.mark.parametrize(
    ("choice", "openai", "anthropic"),
    [
        ("auto", "auto", {"type": "auto"}),
        ("none", "none", {"type": "none"}),
        ("required", "required", {"type": "any"}),
        ("w", {"type": "function", "function": {"name": "w"}}, {"type": "tool", "name": "w"}),
    ],
)
async def test_a_choice_of_tools_is_sent(choice: str, openai: object, anthropic: object) -> None:
    request = ChatRequest(messages=ASK.messages, tools=(TOOL,), tool_choice=choice)

    assert (await sent(OPENAI, request)).json["tool_choice"] == openai
    assert (await sent(ANTHROPIC, request)).json["tool_choice"] == anthropic


async def test_an_image_is_sent_as_base64() -> None:
    picture = ImagePart(data=b"iVBORw0=")
    request = ChatRequest(
        messages=(Message(role=Role.USER, parts=(TextPart(text="What is it?"), picture)),)
    )

    openai = (await sent(OPENAI, request)).json["messages"][0]["content"]
    anthropic = (await sent(ANTHROPIC, request)).json["messages"][0]["content"]

    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}
    assert openai[1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,iVBORw0="},
    }
    assert anthropic[1] == {"type": "image", "source": source}


async def test_sound_goes_to_openai_and_anthropic_says_no() -> None:
    clip = AudioPart(data=b"SUQz", media_type="audio/mp3")
    request = ChatRequest(messages=(Message(role=Role.USER, parts=(clip,)),))

    openai = (await sent(OPENAI, request)).json["messages"][0]["content"]

    assert openai == [{"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}}]
    with pytest.raises(ModelRejectedError, match="takes no sound"):
        await sent(ANTHROPIC, request)


async def test_an_image_of_an_unknown_type_is_rejected_before_it_is_sent() -> None:
    part = ImagePart(data=b"AAAA", media_type="image/tiff")
    request = ChatRequest(messages=(Message(role=Role.USER, parts=(part,)),))

    with pytest.raises(ModelRejectedError, match="image/tiff"):
        await sent(ANTHROPIC, request)


async def test_a_tool_call_in_a_users_turn_is_rejected() -> None:
    part = ToolCall(id="c1", name="w", arguments="{}")
    request = ChatRequest(messages=(Message(role=Role.USER, parts=(part,)),))

    with pytest.raises(ModelRejectedError, match="tool_call"):
        await sent(OPENAI, request)
