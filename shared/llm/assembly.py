"""Put the pieces of a streamed answer together."""

from dataclasses import dataclass, field

from shared.llm.messages import (
    Completion,
    FinishReason,
    Refusal,
    Reply,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)


@dataclass(slots=True)
class Assembly:
    """What has come of an answer so far.

    ``finish_reason`` stays ``None`` until the server says why the model stopped; ``refused`` means
    that it stopped because it, or a filter, declined.
    """

    texts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    calls: dict[int, list[ToolCallDelta]] = field(default_factory=dict)
    finish_reason: FinishReason | None = None
    refused: bool = False
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    request_id: str = ""

    @property
    def began(self) -> bool:
        """Whether any piece has come."""
        return bool(self.texts or self.calls)

    @property
    def text(self) -> str:
        """The text that has come."""
        return "".join(self.texts)

    @property
    def finished(self) -> bool:
        """Whether the server said that this is all."""
        return self.refused or self.finish_reason is not None

    def add_text(self, text: str) -> TextDelta:
        """Append a piece of text."""
        self.texts.append(text)
        return TextDelta(text=text)

    def add_call(self, index: int, id_: str, name: str, arguments: str) -> ToolCallDelta:
        """Append a piece of the tool call at ``index``."""
        delta = ToolCallDelta(index=index, id=id_, name=name, arguments=arguments)
        self.calls.setdefault(index, []).append(delta)
        return delta

    def arguments(self, index: int) -> str:
        """The arguments that have come of the tool call at ``index``."""
        return "".join(delta.arguments for delta in self.calls[index])

    def reply(self) -> Reply:
        """Close the answer; its finish reason must have come."""
        if self.refused:
            text = "".join(self.refusals) or self.text
            return Refusal(
                text=text, usage=self.usage, model=self.model, request_id=self.request_id
            )
        return Completion(
            text=self.text,
            tool_calls=tuple(_join(self.calls[index]) for index in sorted(self.calls)),
            finish_reason=self.finish_reason or FinishReason.STOP,
            usage=self.usage,
            model=self.model,
            request_id=self.request_id,
        )


def _join(deltas: list[ToolCallDelta]) -> ToolCall:
    return ToolCall(
        id="".join(delta.id for delta in deltas),
        name="".join(delta.name for delta in deltas),
        arguments="".join(delta.arguments for delta in deltas),
    )
