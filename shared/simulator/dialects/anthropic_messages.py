"""Anthropic's Messages, whole and as events."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from pydantic_core import to_json

from shared.simulator.dialects.anthropic_request import read_count, read_messages
from shared.simulator.dialects.dialect import Ask, Context, Dialect, Frame, beats, end_s
from shared.simulator.dialects.errors import ApiError
from shared.simulator.plan import Plan, PlannedCall
from shared.simulator.state import State
from shared.simulator.tokens import count_prompt
from shared.simulator.wire import Exchange

_STOPS: Final = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_KINDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        500: "api_error",
        504: "timeout_error",
        529: "overloaded_error",
    }
)


def render(ask: Ask, plans: Sequence[Plan], context: Context) -> bytes:
    """Render the answer as one ``message``."""
    del ask, context
    plan = plans[0]
    content: list[dict[str, Any]] = []
    if _speaks(plan):
        content.append({"type": "text", "text": plan.text})
    content.extend({**_call(call), "input": _input(call)} for call in plan.tool_calls)
    return to_json({**_message(plan), "content": content, **_stopped(plan), "usage": _usage(plan)})


def _speaks(plan: Plan) -> bool:
    """Say whether there is a text block: a refusal has none, its words are in the stop details."""
    return not plan.is_refusal and bool(plan.pieces or not plan.tool_calls)


def _message(plan: Plan) -> dict[str, Any]:
    return {
        "id": f"sim-msg-{plan.id}",
        "type": "message",
        "role": "assistant",
        "model": plan.model,
        "content": [],
        "stop_details": None,
        "stop_reason": None,
        "stop_sequence": None,
    }


def _stopped(plan: Plan) -> dict[str, Any]:
    reason = "stop_sequence" if plan.stop_sequence else _STOPS[plan.finish]
    refusal = {"type": "refusal", "category": None, "explanation": plan.text}
    return {
        "stop_details": refusal if plan.is_refusal else None,
        "stop_reason": "refusal" if plan.is_refusal else reason,
        "stop_sequence": plan.stop_sequence,
    }


def _usage(plan: Plan, output_tokens: int | None = None) -> dict[str, Any]:
    spent = plan.usage
    return {
        "input_tokens": spent.input_tokens - spent.cached_tokens - plan.cache_written,
        "cache_creation_input_tokens": plan.cache_written,
        "cache_read_input_tokens": spent.cached_tokens,
        "output_tokens": spent.output_tokens if output_tokens is None else output_tokens,
        "service_tier": "standard",
    }


def _call(call: PlannedCall) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}


def _input(call: PlannedCall) -> Any:
    """Parse the arguments: this format has no place for text that is no JSON object."""
    try:
        value = json.loads(call.arguments)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"INVALID_JSON": call.arguments}


def events(ask: Ask, plans: Sequence[Plan], context: Context) -> Iterator[Frame]:
    """Stream the answer as events, a content block at a time."""
    del ask, context
    plan = plans[0]
    start = plan.timing.ttft_s
    opening = {**_message(plan), "usage": _usage(plan, min(1, plan.usage.output_tokens))}
    yield _frame(start, {"type": "message_start", "message": opening})
    grouped = {call: list(group) for call, group in groupby(beats(plan), lambda beat: beat.call)}
    blocks = [-1] if _speaks(plan) else []
    due = start
    for index, number in enumerate([*blocks, *range(len(plan.tool_calls))]):
        text = number < 0
        block = {"type": "text", "text": ""} if text else _call(plan.tool_calls[number])
        group = grouped.get(number, [])
        due = group[0].due_s if group else due
        opened = {"type": "content_block_start", "index": index, "content_block": block}
        yield _frame(due, opened)
        if index == 0:
            yield _frame(due, {"type": "ping"})
        for beat in group:
            due = beat.due_s
            delta = (
                {"type": "text_delta", "text": beat.piece}
                if text
                else {"type": "input_json_delta", "partial_json": beat.piece}
            )
            told = {"type": "content_block_delta", "index": index, "delta": delta}
            yield _frame(due, told, beat.number)
        yield _frame(due, {"type": "content_block_stop", "index": index})
    end = end_s(plan)
    yield _frame(end, {"type": "message_delta", "delta": _stopped(plan), "usage": _usage(plan)})
    yield _frame(end, {"type": "message_stop"})


def _frame(due: float, event: Mapping[str, Any], piece: int = -1) -> Frame:
    kind = str(event["type"]).encode()
    return Frame(due, b"event: " + kind + b"\ndata: " + to_json(event) + b"\n\n", piece)


def render_error(error: ApiError) -> bytes:
    """Write an error in Anthropic's form."""
    message = error.message
    if error.code == "context_length_exceeded":
        message = f"prompt is too long: {message}"
    kind = _KINDS.get(error.status, "invalid_request_error")
    return to_json(
        {"type": "error", "error": {"type": kind, "message": message}, "request_id": None}
    )


def event_error(error: ApiError) -> bytes:
    """Write the error as an event of a stream."""
    return b"event: error\ndata: " + render_error(error) + b"\n\n"


async def answer_count(state: State, exchange: Exchange) -> None:
    """Count the tokens of a request without answering it."""
    model, request = read_count(await exchange.body())
    if model not in state.profiles:
        raise ApiError(404, f"model: {model}", code="model_not_found")
    await exchange.answer(200, to_json({"input_tokens": count_prompt(request)}))


DIALECT: Final = Dialect(
    "anthropic_messages",
    read_messages,
    render,
    events,
    render_error,
    event_error,
    id_header=b"request-id",
)
