"""A simulator on a real socket, with a reader of ten lines in place of the real one."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.llm.messages import ChatRequest, Role
from shared.simulator.dice import Dice
from shared.simulator.plan import Draft, DraftCall
from shared.simulator.profiles import Profile
from shared.simulator.respond import Reader
from shared.simulator.server import make_state, serving
from shared.simulator.state import State

STRUCTURED = '{"city": "Porto", "size": "large", "people": 230000}'


def extract(request: ChatRequest, profile: Profile, dice: Dice) -> Draft:
    """Call the first tool, fill a fixed form, or repeat the sentence nearest to the question."""
    if request.tools and request.tool_choice != "none" and request.messages[-1].role != Role.TOOL:
        calls = tuple(DraftCall(tool.name, '{"city": "Porto"}') for tool in request.tools)
        return Draft(text="Let me look.", tool_calls=calls)
    if request.response_schema is not None:
        return Draft(text=STRUCTURED, evidence=0.9)
    *told, question = re.split(r"(?<=[.!?])\s+", request.messages[-1].text)
    asked = set(re.findall(r"\w+", question.lower()))
    best = max(
        told or [question], key=lambda one: len(asked & set(re.findall(r"\w+", one.lower())))
    )
    hidden = 7 if profile.reasons else 0
    return Draft(text=best, evidence=dice.difficulty("evidence"), reasoning_tokens=hidden)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Let one server serve a whole module."""
    return "asyncio"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return extract


@pytest.fixture(scope="module")
def state(reader: Reader) -> State:
    return make_state(seed=7, read=reader)


@pytest.fixture(scope="module")
async def base_url(state: State) -> AsyncIterator[str]:
    async with serving(state) as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client
