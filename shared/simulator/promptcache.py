"""A cache of how prompts begin, as providers keep one; off unless the drill ``prompt_cache`` is on.

It is the one thing here that depends on what was asked before, so it touches usage, price and the
wait for the first token, never an answer. A caller who sets no marks has beginnings of 1,024 tokens
and more kept by themselves, in steps of 128; one who does (Anthropic's ``cache_control``) has what
stands before a mark kept, and pays for keeping it.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Final, NamedTuple

from shared.llm.messages import ChatRequest, Message, TextPart
from shared.simulator.bucket import Bounded
from shared.simulator.plan import Call, Plan
from shared.simulator.profiles import Profile
from shared.simulator.tokens import MESSAGE_TOKENS, count_json, count_message, split

DRILL: Final = "prompt_cache"
LEAST: Final = 1_024
STEP: Final = 128
LONGEST_LIFE_S: Final = 86_400.0


class Kept(NamedTuple):
    """How many of a prompt's tokens were found in the cache, and how many newly put there."""

    read: int = 0
    written: int = 0


class PromptCache:
    """Remembers digests of beginnings and when each was last used; bounded."""

    __slots__ = ("_used",)

    def __init__(self) -> None:
        self._used: Bounded[float] = Bounded()

    def keep(self, scope: str, call: Call, *, now: float, life_s: float) -> Kept:
        """Find the longest beginning that was used within ``life_s``, and keep this prompt's own.

        ``scope`` parts the callers: nobody reads what another's prompts left.
        """
        parts = list(_parts(call.request))
        ends = list(accumulate(len(part) for part in parts))
        marks = call.cache_marks
        kept = _steps(ends[-1]) if marks is None else [m for m in marks if m >= LEAST]
        if not kept:
            return Kept()
        looked = kept if marks is None else sorted({*kept, *_between(ends, kept[-1])})
        start = f"{scope}\x1f{call.model}".encode()
        digests = dict(_digests(start, parts, looked))
        found = [end for end in looked if self._fresh(digests[end], now, life_s)]
        for end in kept:
            self._used.put(digests[end], now)
        read = max(found, default=0)
        if read:
            self._used.put(digests[read], now)
        return Kept(read, 0 if marks is None else max(0, kept[-1] - read))

    def _fresh(self, digest: bytes, now: float, life_s: float) -> bool:
        used = self._used.get(digest)
        return used is not None and now - used <= life_s

    def clear(self) -> None:
        """Forget everything."""
        self._used.clear()


def _steps(tokens: int) -> Sequence[int]:
    return range(LEAST, tokens + 1, STEP)


def _between(ends: Iterable[int], last: int) -> Iterator[int]:
    return (end for end in ends if LEAST <= end <= last)


def _parts(request: ChatRequest) -> Iterator[list[str]]:
    """Cut a prompt into its parts, in the order providers cache them, each as its tokens."""
    for tool in request.tools:
        told = [*split(tool.name), *split(tool.description)]
        yield [*told, *_block(tool.parameters, count_json(tool.parameters))]
    if request.response_schema is not None:
        schema = request.response_schema.json_schema
        yield _block(schema, count_json(schema))
    for message in request.messages:
        yield from _message(message)


def _message(message: Message) -> Iterator[list[str]]:
    head = _block(message.role.value, MESSAGE_TOKENS)
    for part in message.parts:
        alone = Message(role=message.role, parts=(part,))
        size = count_message(alone) - MESSAGE_TOKENS
        said = split(part.text) if isinstance(part, TextPart) else _block(repr(part), size)
        yield [*head, *said]
        head = []
    if head:
        yield head


def _block(value: object, tokens: int) -> list[str]:
    """Stand for something that counts as so many tokens and is the same only as a whole."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return [text] * min(1, tokens) + [""] * (tokens - 1)


def _digests(
    start: bytes, parts: Iterable[Sequence[str]], ends: Sequence[int]
) -> Iterator[tuple[int, bytes]]:
    """Hash a prompt from its start to each of some places, in one pass."""
    state, tokens, at = blake2b(start, digest_size=16), [t for part in parts for t in part], 0
    for end in ends:
        state.update("\x1f".join(tokens[at:end]).encode("utf-8", "surrogatepass") + b"\x1e")
        at = end
        yield end, state.copy().digest()


def with_kept(plan: Plan, kept: Kept, profile: Profile) -> Plan:
    """Give the plan of a prompt of which a part was in the cache: cheaper, and sooner begun."""
    if not plan.usage.input_tokens or not (kept.read or kept.written):
        return plan
    spared = profile.prefill_s_per_token * kept.read
    return dataclasses.replace(
        plan,
        usage=plan.usage.model_copy(update={"cached_tokens": kept.read}),
        timing=plan.timing._replace(ttft_s=plan.timing.ttft_s - spared),
        cache_written=kept.written,
    )
