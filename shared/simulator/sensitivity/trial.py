"""Items to ask a simulated model, and what comes of asking."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeAlias

from pydantic import JsonValue

from shared.llm.messages import (
    ChatRequest,
    JsonSchema,
    Message,
    ResponseSchema,
    Tool,
    system,
    user,
)
from shared.simulator.plan import Call, Plan
from shared.simulator.profiles import Profile
from shared.simulator.reader import read
from shared.simulator.respond import respond

Judge: TypeAlias = Callable[[Plan], bool]
FINAL = re.compile(r"^[\w ]{2,20}:\s*")


@dataclass(frozen=True, slots=True)
class Item:
    """A request and the judge of its answer."""

    request: ChatRequest
    judge: Judge


def draw(seed: int, *labels: str | int) -> Random:
    """Make the dice that items are drawn with."""
    return Random(f"{seed}/{'/'.join(map(str, labels))}")  # noqa: S311 (items, not secrets)


def ask(request: ChatRequest, profile: Profile, seed: int, index: int = 0) -> Plan:
    """Ask a profile in process; ``index`` says which of several samples this is."""
    return respond(Call(profile.name, request, index), profile, seed, read)


def marks(items: Sequence[Item], profile: Profile, seed: int) -> list[float]:
    """Ask every item once: 1 where the answer is right, else 0."""
    return [float(item.judge(ask(item.request, profile, seed))) for item in items]


def prompt(orders: str, text: str, *, schema: JsonSchema | None = None) -> ChatRequest:
    """Put orders in the system's message and a text in the user's."""
    wanted = ResponseSchema(name="answer", json_schema=schema) if schema else None
    return ChatRequest(messages=(system(orders), user(text)), response_schema=wanted)


def offering(orders: str, text: str, tools: Sequence[Tool]) -> ChatRequest:
    """Ask with tools to choose from."""
    messages: tuple[Message, ...] = (system(orders), user(text)) if orders else (user(text),)
    return ChatRequest(messages=messages, tools=tuple(tools))


def warmer(request: ChatRequest) -> ChatRequest:
    """Ask the same with a temperature, so that samples differ."""
    return request.model_copy(update={"temperature": 1.0})


def final(plan: Plan) -> str:
    """Give the short answer: the last line, without the label that may introduce it."""
    lines = [line for line in plan.text.strip().split("\n") if line.strip()]
    return bare(FINAL.sub("", lines[-1])) if lines else ""


def bare(text: str) -> str:
    """Drop what does not tell two answers apart: case, outer marks, spaces."""
    return " ".join(text.lower().split()).strip(" .\"'")


def says(value: str) -> Judge:
    """Want a value as the short answer."""
    return lambda plan: final(plan) == bare(value)


def fields(**wanted: JsonValue) -> Judge:
    """Want these values in the object that is returned."""

    def judge(plan: Plan) -> bool:
        try:
            found = json.loads(plan.text)
        except ValueError:
            return False
        return isinstance(found, dict) and all(found.get(k) == v for k, v in wanted.items())

    return judge


def calls(name: str, **wanted: JsonValue) -> Judge:
    """Want one call, of this tool, with these arguments among others."""

    def judge(plan: Plan) -> bool:
        if [call.name for call in plan.tool_calls] != [name]:
            return False
        found = json.loads(plan.tool_calls[0].arguments)
        return all(found.get(k) == v for k, v in wanted.items())

    return judge


def calls_nothing(plan: Plan) -> bool:
    """Want no call of any tool."""
    return not plan.tool_calls


def correlated(profile: Profile, share: float) -> Profile:
    """Give a profile whose slips repeat in this share of the samples of one request."""
    return replace(profile, limits=replace(profile.limits, correlation=share))
