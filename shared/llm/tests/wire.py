"""The same answers in both providers' formats, so that one test can hold for both."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import HttpUrl, SecretStr

from shared.llm.connect import provider
from shared.llm.messages import ChatRequest, user
from shared.llm.model import ChatModel
from shared.settings import Settings
from shared.testing import Step, http_answer, sse_answer, sse_event

KEY = "sk-secret-of-the-tests"
ASK = ChatRequest(messages=(user("Say hello."),))
WEATHER = '{"city": "Recife"}'
Chunks = Sequence[Mapping[str, object]]


def at(url: str, dialect: Literal["openai", "anthropic"], model: str = "m-1") -> Settings:
    return Settings(base_url=HttpUrl(url), api_key=SecretStr(KEY), dialect=dialect, model=model)


class Dialect(Protocol):
    """What a provider's server would send."""

    @property
    def name(self) -> Literal["openai", "anthropic"]: ...
    @property
    def filtered(self) -> str: ...
    def whole(self, text: str, *, finish: str | None = "stop") -> list[Step]: ...
    def whole_call(self) -> list[Step]: ...
    def whole_refusal(self, why: str) -> list[Step]: ...
    def pieces(
        self, *texts: str, finish: str | None = "stop", ended: bool = True
    ) -> list[Step]: ...
    def streamed_call(self) -> list[Step]: ...
    def streamed_refusal(self, why: str) -> list[Step]: ...
    def failing_stream(self, *texts: str) -> list[Step]: ...
    def error(self, status: int, code: str, text: str = "no") -> Mapping[str, object]: ...


@asynccontextmanager
async def opened(
    dialect: Dialect, url: str, *, timeout_s: float = 5.0, model: str = "m-1"
) -> AsyncIterator[ChatModel]:
    async with provider(at(url, dialect.name, model), timeout_s=timeout_s) as bare:
        yield bare


def failing(status: int, body: Mapping[str, object] | str, **headers: str) -> list[Step]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http_answer(body, status=status, headers=named)


