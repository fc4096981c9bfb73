"""The values that pass between a program and a model: messages, tools, requests, replies.

All are frozen, so wrappers and logs may keep them, and all are plain data, so they cross a process
boundary as JSON.
"""

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, JsonValue

JsonSchema: TypeAlias = dict[str, JsonValue]


class Frozen(BaseModel):
    """A value: immutable, and strict about what it is made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TextPart(Frozen):
    """A piece of text."""

    kind: Literal["text"] = "text"
    text: str


class ImagePart(Frozen):
    """An image, as bytes."""

    kind: Literal["image"] = "image"
    media_type: str = "image/png"
    data: Base64Bytes


class AudioPart(Frozen):
    """A sound clip, as bytes."""

    kind: Literal["audio"] = "audio"
    media_type: Literal["audio/wav", "audio/mp3"] = "audio/wav"
    data: Base64Bytes


class ToolCall(Frozen):
    """A model's wish to call a tool.

    ``arguments`` is the text the model wrote: usually a JSON object, never guaranteed to be.
    """

    kind: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    arguments: str


class ToolResult(Frozen):
    """What a tool answered, joined to its call by ``call_id``."""

    kind: Literal["tool_result"] = "tool_result"
    call_id: str
    text: str
    is_error: bool = False


Part: TypeAlias = Annotated[
    TextPart | ImagePart | AudioPart | ToolCall | ToolResult, Field(discriminator="kind")
]


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Message(Frozen):
    """One turn of a conversation."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


def system(text: str) -> Message:
    """Say what the model is for."""
    return Message(role=Role.SYSTEM, parts=(TextPart(text=text),))


def user(text: str) -> Message:
    """Say something as the user."""
    return Message(role=Role.USER, parts=(TextPart(text=text),))


def assistant(text: str) -> Message:
    """Repeat what the model said."""
    return Message(role=Role.ASSISTANT, parts=(TextPart(text=text),))


class Tool(Frozen):
    """A tool the model may call; ``parameters`` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: JsonSchema


class ResponseSchema(Frozen):
    """The JSON Schema that an answer must follow."""

    name: str
    json_schema: JsonSchema
    strict: bool = True


class ChatRequest(Frozen):
    """Everything a model is asked in one call.

    ``tool_choice`` is ``auto``, ``none``, ``required`` or the name of one of ``tools``.
    """

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    response_schema: ResponseSchema | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"


class Usage(Frozen):
    """Tokens counted by the model's server."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Add two counts."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )


class Completion(Frozen):
    """An answer: text, tool calls, or both."""

    kind: Literal["completion"] = "completion"
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason
    usage: Usage = Usage()
    model: str
    request_id: str = ""

    @property
    def message(self) -> Message:
        """The answer as a turn of the conversation, ready to be sent back."""
        text = (TextPart(text=self.text),) if self.text else ()
        return Message(role=Role.ASSISTANT, parts=(*text, *self.tool_calls))


class Refusal(Frozen):
    """The model, or its provider's filter, declined to answer; a type of its own, not a text."""

    kind: Literal["refusal"] = "refusal"
    text: str
    usage: Usage = Usage()
    model: str
    request_id: str = ""


Reply: TypeAlias = Annotated[Completion | Refusal, Field(discriminator="kind")]


class TextDelta(Frozen):
    """The next piece of a streamed answer."""

    kind: Literal["text_delta"] = "text_delta"
    text: str


class ToolCallDelta(Frozen):
    """The next piece of a streamed tool call; ``id`` and ``name`` come with its first piece."""

    kind: Literal["tool_call_delta"] = "tool_call_delta"
    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


class StreamEnd(Frozen):
    """The last event of every complete stream: the whole reply, with its usage."""

    kind: Literal["stream_end"] = "stream_end"
    reply: Reply


StreamEvent: TypeAlias = TextDelta | ToolCallDelta | StreamEnd
