"""The body of a chat completion, as OpenAI's clients and their many relatives send it."""

from typing import Final, Literal

from pydantic import Field, JsonValue

from shared.simulator.dialects.body import Body, Loose

MAX_CHOICES: Final = 128


class ImageUrl(Loose):
    """Where an image is; only data URLs can be read here."""

    url: str


class InputAudio(Loose):
    """A sound clip in base64."""

    data: str
    format: Literal["wav", "mp3"]


class ContentPart(Loose):
    """One part of a turn's content."""

    type: Literal["text", "image_url", "input_audio", "refusal"]
    text: str | None = None
    image_url: ImageUrl | None = None
    input_audio: InputAudio | None = None
    refusal: str | None = None


class Function(Loose):
    """The function a model called."""

    name: str
    arguments: str


class CallBack(Loose):
    """A tool call, sent back as part of the conversation."""

    id: str
    type: Literal["function"] = "function"
    function: Function


class Turn(Loose):
    """One turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[CallBack] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None


class FunctionSpec(Loose):
    """A function the model may call."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str | None = None
    parameters: dict[str, JsonValue] | None = None
    strict: bool | None = None


class ToolSpec(Loose):
    """A tool; functions are the only kind here."""

    type: Literal["function"]
    function: FunctionSpec


class NamedFunction(Loose):
    """The one function to call."""

    name: str


class NamedTool(Loose):
    """The one tool to call."""

    type: Literal["function"]
    function: NamedFunction


class SchemaSpec(Loose):
    """The schema of a structured answer."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    schema_: dict[str, JsonValue] = Field(default_factory=dict, alias="schema")
    strict: bool | None = None


class ResponseFormat(Loose):
    """What form the answer must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: SchemaSpec | None = None


class StreamOptions(Loose):
    """What a stream tells besides the answer."""

    include_usage: bool | None = None


class ChatBody(Body):
    """The body of ``POST /v1/chat/completions``.

    The fields after ``user`` are taken and change nothing: some belong to services that the
    simulator does not have, others to servers that speak the same dialect.
    """

    model: str
    messages: list[Turn] = Field(min_length=1)
    tools: list[ToolSpec] | None = Field(default=None, max_length=128)
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    n: int | None = Field(default=None, ge=1, le=MAX_CHOICES)
    stop: str | list[str] | None = None
    seed: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    user: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    service_tier: str | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    logit_bias: dict[str, float] | None = None
    modalities: list[str] | None = None
    prediction: JsonValue = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    ignore_eos: bool | None = None
    min_tokens: int | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    chat_template_kwargs: dict[str, JsonValue] | None = None