@dataclass(frozen=True)
class OpenAIDialect:
    name: Literal["openai", "anthropic"] = "openai"
    filtered: str = "content_filter"

    def whole(self, text: str, *, finish: str | None = "stop") -> list[Step]:
        return self._answer({"role": "assistant", "content": text}, finish)

    def whole_call(self) -> list[Step]:
        call = {"id": "c1", "type": "function", "function": {"name": "w", "arguments": WEATHER}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return self._answer(message, "tool_calls")

    def whole_refusal(self, why: str) -> list[Step]:
        return self._answer({"role": "assistant", "content": None, "refusal": why}, "stop")

    def pieces(self, *texts: str, finish: str | None = "stop", ended: bool = True) -> list[Step]:
        deltas: Chunks = [{"role": "assistant", "content": ""}, *({"content": t} for t in texts)]
        return self._stream(deltas, finish, ended=ended)

    def streamed_call(self) -> list[Step]:
        head = {"index": 0, "id": "c1", "function": {"name": "w", "arguments": ""}}
        rest = [
            {"index": 0, "function": {"arguments": piece}} for piece in (WEATHER[:6], WEATHER[6:])
        ]
        return self._stream([{"tool_calls": [call]} for call in (head, *rest)], "tool_calls")

    def streamed_refusal(self, why: str) -> list[Step]:
        return self._stream([{"refusal": why[:4]}, {"refusal": why[4:]}], "stop")

    def failing_stream(self, *texts: str) -> list[Step]:
        chunks = [self._chunk({"content": text}, None) for text in texts]
        return sse_answer(*chunks, sse_event(self.error(500, "server_error", "worker died")))

    def error(self, status: int, code: str, text: str = "no") -> Mapping[str, object]:
        return {"error": {"message": text, "type": code, "code": code, "status": status}}

    def _answer(self, message: Mapping[str, object], finish: str | None) -> list[Step]:
        choice = {"index": 0, "message": message, "finish_reason": finish}
        body = {"id": "x1", "model": "m-1-served", "choices": [choice], "usage": self._usage()}
        return http_answer(body, headers={"x-request-id": "req-7"})

    def _usage(self) -> Mapping[str, object]:
        return {
            "prompt_tokens": 20,
            "completion_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 8},
            "completion_tokens_details": {"reasoning_tokens": 2},
        }

    def _stream(self, deltas: Chunks, finish: str | None, *, ended: bool = True) -> list[Step]:
        chunks = [self._chunk(delta, None) for delta in deltas]
        if finish is None:
            return sse_answer(*chunks, ended=ended)
        usage = sse_event({"id": "x1", "choices": [], "usage": self._usage()})
        done = (self._chunk({}, finish), usage, sse_event("[DONE]"))
        return sse_answer(*chunks, *done, ended=ended)

    def _chunk(self, delta: Mapping[str, object], finish: str | None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse_event({"id": "x1", "model": "m-1-served", "choices": [choice]})


ANTHROPIC_REASONS = {"stop": "end_turn", "length": "max_tokens"}


@dataclass(frozen=True)
class AnthropicDialect:
    name: Literal["openai", "anthropic"] = "anthropic"
    filtered: str = "refusal"

    def whole(self, text: str, *, finish: str | None = "stop") -> list[Step]:
        return self._answer([{"type": "text", "text": text}], finish)

    def whole_call(self) -> list[Step]:
        use = {"type": "tool_use", "id": "c1", "name": "w", "input": {"city": "Recife"}}
        return self._answer([use], "tool_use")

    def whole_refusal(self, why: str) -> list[Step]:
        return self._answer([], "refusal", why)

    def pieces(self, *texts: str, finish: str | None = "stop", ended: bool = True) -> list[Step]:
        deltas: Chunks = [{"type": "text_delta", "text": text} for text in texts]
        return self._stream({"type": "text", "text": ""}, deltas, finish, ended=ended)

    def streamed_call(self) -> list[Step]:
        head = {"type": "tool_use", "id": "c1", "name": "w", "input": {}}
        deltas: Chunks = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in ("", WEATHER[:6], WEATHER[6:])
        ]
        return self._stream(head, deltas, "tool_use")

    def streamed_refusal(self, why: str) -> list[Step]:
        return self._stream({"type": "text", "text": ""}, [], "refusal", why)

    def failing_stream(self, *texts: str) -> list[Step]:
        deltas: Chunks = [{"type": "text_delta", "text": text} for text in texts]
        opening = self._opening({"type": "text", "text": ""}) if texts else []
        error = sse_event(self.error(529, "overloaded_error", "worker died"), event="error")
        return sse_answer(*opening, *map(self._delta, deltas), error)

    def error(self, status: int, code: str, text: str = "no") -> Mapping[str, object]:
        return {"type": "error", "error": {"type": code, "message": text}, "status": status}

    def _answer(self, content: Chunks, finish: str | None, why: str = "") -> list[Step]:
        reason = None if finish is None else ANTHROPIC_REASONS.get(finish, finish)
        body = {
            **self._message(content),
            "stop_reason": reason,
            "stop_details": {"type": "refusal", "explanation": why} if why else None,
        }
        return http_answer(body, headers={"request-id": "req-7"})

    def _message(self, content: Chunks) -> Mapping[str, object]:
        usage = {
            "input_tokens": 12,
            "cache_read_input_tokens": 8,
            "output_tokens": 5,
            "output_tokens_details": {"thinking_tokens": 2},
        }
        return {
            "id": "x1",
            "type": "message",
            "role": "assistant",
            "model": "m-1-served",
            "content": content,
            "usage": usage,
        }

    def _opening(self, block: Mapping[str, object]) -> list[str]:
        start = {"type": "content_block_start", "index": 0, "content_block": block}
        return [
            self._event({"type": "message_start", "message": self._message([])}),
            self._event({"type": "ping"}),
            self._event(start),
        ]

    def _delta(self, delta: Mapping[str, object]) -> str:
        return self._event({"type": "content_block_delta", "index": 0, "delta": delta})

    def _stream(
        self,
        block: Mapping[str, object],
        deltas: Chunks,
        finish: str | None,
        why: str = "",
        *,
        ended: bool = True,
    ) -> list[Step]:
        events = [*self._opening(block), *map(self._delta, deltas)]
        if finish is None:
            return sse_answer(*events, ended=ended)
        details = {"type": "refusal", "explanation": why} if why else None
        stop = {
            "stop_reason": ANTHROPIC_REASONS.get(finish, finish),
            "stop_details": details,
        }
        closing: Chunks = [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
        return sse_answer(*events, *map(self._event, closing), ended=ended)

    def _event(self, data: Mapping[str, object]) -> str:
        return sse_event(data, event=str(data["type"]))
