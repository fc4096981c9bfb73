from dataclasses import fields

import httpx
import pytest

from shared.simulator.heldout import HELD_OUT, held_out
from shared.simulator.profiles import FAST, PROFILES, SMART
from shared.simulator.respond import Reader
from shared.simulator.server import make_state, serving

pytestmark = pytest.mark.anyio


def test_the_held_out_model_lies_between_the_two_it_is_drawn_from() -> None:
    drawn = [held_out(seed).limits for seed in range(50)]

    for field in fields(FAST.limits):
        low, high = getattr(FAST.limits, field.name), getattr(SMART.limits, field.name)
        values = {getattr(limits, field.name) for limits in drawn}
        if isinstance(low, str):
            assert values == {low, high}
        else:
            assert min(low, high) <= min(values) <= max(values) <= max(low, high)
            assert len(values) > (low != high)


def test_each_exam_has_its_own_held_out_model() -> None:
    assert held_out(b"one") == held_out(b"one")
    assert held_out(b"one").limits != held_out(b"other").limits


def test_practice_never_has_it(reader: Reader) -> None:
    assert HELD_OUT not in PROFILES
    assert HELD_OUT not in make_state(seed=1, read=reader).profiles


async def test_in_an_exam_it_answers(reader: Reader, http: httpx.AsyncClient) -> None:
    asked = {"model": HELD_OUT, "messages": [{"role": "user", "content": "Ana is in Faro. Where?"}]}

    async with serving(make_state(seed=b"secret", mode="exam", read=reader)) as url:
        answer = await http.post(f"{url}/chat/completions", json=asked)

    assert answer.json()["choices"][0]["message"]["content"] == "Ana is in Faro."
