"""Six ways to ask one model the same: functions from an item to an answer and what it took."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from projects.p01_prompting.given.planners import Planner, plan_by_rule
from projects.p01_prompting.given.prompt_files import Example, Value
from projects.p01_prompting.plans import Plan, PlanError, read_plan, solve
from projects.p01_prompting.prompting import Block, allocate, estimated_tokens, render
from projects.p01_prompting.react import react
from projects.p01_prompting.voting import final_answer, self_consistent
from shared.llm.messages import ChatRequest, Completion, Frozen, Usage
from shared.llm.model import ChatModel
from shared.world.desk import DeskItem

StrategyName: TypeAlias = Literal[
    "zero_shot", "few_shot", "chain_of_thought", "self_consistency", "decompose", "react"
]
STRATEGIES: tuple[StrategyName, ...] = get_args(StrategyName)

SHOTS_BUDGET = 1_200
VOTES = 5
LEAD = 2


class Answered(Frozen):
    """An answer, empty where there was none, and the tokens that it took."""

    text: str
    usage: Usage


@dataclass(frozen=True)
class Setup:
    """What strategies may draw on beside the item: routed examples, and who writes plans."""

    shots: Sequence[Example] = ()
    planner: Planner = plan_by_rule


Strategy: TypeAlias = Callable[[DeskItem, ChatModel, Setup], Awaitable[Answered]]


def request_for(
    item: DeskItem, *, steps: bool = False, shots: Sequence[Example] = ()
) -> ChatRequest:
    """Write the prompt of an item: told to reason aloud, or with examples shown, or neither."""
    values: dict[str, Value] = {"message": item.text, "queues": ", ".join(item.choices)}
    name = "route"
    if item.kind != "routing":
        name, values = "answer", {"facts": "\n".join(item.facts), "question": item.text}
    if steps:
        name = f"{name}_steps"
    else:
        values["shots"] = tuple(shots)
    return ChatRequest(messages=render(name, 1, values), temperature=0)


async def _asked(request: ChatRequest, model: ChatModel) -> Answered:
    reply = await model.complete(request)
    text = final_answer(reply.text) if isinstance(reply, Completion) else ""
    return Answered(text=text, usage=reply.usage)


async def zero_shot(item: DeskItem, model: ChatModel, _: Setup) -> Answered:
    """Ask, and nothing else."""
    return await _asked(request_for(item), model)


async def few_shot(item: DeskItem, model: ChatModel, setup: Setup) -> Answered:
    """Show as many examples as the budget allows, then ask; only routing has examples."""
    shots = _fitting(setup.shots) if item.kind == "routing" else ()
    return await _asked(request_for(item, shots=shots), model)


def _fitting(shots: Sequence[Example]) -> Sequence[Example]:
    """Choose the examples that fit, the first of them first."""
    blocks = [
        Block(id=str(at), kind="example", tokens=estimated_tokens(shot.text), priority=-at)
        for at, shot in enumerate(shots)
    ]
    return [shots[int(at)] for at in allocate(blocks, SHOTS_BUDGET).kept]


async def chain_of_thought(item: DeskItem, model: ChatModel, _: Setup) -> Answered:
    """Ask to reason step by step before answering."""
    return await _asked(request_for(item, steps=True), model)


async def self_consistency(item: DeskItem, model: ChatModel, _: Setup) -> Answered:
    """Reason several times, and let the answers vote."""
    request = request_for(item, steps=True)
    vote = await self_consistent(request, model, most=VOTES, margin=LEAD)
    return Answered(text=vote.answer or "", usage=vote.usage)


async def decompose(item: DeskItem, model: ChatModel, setup: Setup) -> Answered:
    """Ask for one fact after the other; what has no such plan, or one step, is asked at once."""
    if item.kind == "routing":
        return await _asked(request_for(item), model)
    planned = await setup.planner(item.text)
    try:
        plan = read_plan(planned.text)
    except PlanError:
        plan = Plan(steps=())
    if len(plan.steps) < 2:
        whole = await _asked(request_for(item), model)
        return Answered(text=whole.text, usage=planned.usage + whole.usage)
    solved = await solve(plan, "\n".join(item.facts), model)
    return Answered(text=solved.answer or "", usage=planned.usage + solved.usage)


async def act(item: DeskItem, model: ChatModel, _: Setup) -> Answered:
    """Let the model look facts up and calculate; routing needs no tool, and is asked at once."""
    if item.kind == "routing":
        return await _asked(request_for(item), model)
    run = await react(item.text, item.facts, model)
    return Answered(text=run.answer or "", usage=run.usage)


BY_NAME: dict[StrategyName, Strategy] = {
    "zero_shot": zero_shot,
    "few_shot": few_shot,
    "chain_of_thought": chain_of_thought,
    "self_consistency": self_consistency,
    "decompose": decompose,
    "react": act,
}
