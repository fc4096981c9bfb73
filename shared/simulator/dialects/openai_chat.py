"""OpenAI's chat completions, as most servers and clients speak them."""

import heapq
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from pydantic_core import to_json

from shared.llm.messages import Usage
from shared.simulator.dialects.dialect import Ask, Context, Dialect, Frame, beats, end_s
from shared.simulator.dialects.openai_errors import event_error, render_error
from shared.simulator.dialects.openai_request import read_chat
from shared.simulator.plan import Plan, PlannedCall, TokenLogprob

DONE: Final = b"data: [DONE]\n\n"
_PLAIN: Final = (
    b'{"id":"sim-chatcmpl-%b","object":"chat.completion","created":%d,"model":%b,"choices":'
    b'[{"index":0,"message":{"role":"assistant","content":%b,"refusal":null,"annotations":[]},'
    b'"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,'
    b'"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},'
    b'"completion_tokens_details":{"reasoning_tokens":%d,"audio_tokens":0,'
    b'"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default",'
    b'"system_fingerprint":%b}'
)

PlainAnswer: TypeAlias = tuple[bytes, str, int, int, int]
"""A whole answer of nothing but text: id, text, prompt's tokens, answer's, hidden ones of these."""


def render_plain(plain: PlainAnswer, created: int, model: bytes, fingerprint: bytes) -> bytes:
    """Render what ``render`` does, for one plain answer; ``model`` and ``fingerprint`` as JSON."""
    name, text, taken, given, reasoning = plain
    return _PLAIN % (
        name,
        created,
        model,
        to_json(text),
        taken,
        given,
        taken + given,
        reasoning,
        fingerprint,
    )


def render(ask: Ask, plans: Sequence[Plan], context: Context) -> bytes:
    """Render the answers as one ``chat.completion``."""
    del ask
    return to_json(
        {
            "id": answer_id(plans),
            "object": "chat.completion",
            "created": context.created,
            "model": plans[0].model,
            "choices": [_choice(plan) for plan in plans],
            "usage": usage(plans),
            "service_tier": "default",
            "system_fingerprint": context.fingerprint,
        }
    )


def answer_id(plans: Sequence[Plan]) -> str:
    """Name an answer."""
    return f"sim-chatcmpl-{plans[0].id}"


def _choice(plan: Plan) -> dict[str, Any]:
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if plan.is_refusal or (plan.tool_calls and not plan.pieces) else plan.text,
        "refusal": plan.text if plan.is_refusal else None,
        "annotations": [],
    }
    if plan.tool_calls:
        message["tool_calls"] = [_call(call) for call in plan.tool_calls]
    return {
        "index": plan.index,
        "message": message,
        "logprobs": _logprobs(plan, plan.logprobs),
        "finish_reason": plan.finish,
    }


def _call(call: PlannedCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _logprobs(plan: Plan, entries: Sequence[TokenLogprob] | None) -> dict[str, Any] | None:
    if entries is None:
        return None
    said = [_logprob(entry) for entry in entries]
    return {
        "content": None if plan.is_refusal else said,
        "refusal": said if plan.is_refusal else None,
    }


def _logprob(entry: TokenLogprob) -> dict[str, Any]:
    return {
        "token": entry.token,
        "logprob": entry.logprob,
        "bytes": list(entry.token.encode()),
        "top_logprobs": [
            {"token": token, "logprob": logprob, "bytes": list(token.encode())}
            for token, logprob in entry.top
        ],
    }


def total(plans: Sequence[Plan]) -> Usage:
    """Add up the answers' tokens; the prompt counts once."""
    first, *others = (plan.usage for plan in plans)
    return sum((item.model_copy(update={"input_tokens": 0}) for item in others), first)


def usage(plans: Sequence[Plan]) -> dict[str, Any]:
    """Say what an answer cost in tokens."""
    spent = total(plans)
    return {
        "prompt_tokens": spent.input_tokens,
        "completion_tokens": spent.output_tokens,
        "total_tokens": spent.input_tokens + spent.output_tokens,
        "prompt_tokens_details": {"cached_tokens": spent.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": spent.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def sse(data: object) -> bytes:
    """Write one server-sent event."""
    return b"data: " + to_json(data) + b"\n\n"


def events(ask: Ask, plans: Sequence[Plan], context: Context) -> Iterator[Frame]:
    """Stream the answers as chunks, each choice at its own pace."""
    base: dict[str, Any] = {
        "id": answer_id(plans),
        "object": "chat.completion.chunk",
        "created": context.created,
        "model": plans[0].model,
        "service_tier": "default",
        "system_fingerprint": context.fingerprint,
    }
    if ask.include_usage:
        base["usage"] = None
    for due, choice, piece in heapq.merge(*map(_chunks, plans), key=lambda chunk: chunk[0]):
        yield Frame(due, sse({**base, "choices": [choice]}), piece)
    last = max(map(end_s, plans))
    if ask.include_usage:
        yield Frame(last, sse({**base, "choices": [], "usage": usage(plans)}))
    yield Frame(last, DONE)


def _chunks(plan: Plan) -> Iterator[tuple[float, dict[str, Any], int]]:
    head: dict[str, Any] = {"role": "assistant", "refusal": None}
    head["content"] = None if plan.tool_calls and not plan.pieces else ""
    yield plan.timing.ttft_s, _delta(plan, head), -1
    field = "refusal" if plan.is_refusal else "content"
    opened = -1
    for beat in beats(plan):
        if beat.call < 0:
            entries = plan.logprobs[beat.number : beat.number + 1] if plan.logprobs else None
            yield beat.due_s, _delta(plan, {field: beat.piece}, entries), beat.number
            continue
        if beat.call != opened:
            opened = beat.call
            yield beat.due_s, _delta(plan, _call_head(plan, opened)), -1
        part = {"index": beat.call, "function": {"arguments": beat.piece}}
        yield beat.due_s, _delta(plan, {"tool_calls": [part]}), beat.number
    yield end_s(plan), {**_delta(plan, {}), "finish_reason": plan.finish}, -1


def _delta(
    plan: Plan, delta: dict[str, Any], entries: Sequence[TokenLogprob] | None = None
) -> dict[str, Any]:
    return {
        "index": plan.index,
        "delta": delta,
        "logprobs": _logprobs(plan, entries),
        "finish_reason": None,
    }


def _call_head(plan: Plan, index: int) -> dict[str, Any]:
    call = plan.tool_calls[index]
    head = {
        "index": index,
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }
    return {"tool_calls": [head]}


DIALECT: Final = Dialect("openai_chat", read_chat, render, events, render_error, event_error)
