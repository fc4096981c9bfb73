"""Talk to Anthropic's messages API, or a server that speaks it, with Anthropic's own client."""

import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field

import anyio
import httpx2
from anthropic import (
    AnthropicError,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncAnthropic,
)
from anthropic.types.message_create_params import (
    MessageCreateParamsBase,
    MessageCreateParamsStreaming,
)
from pydantic import ValidationError

from shared.errors import ModelError
from shared.llm import anthropic_wire as wire
from shared.llm import provider_errors as errors
from shared.llm.assembly import Assembly
from shared.llm.messages import ChatRequest, Reply, StreamEnd, StreamEvent

# This client lets its HTTP layer's errors through when a stream breaks.
BROKEN = (APIConnectionError, httpx2.HTTPError, OSError, anyio.EndOfStream)
FOREIGN = (AnthropicError, *BROKEN, ValueError)


class AnthropicModel:
    """One model behind Anthropic's API.

    ``client`` should be made with ``max_retries=0``: retrying is ``RetryingModel``'s work. The API
    demands a limit on output tokens, so ``max_tokens`` stands in where a request names none. It
    knows no ``temperature``, ``top_p`` or ``seed``: these are left out of what is sent.
    """

    def __init__(self, client: AsyncAnthropic, name: str, *, max_tokens: int = 4096) -> None:
        self._client = client
        self._name = name
        self._max_tokens = max_tokens
        url = client.base_url.copy_with(userinfo=b"")
        self._server = errors.Server(url=str(url).rstrip("/"), key=client.api_key or "")

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        try:
            answer = await self._client.messages.create(**self._parameters(request))
            read = wire.MessageRead.model_validate(answer)
            request_id = answer._request_id  # noqa: SLF001 - public, the client's README says
        except FOREIGN as error:
            raise self._explain(error) from None
        return self._read_whole(read, request_id or "")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        reading = _Reading(Assembly(model=self._name))
        assembly = reading.assembly
        try:
            parameters: MessageCreateParamsStreaming = {
                **self._parameters(request),
                "stream": True,
            }
            chunks = await self._client.messages.create(**parameters)
            async with chunks:
                assembly.request_id = chunks.response.headers.get("request-id", "")
                async for chunk in chunks:
                    for event in reading.add(wire.EventRead.model_validate(chunk)):
                        yield event
        except FOREIGN as error:
            raise self._explain_stream(error, assembly) from None
        if not assembly.finished:
            raise errors.cut(assembly.text)
        yield StreamEnd(reply=assembly.reply())

    def _parameters(self, request: ChatRequest) -> MessageCreateParamsBase:
        parameters: MessageCreateParamsBase = {
            "model": self._name,
            "max_tokens": self._max_tokens if request.max_tokens is None else request.max_tokens,
            "messages": wire.write_turns(request.messages),
        }
        if instructions := wire.write_system(request.messages):
            parameters["system"] = instructions
        if request.tools:
            parameters["tools"] = [wire.write_tool(tool) for tool in request.tools]
            parameters["tool_choice"] = wire.write_tool_choice(request.tool_choice)
        if request.response_schema is not None:
            parameters["output_config"] = wire.write_schema(request.response_schema)
        if request.stop:
            parameters["stop_sequences"] = list(request.stop)
        return parameters

    def _read_whole(self, read: wire.MessageRead, request_id: str) -> Reply:
        assembly = Assembly(model=self._name, request_id=request_id)
        reading = _Reading(assembly)
        for _ in reading.add_message(read):
            pass
        if not assembly.finished:
            reason = read.stop_reason or "none"
            raise errors.unreadable(self._server, f"its stop reason is {reason}")
        return assembly.reply()

    def _explain(self, error: Exception) -> ModelError:
        match error:
            case APIStatusError():
                return errors.explain(_failure(error), self._server)
            case APITimeoutError() | httpx2.TimeoutException():
                return errors.timed_out(self._server)
            case ValidationError():
                return errors.unreadable(self._server, "not a message")
            case _ if isinstance(error, BROKEN):
                return errors.unreachable(self._server)
            case _:
                return errors.unreadable(self._server, str(error))

    def _explain_stream(self, error: Exception, assembly: Assembly) -> ModelError:
        explained = self._explain(error)
        if not assembly.began:
            return explained
        return errors.cut(assembly.text, explained.happened.rstrip("."))


def _failure(error: APIStatusError) -> errors.Failure:
    return errors.Failure(
        status=error.status_code,
        code=error.type or "",
        detail=errors.read_detail(error.body),
        retry_after_s=errors.read_retry_after(error.response.headers),
    )


@dataclass(slots=True)
class _Reading:
    """Reads blocks and events into an assembly.

    ``call_of`` maps a block's place to its tool call's: text blocks count among the former only.
    """

    assembly: Assembly
    usage: wire.UsageRead = field(default_factory=wire.UsageRead)
    call_of: dict[int, int] = field(default_factory=dict)

    def add(self, event: wire.EventRead) -> Iterator[StreamEvent]:
        """Read one event of a stream."""
        if event.message is not None:
            yield from self.add_message(event.message)
        if event.usage is not None:
            self._count(event.usage)
        if event.content_block is not None:
            yield from self._open(event.index, event.content_block)
        if event.delta is not None:
            yield from self._change(event.index, event.delta)
        if event.type == "content_block_stop":
            yield from self._close(event.index)

    def add_message(self, message: wire.MessageRead) -> Iterator[StreamEvent]:
        """Read a whole message; a stream's first event holds one without content."""
        assembly = self.assembly
        assembly.model = message.model or assembly.model
        assembly.request_id = assembly.request_id or message.id or ""
        if message.usage is not None:
            self._count(message.usage)
        for index, block in enumerate(message.content):
            yield from self._open(index, block)
            yield from self._close(index)
        self._stop(message.stop_reason, message.stop_details)

    def _count(self, usage: wire.UsageRead) -> None:
        self.usage = usage.after(self.usage)
        self.assembly.usage = self.usage.usage()

    def _open(self, index: int, block: wire.BlockRead) -> Iterator[StreamEvent]:
        if block.type == "text" and block.text:
            yield self.assembly.add_text(block.text)
        if block.type == "tool_use":
            place = self.call_of.setdefault(index, len(self.call_of))
            written = json.dumps(block.input, ensure_ascii=False) if block.input else ""
            yield self.assembly.add_call(place, block.id or "", block.name or "", written)

    def _change(self, index: int, delta: wire.DeltaRead) -> Iterator[StreamEvent]:
        if delta.text:
            yield self.assembly.add_text(delta.text)
        if delta.partial_json and index in self.call_of:
            yield self.assembly.add_call(self.call_of[index], "", "", delta.partial_json)
        self._stop(delta.stop_reason, delta.stop_details)

    def _close(self, index: int) -> Iterator[StreamEvent]:
        """Write the empty object that a call without arguments never gets a piece for."""
        place = self.call_of.get(index)
        if place is not None and not self.assembly.arguments(place):
            yield self.assembly.add_call(place, "", "", "{}")

    def _stop(self, reason: str | None, details: wire.StopDetailsRead | None) -> None:
        if reason is None:
            return
        self.assembly.refused = reason == wire.REFUSED
        self.assembly.finish_reason = wire.FINISH_REASONS.get(reason)
        if details is not None and details.explanation:
            self.assembly.refusals.append(details.explanation)
