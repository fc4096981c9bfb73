"""Cached prompts: off by default; on, they change what is paid and when it comes, nothing else."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import anthropic
import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.llm.messages import ChatRequest, system, user
from shared.simulator.plan import Call
from shared.simulator.profiles import PROFILES
from shared.simulator.promptcache import STEP, PromptCache
from shared.simulator.server import drill_url, server_url, tag_url
from shared.simulator.tokens import REPLY_TOKENS, count_prompt

pytestmark = pytest.mark.anyio
ON = {"prompt_cache": 300.0}
HANDBOOK = "The shop opens at nine and closes at six, but for Sundays. " * 120


def call(text: str, question: str = "When does it open?", model: str = "sim-smart") -> Call:
    request = ChatRequest(messages=(system(text), user(question)))
    return Call(model=model, request=request)


def keep(cache: PromptCache, asked: Call, now: float = 0.0, scope: str = "") -> int:
    return cache.keep(scope, asked, now=now, life_s=300.0).read


def test_a_shared_beginning_is_read_in_steps_and_a_short_one_never() -> None:
    cache = PromptCache()

    first, second = keep(cache, call(HANDBOOK)), keep(cache, call(HANDBOOK, "And on Sundays?"))

    assert first == 0
    assert second >= 1_024
    assert second % STEP == 0
    assert [keep(cache, call("Be brief.")) for _ in range(2)] == [0, 0]


def test_another_beginning_model_caller_or_a_long_time_finds_nothing() -> None:
    cache = PromptCache()
    keep(cache, call(HANDBOOK))

    assert keep(cache, call("Now: " + HANDBOOK)) == 0
    assert keep(cache, call(HANDBOOK, model="sim-fast")) == 0
    assert keep(cache, call(HANDBOOK), scope="somebody else") == 0
    assert keep(cache, call(HANDBOOK), now=301.0) == 0


@given(st.text(max_size=3_000), st.integers(min_value=1, max_value=6))
def test_no_more_is_cached_than_there_is(text: str, times: int) -> None:
    cache, asked = PromptCache(), call(text * times, "?")

    keep(cache, asked)

    assert keep(cache, asked) <= count_prompt(asked.request) - REPLY_TOKENS


async def ask(url: str, question: str) -> Any:
    async with openai.AsyncOpenAI(base_url=url, api_key="sim") as client:
        return await client.chat.completions.create(
            model="sim-smart",
            messages=[
                {"role": "system", "content": HANDBOOK},
                {"role": "user", "content": question},
            ],
        )


async def say(url: str, turns: Sequence[Any], **more: Any) -> anthropic.types.Usage:
    root = url.removesuffix("/v1")
    async with anthropic.AsyncAnthropic(base_url=root, api_key="sim", max_retries=0) as client:
        answer: anthropic.types.Message = await client.messages.create(
            model="sim-smart", max_tokens=50, messages=turns, **more
        )
        return answer.usage


def turn(text: str, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": text}


def marked(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}


async def test_without_the_drill_nothing_is_ever_cached(base_url: str) -> None:
    for _ in range(2):
        answer = await ask(base_url, "When does the shop open?")

        assert answer.usage.prompt_tokens_details.cached_tokens == 0


async def test_a_cached_prompt_costs_less_and_is_answered_the_same(
    base_url: str, http: httpx.AsyncClient
) -> None:
    url = drill_url(tag_url(base_url, "cache"), ON)

    plain = await ask(base_url, "When does the shop open?")
    cold, warm = [await ask(url, "When does the shop open?") for _ in range(2)]
    ledger = (await http.get(f"{server_url(base_url)}/sim/ledger?tag=cache")).json()["entries"]

    assert plain.choices[0].message.content == warm.choices[0].message.content
    assert cold.usage.prompt_tokens == warm.usage.prompt_tokens
    assert cold.usage.prompt_tokens_details.cached_tokens == 0
    cached = warm.usage.prompt_tokens_details.cached_tokens
    assert cached >= 1_024
    paid = [Decimal(entry["simulated_usd"]) for entry in ledger]
    profile = PROFILES["sim-smart"]
    spared = cached * (profile.input_price - profile.cached_price) / 1_000_000
    assert paid[0] - paid[1] == spared
    assert [entry["cached_tokens"] for entry in ledger] == [0, cached]


async def test_anthropics_marks_say_what_is_written_and_read(base_url: str) -> None:
    url = drill_url(tag_url(base_url, "marks"), ON)
    asked = [turn("When does it open?")]
    plain, kept = [{"type": "text", "text": HANDBOOK}], [marked(HANDBOOK)]

    unmarked = [await say(url, asked, system=plain) for _ in range(2)][-1]
    first = await say(url, asked, system=kept)
    second = await say(url, [turn("And on Sundays?")], system=kept)

    assert (unmarked.cache_creation_input_tokens, unmarked.cache_read_input_tokens) == (0, 0)
    assert first.cache_read_input_tokens == 0
    assert first.cache_creation_input_tokens == second.cache_read_input_tokens
    assert (second.cache_read_input_tokens or 0) > 1_024
    assert second.cache_creation_input_tokens == 0
    assert 0 < second.input_tokens < 30


async def test_a_conversation_reads_what_its_last_turn_wrote(base_url: str) -> None:
    url = drill_url(tag_url(base_url, "growing"), ON)
    turns: list[dict[str, Any]] = []
    seen: list[tuple[int, int]] = []

    for question in (HANDBOOK, "When does it open?", "And when does it close?"):
        usage = await say(url, [*turns, {"role": "user", "content": [marked(question)]}])
        turns += [turn(question), turn("Yes.", "assistant")]
        seen.append((usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0))

    assert seen[0][0] == 0
    assert seen[1][0] == seen[0][1]
    assert seen[2][0] == sum(seen[1])


async def test_five_marks_are_one_too_many(base_url: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match="maximum of 4"):
        await say(base_url, [{"role": "user", "content": [marked("Hi")] * 5}])
