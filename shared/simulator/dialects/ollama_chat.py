"""Ollama's chat: one JSON object a line, streamed unless told otherwise."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import Field, JsonValue
from pydantic_core import to_json

from shared.llm.messages import (
    ChatRequest,
    ImagePart,
    Message,
    Part,
    ResponseSchema,
    Role,
    TextPart,
    ToolCall,
    ToolResult,
)
from shared.simulator.dialects.body import Body, Loose, parse
from shared.simulator.dialects.chat_body import ToolSpec
from shared.simulator.dialects.dialect import Ask, Context, Dialect, Frame, beats, end_s
from shared.simulator.dialects.errors import ApiError, invalid
from shared.simulator.dialects.openai_request import decode, named_schema, read_tools
from shared.simulator.plan import Call, Plan, PlannedCall
from shared.simulator.state import State

_NS: Final = 1_000_000_000


class Function(Loose):
    """The function a model called."""

    name: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class CallBack(Loose):
    """A tool call, sent back as part of the conversation."""

    function: Function


class Turn(Loose):
    """One turn; a tool's result answers the oldest call that has none."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    images: list[str] | None = None
    tool_calls: list[CallBack] | None = None


class Options(Loose):
    """Sampling options; a server ignores those it does not know."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    num_predict: int | None = None
    stop: str | list[str] | None = None
    seed: int | None = None


class ChatBody(Body):
    """The body of ``POST /api/chat``."""

    model: str
    messages: list[Turn] = Field(min_length=1)
    tools: list[ToolSpec] | None = None
    format: Literal["", "json"] | dict[str, JsonValue] | None = None
    options: Options | None = None
    stream: bool | None = None
    keep_alive: JsonValue = None
    think: JsonValue = None
    logprobs: bool | None = None
    top_logprobs: int | None = None


def read_ollama(body: bytes) -> Ask:
    """Read a chat body; raises ``ApiError``."""
    asked = parse(ChatBody, body)
    options = asked.options or Options()
    stop = (options.stop,) if isinstance(options.stop, str) else tuple(options.stop or ())
    limit = options.num_predict
    request = ChatRequest(
        messages=_messages(asked.messages),
        tools=read_tools(asked.tools or (), may_be_strict=False),
        response_schema=_schema(asked.format),
        temperature=options.temperature,
        top_p=options.top_p,
        max_tokens=limit if limit is not None and limit > 0 else None,
        stop=stop,
        seed=options.seed,
    )
    name = asked.model.removesuffix(":latest")
    return Ask((Call(model=name, request=request),), stream=asked.stream is not False)


def _schema(wanted: str | dict[str, JsonValue] | None) -> ResponseSchema | None:
    if not wanted:
        return None
    if isinstance(wanted, str):
        return ResponseSchema(name="json_object", json_schema={"type": "object"}, strict=False)
    return named_schema("answer", wanted, strict=False, where="format")


def _messages(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """Number the calls, which have no ids here, and join results to them in order."""
    waiting: list[str] = []
    made = 0
    messages = []
    for number, turn in enumerate(turns):
        if turn.role == "tool":
            if not waiting:
                raise invalid(f"messages[{number}] is a tool's result that no call asked for.")
            result = ToolResult(call_id=waiting.pop(0), text=turn.content)
            messages.append(Message(role=Role.TOOL, parts=(result,)))
            continue
        parts: list[Part] = [TextPart(text=turn.content)] if turn.content else []
        for image in turn.images or ():
            data = decode(image, f"messages[{number}].images")
            parts.append(ImagePart.model_construct(media_type="image/png", data=data))
        for call in turn.tool_calls or ():
            name = f"call_{made}"
            made += 1
            waiting.append(name)
            arguments = json.dumps(call.function.arguments, ensure_ascii=False)
            parts.append(ToolCall(id=name, name=call.function.name, arguments=arguments))
        messages.append(Message(role=Role(turn.role), parts=tuple(parts)))
    return tuple(messages)


def render(ask: Ask, plans: Sequence[Plan], context: Context) -> bytes:
    """Render the answer as one object."""
    del ask
    plan = plans[0]
    message = {"role": "assistant", "content": plan.text, **_calls(plan.tool_calls)}
    return to_json({**_base(plan, context), "message": message, **_end(plan)})


def _base(plan: Plan, context: Context) -> dict[str, Any]:
    moment = datetime.fromtimestamp(context.created, UTC)
    return {"model": plan.model, "created_at": moment.isoformat().replace("+00:00", "Z")}


def _calls(calls: Sequence[PlannedCall]) -> dict[str, Any]:
    if not calls:
        return {}
    return {
        "tool_calls": [
            {"id": call.id, "function": {"name": call.name, "arguments": _arguments(call)}}
            for call in calls
        ]
    }


def _arguments(call: PlannedCall) -> dict[str, Any]:
    """Parse the arguments: this format has no place for text that is no JSON object."""
    try:
        value = json.loads(call.arguments)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"INVALID_JSON": call.arguments}


def _end(plan: Plan) -> dict[str, Any]:
    timing = plan.timing
    return {
        "done": True,
        "done_reason": "length" if plan.finish == "length" else "stop",
        "total_duration": int(timing.total_s * _NS),
        "load_duration": 0,
        "prompt_eval_count": plan.usage.input_tokens,
        "prompt_eval_duration": int(timing.ttft_s * _NS),
        "eval_count": plan.usage.output_tokens,
        "eval_duration": int(sum(timing.gaps_s) * _NS),
    }


def events(ask: Ask, plans: Sequence[Plan], context: Context) -> Iterator[Frame]:
    """Stream the answer; a tool call comes whole, when its last token has."""
    del ask
    plan = plans[0]
    base = _base(plan, context)
    left = [len(call.pieces) for call in plan.tool_calls]
    for beat in beats(plan):
        message: dict[str, Any] = {"role": "assistant", "content": beat.piece}
        if beat.call >= 0:
            left[beat.call] -= 1
            if left[beat.call]:
                continue
            message = {"role": "assistant", "content": "", **_calls([plan.tool_calls[beat.call]])}
        yield Frame(beat.due_s, _line({**base, "message": message, "done": False}), beat.number)
    last = {**base, "message": {"role": "assistant", "content": ""}, **_end(plan)}
    yield Frame(end_s(plan), _line(last))


def _line(value: dict[str, Any]) -> bytes:
    return to_json(value) + b"\n"


def render_error(error: ApiError) -> bytes:
    """Write an error in Ollama's form."""
    return to_json({"error": error.message})


def event_error(error: ApiError) -> bytes:
    """Write the error as a line of a stream."""
    return render_error(error) + b"\n"


def list_tags(state: State) -> dict[str, Any]:
    """List the models the way ``ollama list`` asks."""
    models = [
        {
            "name": f"{name}:latest",
            "model": f"{name}:latest",
            "modified_at": "2026-01-01T00:00:00Z",
            "size": 0,
            "digest": "",
            "details": {"format": "simulator", "family": "simulator"},
        }
        for name in state.profiles
    ]
    return {"models": models}


DIALECT: Final = Dialect(
    "ollama_chat",
    read_ollama,
    render,
    events,
    render_error,
    event_error,
    stream_type=b"application/x-ndjson",
)
