"""Talk to any OpenAI-compatible server, by chat completions, with OpenAI's own client."""

from collections.abc import AsyncGenerator, Iterator
from typing import Literal

import httpx2
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    OpenAIError,
)
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsBase,
    CompletionCreateParamsStreaming,
)
from pydantic import ValidationError

from shared.errors import ModelError
from shared.llm import openai_wire as wire
from shared.llm import provider_errors as errors
from shared.llm.assembly import Assembly
from shared.llm.messages import (
    ChatRequest,
    FinishReason,
    Reply,
    StreamEnd,
    StreamEvent,
)

# Some broken answers surface as plain errors of the JSON or HTTP layers below the client.
FOREIGN = (OpenAIError, httpx2.HTTPError, ValueError)


class OpenAIModel:
    """One model behind an OpenAI-compatible server.

    ``client`` should be made with ``max_retries=0``: retrying is ``RetryingModel``'s work.
    ``limit_field`` is how the server calls the limit on output tokens: OpenAI's own reasoning
    models know only ``max_completion_tokens``, many compatible servers only ``max_tokens``.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        name: str,
        *,
        limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
    ) -> None:
        self._client = client
        self._name = name
        self._limit_field = limit_field
        url = client.base_url.copy_with(userinfo=b"")
        self._server = errors.Server(url=str(url).rstrip("/"), key=client.api_key)

    @property
    def name(self) -> str:
        """The model's id, as its server knows it."""
        return self._name

    async def complete(self, request: ChatRequest) -> Reply:
        """Answer in one piece."""
        try:
            answer = await self._client.chat.completions.create(**self._parameters(request))
            read = wire.CompletionRead.model_validate(answer)
            request_id = answer._request_id  # noqa: SLF001 - public, the client's README says
        except FOREIGN as error:
            if _is_filtered(error):
                return _filtered(error, Assembly(model=self._name)).reply()
            raise self._explain(error) from None
        return self._read_whole(read, request_id or "")

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece."""
        assembly = Assembly(model=self._name)
        try:
            parameters: CompletionCreateParamsStreaming = {
                **self._parameters(request),
                "stream": True,
                "stream_options": {"include_usage": True},
            }
            chunks = await self._client.chat.completions.create(**parameters)
            async with chunks:
                assembly.request_id = chunks.response.headers.get("x-request-id", "")
                async for chunk in chunks:
                    for event in _add(assembly, wire.ChunkRead.model_validate(chunk)):
                        yield event
        except FOREIGN as error:
            if not _is_filtered(error):
                raise self._explain_stream(error, assembly) from None
            _filtered(error, assembly)
        if not assembly.finished:
            raise errors.cut(assembly.text)
        yield StreamEnd(reply=assembly.reply())

    def _parameters(self, request: ChatRequest) -> CompletionCreateParamsBase:
        parameters: CompletionCreateParamsBase = {
            "model": self._name,
            "messages": wire.write_messages(request.messages),
        }
        if request.tools:
            parameters["tools"] = [wire.write_tool(tool) for tool in request.tools]
            parameters["tool_choice"] = wire.write_tool_choice(request.tool_choice)
        if request.response_schema is not None:
            parameters["response_format"] = wire.write_schema(request.response_schema)
        if request.temperature is not None:
            parameters["temperature"] = request.temperature
        if request.top_p is not None:
            parameters["top_p"] = request.top_p
        if request.max_tokens is not None:
            parameters[self._limit_field] = request.max_tokens
        if request.stop:
            parameters["stop"] = list(request.stop)
        if request.seed is not None:
            parameters["seed"] = request.seed
        return parameters

    def _read_whole(self, read: wire.CompletionRead, request_id: str) -> Reply:
        """Read a whole answer as the single chunk of a stream."""
        assembly = Assembly(model=self._name, request_id=request_id)
        if not read.choices:
            raise errors.unreadable(self._server, "it holds no choices")
        choice = read.choices[0]
        chunk = wire.ChunkRead(
            id=read.id,
            model=read.model,
            usage=read.usage,
            choices=[
                wire.DeltaChoiceRead(delta=choice.message, finish_reason=choice.finish_reason)
            ],
        )
        for _ in _add(assembly, chunk):
            pass
        if not assembly.finished:
            reason = choice.finish_reason or "none"
            raise errors.unreadable(self._server, f"its finish reason is {reason}")
        return assembly.reply()

    def _explain(self, error: Exception) -> ModelError:
        match error:
            case APIStatusError():
                return errors.explain(_failure(error, error.response), self._server)
            case APITimeoutError() | httpx2.TimeoutException():
                return errors.timed_out(self._server)
            case APIConnectionError() | httpx2.HTTPError():
                return errors.unreachable(self._server)
            case APIError():
                return errors.explain(_failure(error, None), self._server)
            case ValidationError():
                return errors.unreadable(self._server, "not a chat completion")
            case _:
                return errors.unreadable(self._server, str(error))

    def _explain_stream(self, error: Exception, assembly: Assembly) -> ModelError:
        explained = self._explain(error)
        if not assembly.began:
            return explained
        return errors.cut(assembly.text, explained.happened.rstrip("."))


def _is_filtered(error: Exception) -> bool:
    """Tell whether a filter stopped the prompt itself, which some servers report as an error."""
    return isinstance(error, APIError) and error.code == wire.FILTERED


def _filtered(error: Exception, assembly: Assembly) -> Assembly:
    assembly.refused = True
    assembly.refusals.append(errors.read_detail(error.body if isinstance(error, APIError) else ""))
    return assembly


def _failure(error: APIError, response: httpx2.Response | None) -> errors.Failure:
    known = error.code if error.code in errors.IMPLIED_STATUS else error.type
    detail = errors.read_detail(error.body)
    if response is None:
        return errors.Failure(status=200, code=known or "", detail=detail)
    return errors.Failure(
        status=response.status_code,
        code=known or "",
        detail=detail,
        retry_after_s=errors.read_retry_after(response.headers),
    )


def _add(assembly: Assembly, chunk: wire.ChunkRead) -> Iterator[StreamEvent]:
    assembly.model = chunk.model or assembly.model
    assembly.request_id = assembly.request_id or chunk.id or ""
    if chunk.usage is not None:
        assembly.usage = chunk.usage.usage()
    for choice in (chunk.choices or [])[:1]:
        if choice.delta is not None:
            yield from _add_delta(assembly, choice.delta)
        if choice.finish_reason is not None:
            _finish(assembly, choice.finish_reason)


def _add_delta(assembly: Assembly, delta: wire.MessageRead) -> Iterator[StreamEvent]:
    if delta.refusal:
        assembly.refusals.append(delta.refusal)
    if delta.content:
        yield assembly.add_text(delta.content)
    for call in delta.tool_calls or ():
        function = call.function or wire.FunctionRead()
        yield assembly.add_call(
            _index(assembly, call), call.id or "", function.name or "", function.arguments or ""
        )


def _index(assembly: Assembly, call: wire.ToolCallRead) -> int:
    """Find the place of a call's piece; some servers leave it out, and so do whole answers."""
    if call.index is not None:
        return call.index
    return len(assembly.calls) if call.id else max(len(assembly.calls) - 1, 0)


def _finish(assembly: Assembly, reason: str) -> None:
    assembly.refused = bool(assembly.refusals) or reason == wire.FILTERED
    assembly.finish_reason = wire.FINISH_REASONS.get(reason)
    # A forced tool call ends with "stop" at some servers; to our callers it is a tool call.
    if assembly.calls and assembly.finish_reason is FinishReason.STOP:
        assembly.finish_reason = FinishReason.TOOL_CALLS
