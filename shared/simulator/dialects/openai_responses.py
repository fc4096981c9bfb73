"""OpenAI's Responses, whole and as typed events."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from pydantic_core import to_json

from shared.simulator.dialects.dialect import Ask, Beat, Context, Dialect, Frame, beats, end_s
from shared.simulator.dialects.errors import ApiError
from shared.simulator.dialects.openai_errors import render_error
from shared.simulator.dialects.responses_request import read_responses
from shared.simulator.plan import Plan, TokenLogprob

_REASONS: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}


def render(ask: Ask, plans: Sequence[Plan], context: Context) -> bytes:
    """Render the answer as one ``response``."""
    return to_json(_done(ask, plans[0], context))


def _response(ask: Ask, plan: Plan, context: Context) -> dict[str, Any]:
    return {
        "id": f"sim-resp-{plan.id}",
        "object": "response",
        "created_at": context.created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": plan.model,
        "output": [],
        "previous_response_id": None,
        "service_tier": "default",
        "store": False,
        "usage": None,
        **ask.extra,
    }


def _done(ask: Ask, plan: Plan, context: Context) -> dict[str, Any]:
    spent = plan.usage
    reason = _REASONS.get(plan.finish)
    return {
        **_response(ask, plan, context),
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": list(_items(plan)),
        "usage": {
            "input_tokens": spent.input_tokens,
            "input_tokens_details": {"cached_tokens": spent.cached_tokens, "cache_write_tokens": 0},
            "output_tokens": spent.output_tokens,
            "output_tokens_details": {"reasoning_tokens": spent.reasoning_tokens},
            "total_tokens": spent.input_tokens + spent.output_tokens,
        },
    }


def _items(plan: Plan) -> Iterator[dict[str, Any]]:
    """List the output: reasoning without its text, the message, the calls."""
    if plan.usage.reasoning_tokens:
        yield _reasoning(plan)
    if plan.pieces or not plan.tool_calls:
        cut = plan.finish in _REASONS and not plan.tool_calls
        status = "incomplete" if cut else "completed"
        yield {**_message(plan), "status": status, "content": [_part(plan, plan.text)]}
    for number, call in enumerate(plan.tool_calls):
        cut = plan.finish in _REASONS and number == len(plan.tool_calls) - 1
        item = _call(plan, number)
        yield {**item, "arguments": call.arguments, "status": "incomplete" if cut else "completed"}


def _reasoning(plan: Plan) -> dict[str, Any]:
    return {"id": f"sim-rs-{plan.id}", "type": "reasoning", "summary": []}


def _message(plan: Plan) -> dict[str, Any]:
    return {
        "id": f"sim-msg-{plan.id}",
        "type": "message",
        "role": "assistant",
        "status": "in_progress",
        "content": [],
    }


def _call(plan: Plan, number: int) -> dict[str, Any]:
    call = plan.tool_calls[number]
    return {
        "id": f"sim-fc-{plan.id}-{number}",
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": "",
        "status": "in_progress",
    }


def _part(plan: Plan, text: str) -> dict[str, Any]:
    if plan.is_refusal:
        return {"type": "refusal", "refusal": text}
    entries = plan.logprobs if text and plan.logprobs else ()
    return {
        "type": "output_text",
        "text": text,
        "annotations": [],
        "logprobs": [_logprob(entry) for entry in entries],
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


def events(ask: Ask, plans: Sequence[Plan], context: Context) -> Iterator[Frame]:
    """Stream the answer as typed events, numbered in sequence."""
    plan = plans[0]
    for number, (due, piece, event) in enumerate(_events(ask, plan, context)):
        body = to_json({**event, "sequence_number": number})
        yield Frame(due, b"event: " + event["type"].encode() + b"\ndata: " + body + b"\n\n", piece)


_Timed = tuple[float, int, dict[str, Any]]


def _events(ask: Ask, plan: Plan, context: Context) -> Iterator[_Timed]:
    start, end = plan.timing.ttft_s, end_s(plan)
    opening = _response(ask, plan, context)
    yield 0.0, -1, {"type": "response.created", "response": opening}
    yield 0.0, -1, {"type": "response.in_progress", "response": opening}
    closed = list(_items(plan))
    index = 0
    if plan.usage.reasoning_tokens:
        yield from _item(start, index, closed[0], closed[0], ())
        index += 1
    grouped = {call: list(group) for call, group in groupby(beats(plan), lambda beat: beat.call)}
    if plan.pieces or not plan.tool_calls:
        told = _text_events(plan, index, grouped.get(-1, []))
        yield from _item(start, index, _message(plan), closed[index], told)
        index += 1
    for number in range(len(plan.tool_calls)):
        group = grouped.get(number, [])
        begin = group[0].due_s if group else end
        told = _call_events(plan, index, number, group)
        yield from _item(begin, index, _call(plan, number), closed[index], told)
        index += 1
    kind = "response.incomplete" if plan.finish in _REASONS else "response.completed"
    yield end, -1, {"type": kind, "response": _done(ask, plan, context)}


def _item(
    due: float,
    index: int,
    opened: dict[str, Any],
    closed: dict[str, Any],
    inner: Iterator[_Timed] | tuple[()],
) -> Iterator[_Timed]:
    """Put an output item's own events between its opening and its closing."""
    last = due
    yield due, -1, {"type": "response.output_item.added", "output_index": index, "item": opened}
    for timed in inner:
        last = timed[0]
        yield timed
    yield last, -1, {"type": "response.output_item.done", "output_index": index, "item": closed}


def _text_events(plan: Plan, index: int, group: Sequence[Beat]) -> Iterator[_Timed]:
    place = {"item_id": f"sim-msg-{plan.id}", "output_index": index, "content_index": 0}
    due = plan.timing.ttft_s
    kind = "response.refusal" if plan.is_refusal else "response.output_text"
    yield due, -1, {"type": "response.content_part.added", **place, "part": _part(plan, "")}
    for beat in group:
        due = beat.due_s
        event = {"type": f"{kind}.delta", **place, "delta": beat.piece}
        if not plan.is_refusal:
            entry = plan.logprobs[beat.number] if plan.logprobs else None
            event["logprobs"] = [_logprob(entry)] if entry else []
        yield due, beat.number, event
    whole = _part(plan, plan.text)
    said = {key: value for key, value in whole.items() if key not in {"type", "annotations"}}
    yield due, -1, {"type": f"{kind}.done", **place, **said}
    yield due, -1, {"type": "response.content_part.done", **place, "part": whole}


def _call_events(plan: Plan, index: int, number: int, group: Sequence[Beat]) -> Iterator[_Timed]:
    call = plan.tool_calls[number]
    place = {"item_id": f"sim-fc-{plan.id}-{number}", "output_index": index}
    kind = "response.function_call_arguments"
    due = end_s(plan)
    for beat in group:
        due = beat.due_s
        yield due, beat.number, {"type": f"{kind}.delta", **place, "delta": beat.piece}
    done = {"type": f"{kind}.done", **place, "name": call.name, "arguments": call.arguments}
    yield due, -1, done


def event_error(error: ApiError) -> bytes:
    """Write the error as an event of a stream."""
    told = {
        "type": "error",
        "code": error.code or "server_error",
        "message": error.message,
        "param": error.param,
        "sequence_number": 0,
    }
    return b"event: error\ndata: " + to_json(told) + b"\n\n"


DIALECT: Final = Dialect(
    "openai_responses", read_responses, render, events, render_error, event_error
)
