"""The same request gets the same bytes, in any order and however many at once."""

import json
import random
from urllib.parse import urlsplit

import httpx
import pytest

from shared.simulator.load import post_all
from shared.simulator.respond import Reader
from shared.simulator.server import drill_url, make_state, serving, tag_url

pytestmark = pytest.mark.anyio

DRILL = {"refusal": 0.1, "error_500": 0.1, "truncation": 0.1, "error_429": 0.05}


def question(number: int, **more: object) -> bytes:
    text = f"Item {number} is kept in hall {number % 7}. Item {number + 1} is sold. Where is it?"
    asked = {"model": "sim-fast", "messages": [{"role": "user", "content": text}], **more}
    return json.dumps(asked).encode()


async def test_a_shuffled_crowd_gets_what_a_queue_gets(reader: Reader) -> None:
    bodies = [question(number) for number in range(1_000)]
    order = random.Random(5).sample(range(1_000), 1_000)  # noqa: S311 - any order will do
    async with (
        serving(make_state(seed=3, read=reader)) as one,
        serving(make_state(seed=3, read=reader)) as other,
    ):
        here, there = urlsplit(drill_url(one, DRILL)), urlsplit(drill_url(other, DRILL))
        path = f"{here.path}/chat/completions"

        serial = await post_all(str(here.hostname), here.port or 0, path, bodies, concurrency=1)
        crowd = await post_all(
            str(there.hostname),
            there.port or 0,
            path,
            [bodies[number] for number in order],
            concurrency=64,
        )

    answered = {number: crowd[place] for place, number in enumerate(order)}
    assert all(
        (answer.status, answer.body) == (answered[number].status, answered[number].body)
        for number, answer in enumerate(serial)
    )
    assert {answer.status for answer in serial} == {200, 429, 500}


async def test_another_seed_draws_other_faults(reader: Reader, http: httpx.AsyncClient) -> None:
    async def statuses(seed: int) -> list[int]:
        async with serving(make_state(seed=seed, read=reader)) as url:
            target = f"{drill_url(url, {'error_500': 0.5})}/chat/completions"
            return [
                (await http.post(target, content=question(number))).status_code
                for number in range(40)
            ]

    assert await statuses(1) == await statuses(1)
    assert await statuses(1) != await statuses(2)


async def test_asking_the_same_again_gets_the_same_unless_told_otherwise(
    base_url: str, http: httpx.AsyncClient
) -> None:
    async def texts(url: str) -> set[str]:
        answers = [
            (await http.post(f"{url}/chat/completions", content=question(1, logprobs=True))).json()
            for _ in range(3)
        ]
        return {json.dumps(answer["choices"]) for answer in answers}

    assert len(await texts(base_url)) == 1
    assert len(await texts(drill_url(base_url, {"refusal": 0.0}))) == 1


async def test_identical_requests_share_faults_by_occurrence(
    base_url: str, http: httpx.AsyncClient
) -> None:
    async def statuses(tag: str) -> list[int]:
        url = drill_url(tag_url(base_url, tag), {"error_500": 0.5})
        return [
            (await http.post(f"{url}/chat/completions", content=question(1))).status_code
            for _ in range(30)
        ]

    first, second = await statuses("first"), await statuses("second")

    assert first == second
    assert set(first) == {200, 500}


async def test_the_retry_count_moves_the_fault(base_url: str, http: httpx.AsyncClient) -> None:
    url = drill_url(tag_url(base_url, "retries"), {"error_500": 0.5})

    statuses = {
        (
            await http.post(
                f"{url}/chat/completions",
                content=question(2),
                headers={"x-stainless-retry-count": str(retry)},
            )
        ).status_code
        for retry in range(20)
    }

    assert statuses == {200, 500}
