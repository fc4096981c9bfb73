"""Read a chat completions body into calls; the Responses dialect shares its parts."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from pydantic import JsonValue

from shared.llm.messages import (
    AudioPart,
    ChatRequest,
    ImagePart,
    Message,
    Part,
    ResponseSchema,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolResult,
)
from shared.simulator.dialects.body import parse
from shared.simulator.dialects.chat_body import (
    ChatBody,
    ContentPart,
    NamedTool,
    ResponseFormat,
    ToolSpec,
    Turn,
)
from shared.simulator.dialects.dialect import Ask
from shared.simulator.dialects.errors import invalid
from shared.simulator.dialects.schemas import check_schema, check_strict
from shared.simulator.plan import Call

_ROLES: Final = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
}


def read_chat(body: bytes) -> Ask:
    """Read a chat completions body; raises ``ApiError``."""
    asked = parse(ChatBody, body)
    tools = read_tools(asked.tools or ())
    if asked.top_logprobs is not None and not asked.logprobs:
        raise invalid("'top_logprobs' needs 'logprobs' set to true.", param="top_logprobs")
    if asked.stream_options is not None and not asked.stream:
        raise invalid("'stream_options' is only allowed with 'stream'.", param="stream_options")
    request = ChatRequest(
        messages=read_turns(asked.messages),
        tools=tools,
        tool_choice=read_choice(asked.tool_choice, tools),
        response_schema=read_format(asked.response_format, asked.messages),
        temperature=asked.temperature,
        top_p=asked.top_p,
        max_tokens=asked.max_completion_tokens or asked.max_tokens,
        stop=read_stop(asked.stop),
        seed=asked.seed,
    )
    return Ask(
        calls=tuple(
            Call(
                model=asked.model,
                request=request,
                index=index,
                logprobs=bool(asked.logprobs),
                top_logprobs=asked.top_logprobs or 0,
                parallel_tool_calls=asked.parallel_tool_calls is not False,
            )
            for index in range(asked.n or 1)
        ),
        stream=bool(asked.stream),
        include_usage=bool(asked.stream_options and asked.stream_options.include_usage),
    )


def read_stop(stop: str | Sequence[str] | None) -> tuple[str, ...]:
    """Read stop sequences: one, or up to four."""
    sequences = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if len(sequences) > 4:
        raise invalid("Give at most 4 stop sequences.", param="stop")
    return sequences


def read_tools(tools: Sequence[ToolSpec], *, may_be_strict: bool = True) -> tuple[Tool, ...]:
    """Read tools; strict ones, where there are any, must have a schema that strict mode takes."""
    for number, tool in enumerate(tools):
        where = f"tools[{number}].function.parameters"
        check_schema(tool.function.parameters or {}, where)
        if may_be_strict and tool.function.strict:
            check_strict(tool.function.parameters or {}, where)
    return tuple(
        Tool(
            name=tool.function.name,
            description=tool.function.description or "",
            parameters=tool.function.parameters or {"type": "object", "properties": {}},
        )
        for tool in tools
    )


def read_choice(
    choice: Literal["none", "auto", "required"] | NamedTool | None, tools: Sequence[Tool]
) -> str:
    """Read the tool choice; a named tool must be one of ``tools``."""
    if choice is None or isinstance(choice, str):
        return choice or "auto"
    return known_tool(choice.function.name, tools)


def known_tool(name: str, tools: Sequence[Tool]) -> str:
    """Return the name if there is such a tool; raises ``ApiError``."""
    if name not in {tool.name for tool in tools}:
        raise invalid(f"Tool choice '{name}' not found in 'tools' parameter.", param="tool_choice")
    return name


def read_format(wanted: ResponseFormat | None, turns: Sequence[Turn]) -> ResponseSchema | None:
    """Read the response format; raises ``ApiError`` for a schema that strict mode does not take."""
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        if not any("json" in _all_text(turn).lower() for turn in turns):
            raise invalid(
                "'messages' must contain the word 'json' in some form, to use 'response_format' of"
                " type 'json_object'.",
                param="messages",
            )
        return ResponseSchema(name="json_object", json_schema={"type": "object"}, strict=False)
    if wanted.json_schema is None:
        raise invalid(
            "Missing required parameter: 'response_format.json_schema'.",
            param="response_format.json_schema",
            code="missing_required_parameter",
        )
    spec = wanted.json_schema
    return named_schema(
        spec.name,
        spec.schema_,
        strict=bool(spec.strict),
        where="response_format.json_schema.schema",
    )


def named_schema(
    name: str, schema: dict[str, JsonValue], *, strict: bool, where: str
) -> ResponseSchema:
    """Check a schema and wrap it."""
    check_schema(schema, where)
    if strict:
        check_strict(schema, where)
    return ResponseSchema(name=name, json_schema=schema, strict=strict)


def _all_text(turn: Turn) -> str:
    if isinstance(turn.content, str):
        return turn.content
    return " ".join(part.text or "" for part in turn.content or ())


def read_turns(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """Read the conversation; every tool call must be answered, every tool result asked for."""
    open_calls: dict[str, None] = {}
    messages = []
    for number, turn in enumerate(turns):
        where = f"messages[{number}]"
        if turn.role == "tool":
            if turn.tool_call_id not in open_calls:
                raise invalid(
                    f"'{where}' with role 'tool' must be a response to a preceding message with"
                    " 'tool_calls'.",
                    param=f"{where}.role",
                )
            del open_calls[turn.tool_call_id]
        elif open_calls:
            raise _unanswered(open_calls)
        for call in turn.tool_calls or ():
            open_calls[call.id] = None
        messages.append(Message(role=_ROLES[turn.role], parts=_parts(turn, where)))
    if open_calls:
        raise _unanswered(open_calls)
    return tuple(messages)


def _unanswered(calls: Mapping[str, None]) -> Exception:
    return invalid(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to"
        f" each 'tool_call_id'. These had none: {', '.join(calls)}.",
        param="messages",
    )


def _parts(turn: Turn, where: str) -> tuple[Part, ...]:
    if turn.role == "tool":
        return (ToolResult(call_id=turn.tool_call_id or "", text=_all_text(turn)),)
    content = turn.content
    if content is None and turn.role != "assistant":
        raise invalid(f"Invalid value for '{where}.content': null.", param=f"{where}.content")
    parts: list[Part] = []
    if isinstance(content, str):
        parts.append(TextPart(text=content))
    else:
        parts.extend(
            _part(part, f"{where}.content[{number}]") for number, part in enumerate(content or ())
        )
    if turn.refusal:
        parts.append(TextPart(text=turn.refusal))
    parts.extend(
        ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in turn.tool_calls or ()
    )
    return tuple(parts)


def _part(part: ContentPart, where: str) -> Part:
    if part.type == "image_url" and part.image_url is not None:
        return image(part.image_url.url, f"{where}.image_url.url")
    if part.type == "input_audio" and part.input_audio is not None:
        data = decode(part.input_audio.data, f"{where}.input_audio.data")
        wav = part.input_audio.format == "wav"
        return AudioPart.model_construct(media_type="audio/wav" if wav else "audio/mp3", data=data)
    text = part.refusal if part.type == "refusal" else part.text
    if text is None:
        raise invalid(f"Missing required parameter: '{where}.{part.type}'.", param=where)
    return TextPart(text=text)


def image(url: str, where: str) -> ImagePart:
    """Read an image from a data URL; raises ``ApiError`` for any other."""
    head, comma, data = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64") or not comma:
        raise invalid(
            "The simulator has no network: give images as 'data:image/…;base64,…' URLs.",
            param=where,
            code="invalid_image_url",
        )
    media = head.removeprefix("data:").removesuffix(";base64")
    return ImagePart.model_construct(media_type=media, data=decode(data, where))


def decode(data: str, where: str) -> bytes:
    """Decode base64; raises ``ApiError``."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"'{where}' is not valid base64.", param=where) from None
