"""The pure core: one call in, one complete plan out; the same call always gives the same plan."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from shared.llm.messages import ChatRequest, Usage
from shared.simulator.damage import violate
from shared.simulator.dice import Dice, call_dice
from shared.simulator.drills import CUTS, TIMEOUT_S, VIOLATIONS, strike
from shared.simulator.latency import timing
from shared.simulator.logprobs import logprobs
from shared.simulator.plan import (
    Call,
    Draft,
    DraftCall,
    Fault,
    Finish,
    Plan,
    PlannedCall,
    Timing,
    TokenLogprob,
)
from shared.simulator.profiles import Profile
from shared.simulator.tokens import count_prompt, split

Reader: TypeAlias = Callable[[ChatRequest, Profile, Dice], Draft]

REFUSALS: Final = (
    "I'm sorry, but I can't help with that.",
    "I can't assist with this request.",
    "I'm not able to provide that.",
)
_LAST_WORDS: Final = 2_000


class _Said(NamedTuple):
    """A draft in tokens, cut to what the caller allows."""

    pieces: tuple[str, ...]
    calls: tuple[tuple[str, tuple[str, ...]], ...]
    finish: Finish
    stop_sequence: str | None = None

    @property
    def length(self) -> int:
        return len(self.pieces) + sum(len(pieces) for _, pieces in self.calls)


class _Decided(NamedTuple):
    """Everything that was decided about one answer."""

    call: Call
    profile: Profile
    dice: Dice
    draft: Draft
    said: _Said
    fault: Fault | None
    prompt_tokens: int


def respond(
    call: Call,
    profile: Profile,
    seed: int | bytes,
    read: Reader,
    *,
    prompt_tokens: int | None = None,
) -> Plan:
    """Answer one call.

    ``read`` decides what to say; this decides everything else: which fault strikes, where the
    answer is cut, what it costs, how likely each token was and when it comes. ``prompt_tokens``
    spares a caller who has counted them from doing so again. The plan's times are durations: the
    clock that waits for them, or does not, is the server's.
    """
    dice = call_dice(seed, call)
    now, fault = dice, None
    if call.drill:
        # A larger budget is a new attempt: it may well come through where a smaller one was cut.
        now = dice.sub("fault", *call.attempt, call.request.max_tokens or 0)
        fault = strike(call.drill, now)
    if fault is not None and fault.status is not None:
        return _failed(call, fault, dice)
    if prompt_tokens is None:
        prompt_tokens = count_prompt(call.request)
    draft = _draft(call, profile, dice, now, read)
    if fault is not None:
        fault, draft = _spoil(call, draft, fault, now)
    said = _limit(call, profile, draft, prompt_tokens)
    if fault is not None:
        fault, said = _cut(fault, said, now)
    return _plan(_Decided(call, profile, dice, draft, said, fault, prompt_tokens))


def _failed(call: Call, fault: Fault, dice: Dice) -> Plan:
    """Plan an error in place of an answer; nobody pays for it."""
    name = dice.hex("id")
    return Plan(
        id=name[:24],
        key=name[24:],
        model=call.model,
        index=call.index,
        finish="stop",
        timing=Timing(ttft_s=TIMEOUT_S if fault.name == "timeout" else 0.0),
        usage=Usage(),
        fault=fault,
    )


def _draft(call: Call, profile: Profile, dice: Dice, now: Dice, read: Reader) -> Draft:
    """Read, with what the drill changes about the reading."""
    if "injection" in call.drill:
        profile = dataclasses.replace(profile, injection_susceptibility=call.drill["injection"])
    rate = call.drill.get("nondeterminism", 0.0)
    again = rate > 0 and now.chance(rate, "nondeterminism")
    content = dice.sub("content", *call.attempt) if again else dice.sub("content")
    draft = read(call.request, profile, content)
    if call.request.tool_choice == "none" and draft.tool_calls:
        return dataclasses.replace(draft, tool_calls=())
    if not call.parallel_tool_calls and len(draft.tool_calls) > 1:
        return dataclasses.replace(draft, tool_calls=draft.tool_calls[:1])
    return draft


def _spoil(call: Call, draft: Draft, fault: Fault, now: Dice) -> tuple[Fault | None, Draft]:
    """Damage the content; a fault that finds nothing to damage did not happen."""
    if fault.name == "refusal":
        return fault, Draft(refusal=now.choice(REFUSALS, "refusal"))
    if fault.name == "hallucination":
        if not draft.invented:
            return None, draft
        return fault, dataclasses.replace(
            draft, text=draft.invented, evidence=min(draft.evidence, 0.3), spans=(), abstained=False
        )
    if fault.name == "schema_violation" or fault.name in VIOLATIONS:
        return _violate(call, draft, fault, now)
    return fault, draft


def _violate(call: Call, draft: Draft, fault: Fault, now: Dice) -> tuple[Fault | None, Draft]:
    """Damage the first tool call's arguments, or the structured answer."""
    if draft.tool_calls:
        first, *others = draft.tool_calls
        schema = next(
            (tool.parameters for tool in call.request.tools if tool.name == first.name), {}
        )
        done = violate(fault.name, first.arguments, schema, now)
        if done is None:
            return None, draft
        spoilt = DraftCall(first.name, done[1])
        return Fault(done[0]), dataclasses.replace(draft, tool_calls=(spoilt, *others))
    if call.request.response_schema is None:
        return None, draft
    done = violate(fault.name, draft.text, call.request.response_schema.json_schema, now)
    if done is None:
        return None, draft
    return Fault(done[0]), dataclasses.replace(draft, text=done[1], spans=())


