"""ReAct: reason, act with a tool, observe, again; in a loop that we hold and the model does not.

What a tool returned is said by us, in a message of its own role. A model that writes "Observation:"
itself makes one up: everything from there on is cut and neither shown again nor believed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pydantic import ValidationError

from projects.p01_prompting.given.tools import CalculateRefund, DeskTool, LookUp, desk_tools
from projects.p01_prompting.prompting import render
from projects.p01_prompting.voting import FINAL, final_answer
from shared.llm.messages import (
    ChatRequest,
    Completion,
    Frozen,
    Message,
    Refusal,
    Role,
    TextPart,
    ToolCall,
    ToolResult,
    Usage,
    user,
)
from shared.llm.model import ChatModel

MOST_STEPS = 8
MOST_CORRECTIONS = 2
LONGEST_OBSERVATION = 2_000
LONGEST_SHOWN = 300
MADE_UP = re.compile(
    r"^[\s>*_#-]*observa(?:tion|ção|cao)\b[^\n:]{0,20}:", re.IGNORECASE | re.MULTILINE
)

Seen: TypeAlias = Literal["result", "unknown_tool", "bad_arguments", "repeated"]
Ending: TypeAlias = Literal["answered", "refused", "gave_up", "out_of_steps"]
AnyTool: TypeAlias = DeskTool[LookUp] | DeskTool[CalculateRefund]


class Observation(Frozen):
    """What we told the model about one of its calls."""

    kind: Seen
    tool: str
    arguments: str
    text: str


class Run(Frozen):
    """How a run ended; ``answer`` is None unless it ended ``answered``."""

    ending: Ending
    answer: str | None
    observations: tuple[Observation, ...]
    calls: int
    usage: Usage


def believed(text: str) -> str:
    """Cut what a model wrote at the first observation that it made up."""
    made_up = MADE_UP.search(text)
    return text[: made_up.start()].rstrip() if made_up else text


async def react(
    question: str, facts: Sequence[str], model: ChatModel, *, most_steps: int = MOST_STEPS
) -> Run:
    """Answer with tools, in at most ``most_steps`` calls of the model.

    Each tool call gets one observation: its ``result``, cut to ``LONGEST_OBSERVATION`` characters;
    ``unknown_tool``; ``bad_arguments`` with the places that are wrong; or ``repeated``, for a tool
    and arguments that were called before, which is not run again. All but results are corrections,
    and so is asking on after a reply with neither a call nor an answer; once more than
    ``MOST_CORRECTIONS`` are needed the run ``gave_up``. A reply without calls answers, unless what
    is ``believed`` of it is empty or was cut and has no ``Answer:`` line. Of any other reply the
    calls and what is believed are said back, and nothing else. A refusal ends the run.
    """
    # task 7: begin
    tools = {tool.name: tool for tool in desk_tools(facts)}
    offered = tuple(tool.offered for tool in tools.values())
    state = _State(list(render("react", 1, {"question": question})))
    for _ in range(most_steps):
        request = ChatRequest(messages=tuple(state.messages), tools=offered, temperature=0)
        reply = await model.complete(request)
        state.calls += 1
        state.usage += reply.usage
        if isinstance(reply, Refusal):
            return state.ended("refused")
        text = believed(reply.text)
        if not reply.tool_calls and _answers(reply, text):
            return state.ended("answered", final_answer(text))
        state.observe(text, reply.tool_calls, tools)
        if state.corrections > MOST_CORRECTIONS:
            return state.ended("gave_up")
    return state.ended("out_of_steps")
    # task 7: end


def _answers(reply: Completion, text: str) -> bool:
    if text == reply.text:
        return bool(text.strip())
    return any(FINAL.match(line) for line in text.splitlines())


@dataclass
class _State:
    """A run so far."""

    messages: list[Message]
    observations: list[Observation] = field(default_factory=list)
    made: set[tuple[str, str]] = field(default_factory=set)
    corrections: int = 0
    calls: int = 0
    usage: Usage = field(default_factory=Usage)

    def ended(self, ending: Ending, answer: str | None = None) -> Run:
        return Run(
            ending=ending,
            answer=answer,
            observations=tuple(self.observations),
            calls=self.calls,
            usage=self.usage,
        )

    def observe(self, text: str, calls: Sequence[ToolCall], tools: Mapping[str, AnyTool]) -> None:
        """Say back what is believed of a reply, and what came of its calls."""
        said = (TextPart(text=text),) if text else ()
        if said or calls:
            self.messages.append(Message(role=Role.ASSISTANT, parts=(*said, *calls)))
        if not calls:
            self.corrections += 1
            self.messages.append(user('Call a tool, or end with a line "Answer: <the answer>".'))
        for call in calls:
            seen = self._observed(call, tools)
            self.corrections += seen.kind != "result"
            self.observations.append(seen)
            result = ToolResult(call_id=call.id, text=seen.text, is_error=seen.kind != "result")
            self.messages.append(Message(role=Role.TOOL, parts=(result,)))

    def _observed(self, call: ToolCall, tools: Mapping[str, AnyTool]) -> Observation:
        kind, text = self._outcome(call, tools)
        return Observation(
            kind=kind,
            tool=call.name[:LONGEST_SHOWN],
            arguments=call.arguments[:LONGEST_SHOWN],
            text=cut(text),
        )

    def _outcome(self, call: ToolCall, tools: Mapping[str, AnyTool]) -> tuple[Seen, str]:
        tool = tools.get(call.name)
        if tool is None:
            return "unknown_tool", f"There is no such tool. There are {', '.join(sorted(tools))}."
        made = (call.name, canonical(call.arguments))
        if made in self.made:
            return "repeated", "You called this before, and its result stands above. Use it."
        self.made.add(made)
        try:
            return "result", tool.run(call.arguments)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong[:5])
            return "bad_arguments", f"The arguments do not fit: {places}."


def canonical(arguments: str) -> str:
    """Write arguments so that the same ones are equal, however they are spaced and ordered."""
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments.strip()


def cut(text: str) -> str:
    """Cut an observation to its greatest length, and say how much is missing."""
    left_out = len(text) - LONGEST_OBSERVATION
    return text if left_out <= 0 else f"{text[:LONGEST_OBSERVATION]} [{left_out} characters cut]"
