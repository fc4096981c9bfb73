"""Read an Anthropic Messages body into a call, in the same messages every dialect has."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from shared.llm.messages import (
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
from shared.simulator.dialects.anthropic_body import (
    Block,
    Choice,
    CountBody,
    InnerBlock,
    MessagesBody,
    ToolSpec,
    Turn,
)
from shared.simulator.dialects.body import parse
from shared.simulator.dialects.dialect import Ask
from shared.simulator.dialects.errors import invalid
from shared.simulator.dialects.openai_request import decode, known_tool, named_schema
from shared.simulator.dialects.schemas import check_schema, check_strict
from shared.simulator.plan import Call
from shared.simulator.tokens import REPLY_TOKENS, count_prompt

MOST_MARKS: Final = 4
_NO_SCHEMA: Final = {"output_config": None, "output_format": None}


def read_messages(body: bytes) -> Ask:
    """Read a Messages body; raises ``ApiError``."""
    asked = parse(MessagesBody, body)
    request = _request(asked).model_copy(
        update={
            "temperature": asked.temperature,
            "top_p": asked.top_p,
            "max_tokens": asked.max_tokens,
            "stop": tuple(asked.stop_sequences or ()),
        }
    )
    alone = bool(asked.tool_choice and asked.tool_choice.disable_parallel_tool_use)
    call = Call(
        model=asked.model,
        request=request,
        parallel_tool_calls=not alone,
        cache_marks=_marks(asked),
    )
    return Ask((call,), stream=bool(asked.stream))


def read_count(body: bytes) -> tuple[str, ChatRequest]:
    """Read a body whose tokens are to be counted; raises ``ApiError``."""
    asked = parse(CountBody, body)
    return asked.model, _request(asked)


def _request(asked: CountBody) -> ChatRequest:
    tools = _tools(asked.tools or ())
    return ChatRequest(
        messages=tuple(_conversation(asked)),
        tools=tools,
        tool_choice=_choice(asked.tool_choice, tools),
        response_schema=_schema(asked),
    )


def _schema(asked: CountBody) -> ResponseSchema | None:
    wanted = asked.output_config.format if asked.output_config else None
    wanted = wanted or asked.output_format
    if wanted is None:
        return None
    where = "output_config.format.schema"
    return named_schema("answer", wanted.schema_, strict=False, where=where)


def _tools(tools: Sequence[ToolSpec]) -> tuple[Tool, ...]:
    for number, tool in enumerate(tools):
        where = f"tools[{number}].input_schema"
        check_schema(tool.input_schema, where)
        if tool.strict:
            check_strict(tool.input_schema, where)
    return tuple(
        Tool(name=tool.name, description=tool.description or "", parameters=tool.input_schema)
        for tool in tools
    )


def _choice(choice: Choice | None, tools: Sequence[Tool]) -> str:
    if choice is None:
        return "auto"
    if choice.type == "tool":
        return known_tool(choice.name or "", tools)
    return "required" if choice.type == "any" else choice.type


def _conversation(asked: CountBody) -> Iterator[Message]:
    if asked.system:
        text = asked.system if isinstance(asked.system, str) else _inner_text(asked.system)
        yield Message(role=Role.SYSTEM, parts=(TextPart(text=text),))
    called: set[str] = set()
    for number, turn in enumerate(asked.messages):
        yield from _turns(turn, f"messages[{number}]", called)


def _turns(turn: Turn, where: str, called: set[str]) -> Iterator[Message]:
    """Turn one of their turns into ours: each tool result is a turn of its own."""
    role = Role(turn.role)
    if isinstance(turn.content, str):
        yield Message(role=role, parts=(TextPart(text=turn.content),))
        return
    parts: list[Part] = []
    for number, block in enumerate(turn.content):
        place = f"{where}.content[{number}]"
        if block.type == "tool_result":
            if block.tool_use_id not in called:
                raise invalid(
                    f"{place}: unexpected 'tool_use_id' found in 'tool_result' blocks:"
                    f" {block.tool_use_id}. Each must have a 'tool_use' block before it.",
                    param=place,
                )
            yield Message(role=Role.TOOL, parts=(_result(block, block.tool_use_id),))
        elif block.type == "tool_use":
            parts.append(_call(block, place))
            called.add(block.id or "")
        elif not block.type.endswith("thinking"):
            parts.append(_content(block, place))
    if parts:
        yield Message(role=role, parts=tuple(parts))


def _call(block: Block, where: str) -> ToolCall:
    if block.id is None or block.name is None or block.input is None:
        raise invalid(f"{where}: a 'tool_use' block needs 'id', 'name' and 'input'.", param=where)
    arguments = json.dumps(block.input, ensure_ascii=False)
    return ToolCall(id=block.id, name=block.name, arguments=arguments)


def _result(block: Block, call_id: str) -> ToolResult:
    content = block.content or ""
    text = content if isinstance(content, str) else _inner_text(content)
    return ToolResult(call_id=call_id, text=text, is_error=bool(block.is_error))


def _inner_text(blocks: Sequence[InnerBlock]) -> str:
    return "\n".join(block.text or "" for block in blocks)


def _content(block: Block, where: str) -> Part:
    if block.type == "text" and block.text is not None:
        return TextPart(text=block.text)
    source = block.source
    if block.type == "image" and source and source.type == "base64" and source.data is not None:
        data = decode(source.data, f"{where}.source.data")
        return ImagePart.model_construct(media_type=source.media_type, data=data)
    if block.type == "document" and source and source.type == "text" and source.data is not None:
        return TextPart(text=source.data)
    raise invalid(
        f"{where}: the simulator reads text, images in base64 and documents given as text.",
        param=where,
    )


def _marks(asked: MessagesBody) -> tuple[int, ...]:
    """Count the tokens before each mark of what to cache; raises ``ApiError`` for too many."""
    before = list(_before_marks(asked))
    if len(before) > MOST_MARKS:
        raise invalid(
            f"A maximum of {MOST_MARKS} blocks with cache_control may be provided."
            f" Found {len(before)}.",
            param="cache_control",
        )
    return tuple(count_prompt(_request(part)) - REPLY_TOKENS for part in before)


def _before_marks(asked: MessagesBody) -> Iterator[CountBody]:
    """Cut a body off after each of its marks: tools come first, then the system, then the turns."""
    empty = CountBody.model_construct(**{**dict(asked), "messages": [], "tool_choice": None})
    tools = asked.tools or []
    for number, tool in enumerate(tools, 1):
        if tool.cache_control:
            update = {"tools": tools[:number], "system": None, **_NO_SCHEMA}
            yield empty.model_copy(update=update)
    blocks = asked.system if isinstance(asked.system, list) else []
    if any(block.cache_control for block in blocks):
        last = max(n for n, block in enumerate(blocks, 1) if block.cache_control)
        yield empty.model_copy(update={"system": blocks[:last]})
    for number, turn in enumerate(asked.messages):
        content = turn.content if isinstance(turn.content, list) else []
        for at, block in enumerate(content, 1):
            if block.cache_control:
                cut = turn.model_copy(update={"content": content[:at]})
                yield empty.model_copy(update={"messages": [*asked.messages[:number], cut]})
    if asked.cache_control:
        yield empty.model_copy(update={"messages": asked.messages})
