"""Answer one call in one dialect: check it, plan it, enter it in the ledger, pace it out."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from shared.llm.messages import ChatRequest
from shared.simulator import promptcache
from shared.simulator.address import Address
from shared.simulator.admission import admit, request_time
from shared.simulator.dialects.dialect import Ask, Dialect
from shared.simulator.dialects.errors import ApiError
from shared.simulator.ledger import Entry, cost
from shared.simulator.pacing import Reply, pace
from shared.simulator.plan import Fault, Plan
from shared.simulator.profiles import Profile
from shared.simulator.respond import respond
from shared.simulator.state import State
from shared.simulator.tokens import count_prompt
from shared.simulator.wire import Exchange

INLINE_TOKENS: Final = 1_500
"""Prompts longer than this are read in a thread, so that streams keep their pace."""


async def answer(state: State, exchange: Exchange, address: Address, dialect: Dialect) -> None:
    """Answer a call; raises ``ApiError`` where the answer is an error of the dialect's own form."""
    now = request_time(state.clock, exchange)
    drill = state.drill_at(now, address.drill)
    body = await exchange.body()
    entry = Entry(tag=address.tag, dialect=dialect.name, model="", body=body)
    state.ledger.add(entry)
    try:
        limits = admit(state, address, drill, now)
        ask = dialect.read(body)
        profile = chat_profile(state, ask.calls[0].model)
        entry.model = profile.name
        _check_grant(state, address, profile)
        entry.attempt = _attempt(state, exchange, address, drill, body)
        plans = await _plans(state, ask, profile, drill, entry.attempt)
        if promptcache.DRILL in drill:
            kept = state.prompts.keep(
                address.scope, ask.calls[0], now=now, life_s=drill[promptcache.DRILL]
            )
            plans = [promptcache.with_kept(plan, kept, profile) for plan in plans]
        fault = _note(entry, profile, plans)
        told = state.told(profile)
        await pace(Reply(state, exchange, dialect, ask, plans, told, entry, limits, fault))
    except ApiError as error:
        entry.status = error.status
        if error.code == "rate_limit_exceeded" and not entry.fault:
            entry.fault = "rate_limit"
        raise


def chat_profile(state: State, model: str) -> Profile:
    """Find the model; raises ``ApiError`` 404."""
    profile = state.profiles.get(model)
    if profile is None:
        raise ApiError(
            404,
            f"The model '{model}' does not exist. The simulator has: {', '.join(state.profiles)}.",
            code="model_not_found",
            param="model",
        )
    if profile.control == "embedding":
        raise ApiError(404, f"'{model}' embeds texts; it does not chat.", param="model")
    return profile


def _check_grant(state: State, address: Address, profile: Profile) -> None:
    """Refuse an address that was not handed out for this model."""
    if state.grants is not None and state.grants.get(address.scope) != profile.name:
        raise ApiError(
            403, f"This address was not handed out for '{profile.name}'.", code="not_handed_out"
        )


def _attempt(
    state: State, exchange: Exchange, address: Address, drill: Mapping[str, float], body: bytes
) -> tuple[int, int]:
    """Number this attempt at the very same request; without a drill nothing depends on it."""
    if not drill:
        return (0, 0)
    told = exchange.headers.get(b"x-stainless-retry-count", b"0")
    retry = int(told) if told.isdigit() and len(told) < 6 else 0
    return (retry, state.occurrences.count(f"{address.scope}\x1f{retry}", body))


async def _plans(
    state: State,
    ask: Ask,
    profile: Profile,
    drill: Mapping[str, float],
    attempt: tuple[int, int],
) -> Sequence[Plan]:
    """Plan every answer; long prompts are read in a thread."""
    calls = ask.calls
    counted = [_count(call.request, profile) for call in calls if call.index == 0]
    read = state.truths.informing(state.read) if profile.control == "oracle" else state.read
    if drill:
        calls = tuple(dataclasses.replace(call, drill=drill, attempt=attempt) for call in calls)
    # Answers to one prompt stand together, as many to each.
    answers = len(calls) // len(counted)

    def plan_all() -> Sequence[Plan]:
        return [
            respond(call, profile, state.seed, read, prompt_tokens=counted[number // answers])
            for number, call in enumerate(calls)
        ]

    if sum(counted) * answers <= INLINE_TOKENS:
        return plan_all()
    return await asyncio.to_thread(plan_all)


def _count(request: ChatRequest, profile: Profile) -> int:
    """Count a prompt's tokens; raises ``ApiError`` where they do not fit the model."""
    if not request.messages:
        raise ApiError(400, "There is no message to answer.", code="empty_prompt")
    tokens = count_prompt(request)
    if tokens > profile.context_tokens:
        raise ApiError(
            400,
            f"This model's maximum context length is {profile.context_tokens} tokens. However,"
            f" your messages resulted in {tokens} tokens. Please reduce their length.",
            code="context_length_exceeded",
            param="messages",
        )
    if (request.max_tokens or 0) > profile.max_output_tokens:
        raise ApiError(
            400,
            f"max_tokens is too large: {request.max_tokens}. This model supports at most"
            f" {profile.max_output_tokens} completion tokens.",
            code="invalid_value",
            param="max_tokens",
        )
    return tokens


def _note(entry: Entry, profile: Profile, plans: Sequence[Plan]) -> Fault | None:
    """Enter the answers in the ledger; returns the first fault of any of them."""
    first = plans[0]
    fault = None
    entry.key, entry.finish = first.key, first.finish
    entry.input_tokens = first.usage.input_tokens
    entry.cached_tokens = first.usage.cached_tokens
    entry.ttft_ms = first.timing.ttft_s * 1000
    for plan in plans:
        fault = fault or plan.fault
        timing, usage = plan.timing, plan.usage
        entry.output_tokens += usage.output_tokens
        entry.reasoning_tokens += usage.reasoning_tokens
        entry.cost_usd += cost(profile, usage, plan.cache_written)
        entry.ttft_ms = min(entry.ttft_ms, timing.ttft_s * 1000)
        entry.total_ms = max(entry.total_ms, timing.total_s * 1000)
        entry.queue_ms = max(entry.queue_ms, timing.queue_s * 1000)
    entry.fault = fault.name if fault else ""
    return fault
