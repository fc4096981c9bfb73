"""OpenAI's legacy completions: text in, text out."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

from pydantic import Field, JsonValue
from pydantic_core import to_json

from shared.llm.messages import ChatRequest, user
from shared.simulator.dialects.body import Body, parse
from shared.simulator.dialects.chat_body import MAX_CHOICES, StreamOptions
from shared.simulator.dialects.dialect import Ask, Context, Dialect, Frame, beats, end_s
from shared.simulator.dialects.errors import invalid
from shared.simulator.dialects.openai_chat import DONE, sse
from shared.simulator.dialects.openai_errors import event_error, render_error
from shared.simulator.dialects.openai_request import read_stop
from shared.simulator.plan import Call, Plan, TokenLogprob

DEFAULT_MAX_TOKENS: Final = 16


class CompletionsBody(Body):
    """The body of ``POST /v1/completions``; the fields after ``stream_options`` change nothing."""

    model: str
    prompt: str | list[str] | list[int] | list[list[int]] = Field(max_length=10_000_000)
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    n: int | None = Field(default=None, ge=1, le=MAX_CHOICES)
    best_of: int | None = Field(default=None, ge=1, le=20)
    echo: bool | None = None
    logprobs: int | None = Field(default=None, ge=0, le=5)
    stop: str | list[str] | None = None
    seed: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    suffix: str | None = None
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    logit_bias: dict[str, float] | None = None
    user: str | None = None
    ignore_eos: bool | None = None
    min_tokens: int | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    metadata: dict[str, JsonValue] | None = None


def read_completions(body: bytes) -> Ask:
    """Read a completions body; every prompt is a user's turn, answered ``n`` times."""
    asked = parse(CompletionsBody, body)
    prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
    texts = [prompt for prompt in prompts if isinstance(prompt, str)]
    if not texts or len(texts) < len(prompts):
        raise invalid("The simulator reads prompts as text, not as token ids.", param="prompt")
    answers = asked.n or 1
    if len(texts) * answers > MAX_CHOICES:
        raise invalid(f"At most {MAX_CHOICES} answers at once.", param="n")
    requests = [
        ChatRequest(
            messages=(user(text),),
            temperature=asked.temperature,
            top_p=asked.top_p,
            max_tokens=asked.max_tokens or DEFAULT_MAX_TOKENS,
            stop=read_stop(asked.stop),
            seed=asked.seed,
        )
        for text in texts
    ]
    calls = tuple(
        Call(
            model=asked.model,
            request=request,
            index=index,
            logprobs=asked.logprobs is not None,
            top_logprobs=asked.logprobs or 0,
        )
        for request in requests
        for index in range(answers)
    )
    return Ask(
        calls,
        stream=bool(asked.stream),
        include_usage=bool(asked.stream_options and asked.stream_options.include_usage),
        extra={"answers": answers, "echo": texts if asked.echo else None},
    )


def render(ask: Ask, plans: Sequence[Plan], context: Context) -> bytes:
    """Render the answers as one ``text_completion``."""
    choices = [
        {
            "index": number,
            "text": _echo(ask, number) + plan.text,
            "logprobs": _logprobs(plan.logprobs, len(_echo(ask, number))),
            "finish_reason": _finish(plan),
        }
        for number, plan in enumerate(plans)
    ]
    return to_json({**_base(plans, context), "choices": choices, "usage": _usage(ask, plans)})


def _base(plans: Sequence[Plan], context: Context) -> dict[str, Any]:
    return {
        "id": f"sim-cmpl-{plans[0].id}",
        "object": "text_completion",
        "created": context.created,
        "model": plans[0].model,
        "system_fingerprint": context.fingerprint,
    }


def _echo(ask: Ask, number: int) -> str:
    prompts = ask.extra["echo"]
    return str(prompts[number // ask.extra["answers"]]) if prompts else ""


def _finish(plan: Plan) -> str:
    return "stop" if plan.finish == "tool_calls" else plan.finish


def _usage(ask: Ask, plans: Sequence[Plan]) -> dict[str, int]:
    prompt = sum(plan.usage.input_tokens for plan in plans[:: ask.extra["answers"]])
    completion = sum(plan.usage.output_tokens for plan in plans)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _logprobs(entries: Sequence[TokenLogprob] | None, offset: int) -> dict[str, Any] | None:
    if entries is None:
        return None
    lengths = [len(entry.token) for entry in entries]
    return {
        "tokens": [entry.token for entry in entries],
        "token_logprobs": [entry.logprob for entry in entries],
        "top_logprobs": [dict(entry.top) for entry in entries],
        "text_offset": list(accumulate(lengths, initial=offset))[:-1],
    }


def events(ask: Ask, plans: Sequence[Plan], context: Context) -> Iterator[Frame]:
    """Stream the answers, each choice at its own pace."""
    base = _base(plans, context)
    told = (_chunks(plan, number, _echo(ask, number)) for number, plan in enumerate(plans))
    for due, choice, piece in heapq.merge(*told, key=lambda chunk: chunk[0]):
        yield Frame(due, sse({**base, "choices": [choice]}), piece)
    last = max(map(end_s, plans))
    if ask.include_usage:
        yield Frame(last, sse({**base, "choices": [], "usage": _usage(ask, plans)}))
    yield Frame(last, DONE)


def _chunks(plan: Plan, number: int, echo: str) -> Iterator[tuple[float, dict[str, Any], int]]:
    offset = len(echo)
    if echo:
        yield plan.timing.ttft_s, _choice(number, echo, None, None), -1
    for beat in beats(plan):
        if beat.call >= 0:
            break
        entries = plan.logprobs[beat.number : beat.number + 1] if plan.logprobs else None
        yield beat.due_s, _choice(number, beat.piece, _logprobs(entries, offset), None), beat.number
        offset += len(beat.piece)
    yield end_s(plan), _choice(number, "", None, _finish(plan)), -1


def _choice(
    number: int, text: str, logprobs: dict[str, Any] | None, finish: str | None
) -> dict[str, Any]:
    return {"index": number, "text": text, "logprobs": logprobs, "finish_reason": finish}


DIALECT: Final = Dialect(
    "openai_completions", read_completions, render, events, render_error, event_error
)