def _limit(call: Call, profile: Profile, draft: Draft, prompt_tokens: int) -> _Said:
    """Apply stop sequences, then the smallest of the token limits."""
    text, stopped = _stop(draft.refusal or draft.text, call.request.stop)
    pieces = tuple(split(text))
    calls = () if draft.refusal or stopped else draft.tool_calls
    finish: Finish = "tool_calls" if calls else "stop"
    limit = min(profile.max_output_tokens, profile.context_tokens - prompt_tokens)
    if call.request.max_tokens is not None:
        limit = min(limit, call.request.max_tokens)
    left = max(0, limit - draft.reasoning_tokens)
    if len(pieces) > left:
        return _Said(pieces[:left], (), "length")
    left -= len(pieces)
    kept: list[tuple[str, tuple[str, ...]]] = []
    for item in calls:
        arguments = tuple(split(item.arguments))
        if len(arguments) > left:
            begun = ((item.name, arguments[:left]),) if left else ()
            return _Said(pieces, (*kept, *begun), "length")
        left -= len(arguments)
        kept.append((item.name, arguments))
    return _Said(pieces, tuple(kept), finish, stopped)


def _stop(text: str, sequences: Sequence[str]) -> tuple[str, str | None]:
    """Cut ``text`` before the first stop sequence in it."""
    if not sequences:
        return text, None
    found = [(at, item) for item in sequences if item and (at := text.find(item)) >= 0]
    if not found:
        return text, None
    at, item = min(found)
    return text[:at], item


def _cut(fault: Fault, said: _Said, now: Dice) -> tuple[Fault | None, _Said]:
    """Cut the answer short, or say where its stream will be cut."""
    at = 1 + int(now.uniform("at") * max(1, said.length - 1))
    if fault.name in CUTS:
        return Fault(fault.name, at=at), said
    if fault.name not in {"truncation", "content_filter"} or said.length < 2:
        return (fault if fault.name not in {"truncation", "content_filter"} else None), said
    finish: Finish = "length" if fault.name == "truncation" else "content_filter"
    return fault, _shorten(said, at, finish)


def _shorten(said: _Said, length: int, finish: Finish) -> _Said:
    left = max(0, length - len(said.pieces))
    kept: list[tuple[str, tuple[str, ...]]] = []
    for name, pieces in said.calls:
        if left > 0:
            kept.append((name, pieces[:left]))
        left -= len(pieces)
    return _Said(said.pieces[:length], tuple(kept), finish)


def _plan(made: _Decided) -> Plan:
    """Add what follows from the decisions: cost, time and likelihood."""
    call, dice, said = made.call, made.dice, made.said
    reasoning = made.draft.reasoning_tokens
    if call.request.max_tokens is not None:
        reasoning = min(reasoning, call.request.max_tokens)
    usage = Usage(
        input_tokens=made.prompt_tokens,
        output_tokens=said.length + reasoning,
        reasoning_tokens=reasoning,
    )
    name = dice.hex("id")
    return Plan(
        id=name[:24],
        key=name[24:],
        model=call.model,
        index=call.index,
        finish=said.finish,
        timing=timing(made.profile, dice, call, usage, said.length),
        usage=usage,
        pieces=said.pieces,
        is_refusal=bool(made.draft.refusal),
        tool_calls=tuple(
            PlannedCall(f"call_sim{dice.hex('call', number)[:24]}", tool, pieces)
            for number, (tool, pieces) in enumerate(said.calls)
        ),
        logprobs=_logprobs(made) if call.logprobs else None,
        stop_sequence=said.stop_sequence,
        fault=made.fault,
    )


def _logprobs(made: _Decided) -> tuple[TokenLogprob, ...]:
    messages = made.call.request.messages
    prompt = messages[-1].text[-_LAST_WORDS:] if messages else ""
    words = tuple(dict.fromkeys(token for token in split(prompt) if token.strip().isalpha()))
    dice = made.dice.sub("logprob")
    top = made.call.top_logprobs
    return logprobs(made.draft, made.said.pieces, dice, top=top, words=words)
