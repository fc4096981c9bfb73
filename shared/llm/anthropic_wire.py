"""Translate between our messages and the format of Anthropic's messages API.

Knows the format only: nothing here talks to a network.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, assert_never

from anthropic.types import (
    AssistantMessageParam,
    ImageBlockParam,
    OutputConfigParam,
    TextBlockParam,
    ToolChoiceParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
    UserMessageParam,
)
from pydantic import BaseModel, ConfigDict, JsonValue

from shared.errors import ModelRejectedError
from shared.llm.messages import (
    AudioPart,
    FinishReason,
    ImagePart,
    Message,
    Part,
    ResponseSchema,
    Role,
    TextPart,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)

Block: TypeAlias = TextBlockParam | ImageBlockParam | ToolUseBlockParam | ToolResultBlockParam
Turn: TypeAlias = UserMessageParam | AssistantMessageParam

# "pause_turn" is missing on purpose: it belongs to tools that run at the server; we offer none.
FINISH_REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
}
REFUSED = "refusal"
PICTURES: Mapping[str, Literal["image/jpeg", "image/png", "image/gif", "image/webp"]] = {
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/gif": "image/gif",
    "image/webp": "image/webp",
}


class _Read(BaseModel):
    """What is read of an answer; clients build answers unchecked, so the check is here."""

    model_config = ConfigDict(from_attributes=True)


class BlockRead(_Read):
    """A block of an answer: text, a tool's use, or a kind we pass over."""

    type: str
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, JsonValue] | None = None


class OutputDetailsRead(_Read):
    """How output tokens divide."""

    thinking_tokens: int | None = None


class UsageRead(_Read):
    """Counted tokens; in a stream each count is the latest total, or missing."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens_details: OutputDetailsRead | None = None

    def after(self, earlier: "UsageRead") -> "UsageRead":
        """Keep earlier counts that this report leaves out."""
        known = {name: value for name, value in self if value is not None}
        return earlier.model_copy(update=known)

    def usage(self) -> Usage:
        """Count in our words: their input tokens leave out what the cache was asked for."""
        cached = self.cache_read_input_tokens or 0
        details = self.output_tokens_details or OutputDetailsRead()
        fresh = (self.input_tokens or 0) + (self.cache_creation_input_tokens or 0)
        return Usage(
            input_tokens=fresh + cached,
            output_tokens=self.output_tokens or 0,
            cached_tokens=cached,
            reasoning_tokens=details.thinking_tokens or 0,
        )


class StopDetailsRead(_Read):
    """Why the model declined."""

    explanation: str | None = None


class MessageRead(_Read):
    """A whole answer, or the head of a streamed one."""

    id: str | None = None
    model: str | None = None
    content: list[BlockRead]
    stop_reason: str | None = None
    stop_details: StopDetailsRead | None = None
    usage: UsageRead | None = None


class DeltaRead(_Read):
    """What an event changes: text, a tool's input, or the reason to stop."""

    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None
    stop_details: StopDetailsRead | None = None


class EventRead(_Read):
    """An event of a streamed answer."""

    type: str
    index: int = 0
    message: MessageRead | None = None
    content_block: BlockRead | None = None
    delta: DeltaRead | None = None
    usage: UsageRead | None = None


def write_system(messages: Sequence[Message]) -> str:
    """Join what is said as the system; the API takes it apart from the turns."""
    return "\n\n".join(message.text for message in messages if message.role is Role.SYSTEM)


def write_turns(messages: Sequence[Message]) -> list[Turn]:
    """Write a conversation; neighbours of one role become one turn.

    The API wants the results of all tools called in a turn together in the next.
    """
    grouped: list[tuple[Literal["user", "assistant"], list[Block]]] = []
    for message in messages:
        if message.role is Role.SYSTEM:
            continue
        role: Literal["user", "assistant"] = (
            "assistant" if message.role is Role.ASSISTANT else "user"
        )
        blocks = [_write_part(part) for part in message.parts]
        if grouped and grouped[-1][0] == role:
            grouped[-1][1].extend(blocks)
        else:
            grouped.append((role, blocks))
    return [_write_turn(role, blocks) for role, blocks in grouped]


def _write_turn(role: Literal["user", "assistant"], blocks: list[Block]) -> Turn:
    if role == "assistant":
        return {"role": "assistant", "content": blocks}
    return {"role": "user", "content": blocks}


def _write_part(part: Part) -> Block:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case ImagePart():
            return _write_image(part)
        case ToolCall():
            return _write_call(part)
        case ToolResult():
            return _write_result(part)
        case AudioPart():
            raise ModelRejectedError(
                "Anthropic's API takes no sound.",
                advice="Transcribe the clip first, or choose a model that listens.",
            )
        case _:
            assert_never(part)


def _write_image(image: ImagePart) -> ImageBlockParam:
    if image.media_type not in PICTURES:
        raise ModelRejectedError(
            f"Anthropic's API takes no images of type {image.media_type}.",
            advice=f"Convert the image to one of {', '.join(PICTURES)}.",
        )
    return {
        "type": "image",
        "source": {
            "type": "base64",
            "media_type": PICTURES[image.media_type],
            "data": b64encode(image.data).decode(),
        },
    }


def _write_call(call: ToolCall) -> ToolUseBlockParam:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}


def _input(arguments: str) -> dict[str, object]:
    """Read arguments as the object that the API insists on, wrapping what is none."""
    try:
        value = json.loads(arguments or "{}")
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"not_an_object": arguments}


def _write_result(result: ToolResult) -> ToolResultBlockParam:
    return {
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": result.text,
        "is_error": result.is_error,
    }


def write_tool(tool: Tool) -> ToolParam:
    """Offer a tool."""
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": dict(tool.parameters),
    }


def write_tool_choice(choice: str) -> ToolChoiceParam:
    """Say which tool to call."""
    match choice:
        case "auto":
            return {"type": "auto"}
        case "none":
            return {"type": "none"}
        case "required":
            return {"type": "any"}
        case name:
            return {"type": "tool", "name": name}


def write_schema(schema: ResponseSchema) -> OutputConfigParam:
    """Ask for an answer that follows a schema; the API always holds it strictly."""
    return {"format": {"type": "json_schema", "schema": dict(schema.json_schema)}}
