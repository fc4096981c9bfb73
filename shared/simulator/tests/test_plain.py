"""Plain calls are answered in one pass, and nobody can tell."""

import json
from typing import Any

import httpx
import pytest

from shared.simulator.plain import PlainAnswers
from shared.simulator.server import make_state, serving, tag_url
from shared.simulator.state import State

pytestmark = pytest.mark.anyio

URL = b"/v1/chat/completions"
TURN = {"role": "user", "content": 'Ana lives in "Porto". Where does Ana live? \u00c9 l\u00e1\n'}
SYSTEM = {"role": "developer", "content": "Be brief."}
ORDINARY: dict[str, Any] = {"model": "sim-fast", "messages": [TURN]}
PLAIN: list[dict[str, Any]] = [
    {},
    {"stream": False},
    {"temperature": 1, "top_p": 0.5, "seed": -3},
    {"temperature": None, "seed": None, "stream": None},
    {"messages": [SYSTEM, TURN, {"role": "assistant", "content": "Porto."}, TURN]},
    {"model": "sim-null"},
    {"model": "sim-reasoner"},
]
# A call that says what time it is goes the long way, and the same answer comes of it.
LONG_WAY = {"x-sim-now": "0"}


@pytest.mark.parametrize("more", PLAIN, ids=json.dumps)
async def test_a_plain_call_is_answered_as_the_application_does(
    base_url: str, http: httpx.AsyncClient, state: State, more: dict[str, Any]
) -> None:
    url = f"{tag_url(base_url, 'plain')}/chat/completions"
    body = json.dumps({**ORDINARY, **more}).encode()

    assert PlainAnswers(state)(URL, [], body) is not None
    state.forget()
    short = await http.post(url, content=body)
    long = await http.post(url, content=body, headers=LONG_WAY)

    assert (short.status_code, short.headers.raw) == (200, long.headers.raw)
    assert short.content == long.content
    one, other = (entry.shown() for entry in state.ledger.of("plain"))
    assert one == other


@pytest.mark.parametrize(
    "more",
    [
        {"stream": True},
        {"stream": 0.0},
        {"n": 2},
        {"temperature": 9},
        {"temperature": True},
        {"seed": 2**70},
        {"seed": 1.0},
        {"messages": []},
        {"messages": [{**TURN, "name": "bob"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "tool", "content": "x"}]},
        {"messages": [{"role": ["user"], "content": "x"}]},
        {"model": "sim-oracle"},
        {"model": "gpt-4o"},
        {"model": ["sim-fast"]},
        {"messages": [{"role": "user", "content": "many words " * 2_000}]},
    ],
    ids=lambda more: json.dumps(more)[:60],
)
def test_what_is_not_plain_is_left_to_the_application(state: State, more: dict[str, Any]) -> None:
    state.forget()

    answer = PlainAnswers(state)(URL, [], json.dumps({**ORDINARY, **more}).encode())

    assert answer is None
    assert not list(state.ledger.of())


@pytest.mark.parametrize(
    "url",
    [
        b"/v1/messages",
        b"/drill/refusal=1/v1/chat/completions",
        b"/v1/chat/completions?a=b",
        b"/%ff",
    ],
)
def test_another_address_is_left_to_the_application(state: State, url: bytes) -> None:
    assert PlainAnswers(state)(url, [], json.dumps(ORDINARY).encode()) is None


@pytest.mark.parametrize("more", [{"drill": {"refusal": 1.0}}, {"api_key": "k"}, {"clock": "wall"}])
def test_a_run_that_must_look_at_every_call_answers_none_at_once(more: dict[str, Any]) -> None:
    state = make_state(**more)

    assert PlainAnswers(state)(URL, [], json.dumps(ORDINARY).encode()) is None


async def test_a_reader_that_fails_is_told_of_by_the_application(http: httpx.AsyncClient) -> None:
    def fail(*_: object) -> Any:
        raise ZeroDivisionError

    state = make_state(read=fail)
    async with serving(state) as url:
        answer = await http.post(f"{url}/chat/completions", json=ORDINARY)

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "defect")
