"""Read a Responses body into a call, in the same messages a chat completion would be."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import Field, JsonValue

from shared.llm.messages import (
    ChatRequest,
    Message,
    Part,
    ResponseSchema,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolResult,
)
from shared.simulator.dialects.body import Body, Loose, parse
from shared.simulator.dialects.dialect import Ask
from shared.simulator.dialects.errors import invalid
from shared.simulator.dialects.openai_request import image, known_tool, named_schema
from shared.simulator.dialects.schemas import check_schema, check_strict
from shared.simulator.plan import Call

LOGPROBS: Final = "message.output_text.logprobs"
_ROLES: Final = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}


class ItemPart(Loose):
    """One part of a message item's content."""

    type: Literal["input_text", "output_text", "text", "input_image", "refusal"]
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None


class Item(Loose):
    """One input item: a message, a function call, its output, or reasoning to be skipped."""

    type: Literal["message", "function_call", "function_call_output", "reasoning"] = "message"
    role: Literal["system", "developer", "user", "assistant"] | None = None
    content: str | list[ItemPart] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[ItemPart] | None = None


class FunctionTool(Loose):
    """A function the model may call; other kinds of tools run at the vendor, so not here."""

    type: Literal["function"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str | None = None
    parameters: dict[str, JsonValue] | None = None
    strict: bool | None = None


class FunctionChoice(Loose):
    """The one function to call."""

    type: Literal["function"]
    name: str


class Format(Loose):
    """What form the answer must have."""

    type: Literal["text", "json_object", "json_schema"]
    name: str = Field(default="answer", pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    schema_: dict[str, JsonValue] = Field(default_factory=dict, alias="schema")
    strict: bool | None = None


class TextConfig(Loose):
    """How the text is to be."""

    format: Format | None = None
    verbosity: str | None = None


class ResponsesBody(Body):
    """The body of ``POST /v1/responses``; the fields after ``stream`` change nothing here."""

    model: str
    input: str | list[Item]
    instructions: str | None = None
    tools: list[FunctionTool] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | FunctionChoice | None = None
    parallel_tool_calls: bool | None = None
    text: TextConfig | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    include: list[str] | None = None
    max_output_tokens: int | None = Field(default=None, ge=16)
    previous_response_id: str | None = None
    conversation: JsonValue = None
    background: bool | None = None
    stream: bool | None = None
    stream_options: dict[str, JsonValue] | None = None
    store: bool | None = None
    reasoning: dict[str, JsonValue] | None = None
    metadata: dict[str, str] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: str | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    max_tool_calls: int | None = None


def read_responses(body: bytes) -> Ask:
    """Read a Responses body; raises ``ApiError``."""
    asked = parse(ResponsesBody, body)
    kept = {
        "previous_response_id": asked.previous_response_id,
        "conversation": asked.conversation,
        "background": asked.background,
    }
    for name, value in kept.items():
        if value:
            raise invalid(
                f"The simulator keeps no responses, so '{name}' cannot be used: send the whole"
                " conversation as 'input'.",
                param=name,
                code="unsupported_parameter",
            )
    tools = _tools(asked.tools or ())
    choice = asked.tool_choice
    request = ChatRequest(
        messages=tuple(_messages(asked)),
        tools=tools,
        tool_choice=known_tool(choice.name, tools)
        if isinstance(choice, FunctionChoice)
        else choice or "auto",
        response_schema=_format(asked),
        temperature=asked.temperature,
        top_p=asked.top_p,
        max_tokens=asked.max_output_tokens,
    )
    call = Call(
        model=asked.model,
        request=request,
        logprobs=LOGPROBS in (asked.include or ()),
        top_logprobs=asked.top_logprobs or 0,
        parallel_tool_calls=asked.parallel_tool_calls is not False,
    )
    return Ask((call,), stream=bool(asked.stream), extra=_echoed(asked))


def _echoed(asked: ResponsesBody) -> dict[str, Any]:
    """Keep what a response repeats of its request."""
    shown = asked.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    told = {"format": {"type": "text"}, **shown.get("text", {})}
    return {
        "instructions": asked.instructions,
        "max_output_tokens": asked.max_output_tokens,
        "metadata": asked.metadata or {},
        "parallel_tool_calls": asked.parallel_tool_calls is not False,
        "reasoning": asked.reasoning or {"effort": None, "summary": None},
        "temperature": 1.0 if asked.temperature is None else asked.temperature,
        "text": told,
        "tool_choice": shown.get("tool_choice", "auto"),
        "tools": [{"strict": None, "parameters": None, **tool} for tool in shown.get("tools", ())],
        "top_p": 1.0 if asked.top_p is None else asked.top_p,
        "truncation": asked.truncation or "disabled",
        "user": asked.user,
    }


def _tools(tools: Sequence[FunctionTool]) -> tuple[Tool, ...]:
    for number, tool in enumerate(tools):
        where = f"tools[{number}].parameters"
        check_schema(tool.parameters or {}, where)
        if tool.strict:
            check_strict(tool.parameters or {}, where)
    return tuple(
        Tool(
            name=tool.name,
            description=tool.description or "",
            parameters=tool.parameters or {"type": "object", "properties": {}},
        )
        for tool in tools
    )


def _format(asked: ResponsesBody) -> ResponseSchema | None:
    wanted = asked.text.format if asked.text else None
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return ResponseSchema(name="json_object", json_schema={"type": "object"}, strict=False)
    return named_schema(
        wanted.name, wanted.schema_, strict=bool(wanted.strict), where="text.format.schema"
    )


def _messages(asked: ResponsesBody) -> Iterator[Message]:
    """Turn items into turns; what an assistant says and calls in a row is one turn."""
    if asked.instructions:
        yield Message(role=Role.SYSTEM, parts=(TextPart(text=asked.instructions),))
    if isinstance(asked.input, str):
        yield Message(role=Role.USER, parts=(TextPart(text=asked.input),))
        return
    said: list[Part] = []
    called: set[str] = set()
    for number, item in enumerate(asked.input):
        where = f"input[{number}]"
        role, parts = _turn(item, where, called)
        if role is Role.ASSISTANT:
            said.extend(parts)
            continue
        if said and item.type != "reasoning":
            yield Message(role=Role.ASSISTANT, parts=tuple(said))
            said = []
        if role is not None:
            yield Message(role=role, parts=tuple(parts))
    if said:
        yield Message(role=Role.ASSISTANT, parts=tuple(said))


def _turn(item: Item, where: str, called: set[str]) -> tuple[Role | None, list[Part]]:
    if item.type == "reasoning":
        return None, []
    if item.type == "function_call":
        if item.call_id is None or item.name is None or item.arguments is None:
            raise invalid(f"'{where}' needs 'call_id', 'name' and 'arguments'.", param=where)
        called.add(item.call_id)
        call = ToolCall(id=item.call_id, name=item.name, arguments=item.arguments)
        return Role.ASSISTANT, [call]
    if item.type == "function_call_output":
        if item.call_id not in called:
            raise invalid(
                f"No tool call found for function call output with call_id {item.call_id}.",
                param="input",
            )
        text = item.output if isinstance(item.output, str) else _joined(item.output or ())
        return Role.TOOL, [ToolResult(call_id=item.call_id, text=text)]
    if item.role is None or item.content is None:
        raise invalid(f"'{where}' needs 'role' and 'content'.", param=where)
    if isinstance(item.content, str):
        return _ROLES[item.role], [TextPart(text=item.content)]
    return _ROLES[item.role], [
        _part(part, f"{where}.content[{at}]") for at, part in enumerate(item.content)
    ]


def _joined(parts: Sequence[ItemPart]) -> str:
    return "".join(part.text or "" for part in parts)


def _part(part: ItemPart, where: str) -> Part:
    if part.type == "input_image":
        return image(part.image_url or "", f"{where}.image_url")
    text = part.refusal if part.type == "refusal" else part.text
    if text is None:
        raise invalid(f"Missing required parameter: '{where}.text'.", param=where)
    return TextPart(text=text)
