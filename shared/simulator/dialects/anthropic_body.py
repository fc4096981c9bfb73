"""The body of Anthropic's Messages: what may stand in it."""

from typing import Literal

from pydantic import Field, JsonValue

from shared.simulator.dialects.body import Body, Loose


class Source(Loose):
    """Where an image or a document is."""

    type: str
    media_type: str = "image/png"
    data: str | None = None


class CacheControl(Loose):
    """A mark: keep what stands before it in the cache."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class InnerBlock(Loose):
    """A block inside a tool's result, or of the system's prompt."""

    type: str
    text: str | None = None
    source: Source | None = None
    cache_control: CacheControl | None = None


class Block(Loose):
    """One block of a turn's content."""

    type: Literal[
        "text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"
    ]
    text: str | None = None
    source: Source | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, JsonValue] | None = None
    tool_use_id: str | None = None
    content: str | list[InnerBlock] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


class Turn(Loose):
    """One turn of the conversation."""

    role: Literal["user", "assistant", "system"]
    content: str | list[Block]


class ToolSpec(Loose):
    """A tool of the caller's; the vendor's own tools run at the vendor, so not here."""

    type: Literal["custom"] | None = None
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    description: str | None = None
    input_schema: dict[str, JsonValue]
    strict: bool | None = None
    cache_control: CacheControl | None = None


class Choice(Loose):
    """Which tool to call."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class OutputFormat(Loose):
    """The schema of a structured answer."""

    type: Literal["json_schema"]
    schema_: dict[str, JsonValue] = Field(alias="schema")


class OutputConfig(Loose):
    """How the answer is to be."""

    format: OutputFormat | None = None
    effort: str | None = None


class CountBody(Body):
    """The body of ``POST /v1/messages/count_tokens``."""

    model: str
    messages: list[Turn] = Field(min_length=1)
    system: str | list[InnerBlock] | None = None
    tools: list[ToolSpec] | None = None
    tool_choice: Choice | None = None
    output_config: OutputConfig | None = None
    output_format: OutputFormat | None = None
    thinking: dict[str, JsonValue] | None = None
    cache_control: CacheControl | None = None


class MessagesBody(CountBody):
    """The body of ``POST /v1/messages``; the fields after ``stream`` change nothing here."""

    max_tokens: int = Field(ge=1)
    temperature: float | None = Field(default=None, ge=0, le=1)
    top_p: float | None = Field(default=None, ge=0, le=1)
    stop_sequences: list[str] | None = None
    stream: bool | None = None
    top_k: int | None = Field(default=None, ge=0)
    metadata: dict[str, JsonValue] | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    container: JsonValue = None
    context_management: JsonValue = None
