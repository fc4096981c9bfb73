"""Translate between our messages and the chat-completions format.

Knows the format only: nothing here talks to a network.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, assert_never

from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionContentPartParam,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam,
    ChatCompletionToolChoiceOptionParam,
    ChatCompletionToolMessageParam,
    ChatCompletionToolParam,
    ChatCompletionUserMessageParam,
)
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, ConfigDict

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

FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
}
FILTERED = "content_filter"
SOUNDS: Mapping[Literal["audio/wav", "audio/mp3"], Literal["wav", "mp3"]] = {
    "audio/wav": "wav",
    "audio/mp3": "mp3",
}


class _Read(BaseModel):
    """What is read of an answer; clients build answers unchecked, so the check is here."""

    model_config = ConfigDict(from_attributes=True)


class FunctionRead(_Read):
    """The function of a tool call, or a piece of it."""

    name: str | None = None
    arguments: str | None = None


class ToolCallRead(_Read):
    """A tool call, or a piece of it."""

    index: int | None = None
    id: str | None = None
    function: FunctionRead | None = None


class MessageRead(_Read):
    """A message, or the difference that a chunk makes to it."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallRead] | None = None


class ChoiceRead(_Read):
    """One choice of a whole answer."""

    message: MessageRead
    finish_reason: str | None = None


class DeltaChoiceRead(_Read):
    """One choice of a chunk."""

    delta: MessageRead | None = None
    finish_reason: str | None = None


class PromptDetailsRead(_Read):
    """How input tokens divide."""

    cached_tokens: int | None = None


class CompletionDetailsRead(_Read):
    """How output tokens divide."""

    reasoning_tokens: int | None = None


class UsageRead(_Read):
    """Counted tokens."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetailsRead | None = None
    completion_tokens_details: CompletionDetailsRead | None = None

    def usage(self) -> Usage:
        """Count in our words."""
        prompt = self.prompt_tokens_details or PromptDetailsRead()
        completion = self.completion_tokens_details or CompletionDetailsRead()
        return Usage(
            input_tokens=self.prompt_tokens or 0,
            output_tokens=self.completion_tokens or 0,
            cached_tokens=prompt.cached_tokens or 0,
            reasoning_tokens=completion.reasoning_tokens or 0,
        )


class CompletionRead(_Read):
    """A whole answer."""

    id: str | None = None
    model: str | None = None
    choices: list[ChoiceRead]
    usage: UsageRead | None = None


class ChunkRead(_Read):
    """A piece of a streamed answer."""

    id: str | None = None
    model: str | None = None
    choices: list[DeltaChoiceRead] | None = None
    usage: UsageRead | None = None


def write_messages(messages: Sequence[Message]) -> list[ChatCompletionMessageParam]:
    """Write a conversation; a turn with several tool results becomes several messages."""
    return [written for message in messages for written in _write_message(message)]


def _write_message(message: Message) -> Iterator[ChatCompletionMessageParam]:
    for part in message.parts:
        if isinstance(part, ToolResult):
            yield _write_result(part)
    rest = tuple(part for part in message.parts if not isinstance(part, ToolResult))
    if not rest:
        return
    match message.role:
        case Role.SYSTEM:
            yield {"role": "system", "content": message.text}
        case Role.ASSISTANT:
            yield _write_assistant(message)
        case Role.USER | Role.TOOL:
            yield _write_user(rest)
        case _:
            assert_never(message.role)


def _write_result(result: ToolResult) -> ChatCompletionToolMessageParam:
    return {"role": "tool", "tool_call_id": result.call_id, "content": result.text}


def _write_assistant(message: Message) -> ChatCompletionAssistantMessageParam:
    written: ChatCompletionAssistantMessageParam = {
        "role": "assistant",
        "content": message.text or None,
    }
    calls = [_write_call(part) for part in message.parts if isinstance(part, ToolCall)]
    if calls:
        written["tool_calls"] = calls
    return written


def _write_call(call: ToolCall) -> ChatCompletionMessageFunctionToolCallParam:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _write_user(parts: tuple[Part, ...]) -> ChatCompletionUserMessageParam:
    if all(isinstance(part, TextPart) for part in parts):
        text = "".join(part.text for part in parts if isinstance(part, TextPart))
        return {"role": "user", "content": text}
    return {"role": "user", "content": [_write_part(part) for part in parts]}


def _write_part(part: Part) -> ChatCompletionContentPartParam:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case ImagePart():
            url = f"data:{part.media_type};base64,{b64encode(part.data).decode()}"
            return {"type": "image_url", "image_url": {"url": url}}
        case AudioPart():
            clip = b64encode(part.data).decode()
            return {
                "type": "input_audio",
                "input_audio": {"data": clip, "format": SOUNDS[part.media_type]},
            }
        case ToolCall() | ToolResult():
            raise ModelRejectedError(
                f"A user's turn cannot hold a {part.kind}.",
                advice="Put tool calls in assistant turns and tool results in tool turns.",
            )
        case _:
            assert_never(part)


def write_tool(tool: Tool) -> ChatCompletionToolParam:
    """Offer a tool."""
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": dict(tool.parameters),
        },
    }


def write_tool_choice(choice: str) -> ChatCompletionToolChoiceOptionParam:
    """Say which tool to call."""
    match choice:
        case "auto":
            return "auto"
        case "none":
            return "none"
        case "required":
            return "required"
        case name:
            return {"type": "function", "function": {"name": name}}


def write_schema(schema: ResponseSchema) -> ResponseFormatJSONSchema:
    """Ask for an answer that follows a schema."""
    return {
        "type": "json_schema",
        "json_schema": {
            "name": schema.name,
            "strict": schema.strict,
            "schema": dict(schema.json_schema),
        },
    }
