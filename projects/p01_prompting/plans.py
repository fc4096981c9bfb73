"""Decomposition: a plan is a graph of small questions, checked before any of them is asked.

Who writes the plan (``given/planners.py``) does not matter here. It is text, and nobody runs it
unread.
"""

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from projects.p01_prompting.prompting import render
from projects.p01_prompting.voting import final_answer
from shared.errors import CapstoneError
from shared.llm.messages import ChatRequest, Completion, Frozen, Usage
from shared.llm.model import ChatModel

MOST_STEPS = 12
MOST_TRIES = 3
SAYING = (" is ", " é ")
LINE = re.compile(r"(\d{1,3})[.)]\s+(\S.*)")
REFERENCE = re.compile(r"#(\d{1,3})\b")
UNKNOWN = re.compile(r"(?:i (?:do not|don't) know|n[ãa]o sei|unknown)\W*", re.IGNORECASE)


class PlanError(CapstoneError):
    """A plan cannot be run: it is no graph of steps that leads to one answer."""


class Step(Frozen):
    """One small question; ``needs`` are the steps whose answers stand in it as ``#1``, ``#2``."""

    id: int
    ask: str
    needs: tuple[int, ...] = ()


class Plan(Frozen):
    """Steps in an order in which they can be asked; the last one gives the answer."""

    steps: tuple[Step, ...]


class Traced(Frozen):
    """One call for a step: what was asked, the fact that came back, the answer read out of it."""

    id: int
    asked: str
    fact: str
    answer: str


class Solved(Frozen):
    """An answer with every call that led to it; None where a step found nothing to go on with."""

    answer: str | None
    trace: tuple[Traced, ...]
    usage: Usage


def read_plan(text: str) -> Plan:
    """Read a plan, one step a line (``2. Who leads the desk #1?``), into an order to ask it in.

    Raises ``PlanError`` for a plan that has no steps or more than ``MOST_STEPS``; has a line that
    is no step, or a number twice; refers to a step that is not there; goes in a circle; or does not
    lead to exactly one last step, so that some answers would be for nothing. Blank lines are fine,
    and so are references to steps further down. Steps that could be asked in any order are in that
    of their numbers.
    """
    # task 5: begin
    steps: dict[int, Step] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        found = LINE.fullmatch(line)
        if found is None:
            raise PlanError(f"{line[:80]!r} is no step.", advice="Write `1. A question?`.")
        number = int(found[1])
        if number in steps:
            raise PlanError(f"There are two steps {number}.")
        needs = tuple(sorted({int(other) for other in REFERENCE.findall(found[2])}))
        steps[number] = Step(id=number, ask=found[2], needs=needs)
    if not 1 <= len(steps) <= MOST_STEPS:
        raise PlanError(f"A plan has 1 to {MOST_STEPS} steps, this one {len(steps)}.")
    needed = {other for step in steps.values() for other in step.needs}
    if missing := needed - steps.keys():
        raise PlanError(f"Nothing is step {min(missing)}, and a step refers to it.")
    order = _ordered(steps)
    if len(steps.keys() - needed) != 1:
        raise PlanError("The steps do not lead to one answer.", advice="Use each answer but one.")
    return Plan(steps=order)
    # task 5: end


def _ordered(steps: Mapping[int, Step]) -> tuple[Step, ...]:
    """Sort the steps so that each comes after those it needs; of several, the lowest first."""
    sorter = TopologicalSorter({step.id: step.needs for step in steps.values()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " needs ".join(map(str, reversed(error.args[1])))
        raise PlanError(f"The plan goes in a circle: step {circle}.") from None
    order: list[Step] = []
    ready: set[int] = set(sorter.get_ready())
    while ready:
        lowest = min(ready)
        ready.remove(lowest)
        order.append(steps[lowest])
        sorter.done(lowest)
        ready.update(sorter.get_ready())
    return tuple(order)


async def solve(plan: Plan, facts: str, model: ChatModel) -> Solved:
    """Ask the steps of a plan one after the other, and answer with the last.

    In each question ``#1`` is replaced by the answer to step 1 before it is asked: a step sees the
    facts and its own question, nothing of the others. The model replies with a fact, and
    ``read_out`` takes the answer from it. A fact that is not about the names that the question took
    from earlier steps (``subject_of``) is the wrong one: its lines are left out and the step is
    asked again, in at most ``MOST_TRIES`` calls. Every call is traced. Where a step has no answer
    (a refusal, an empty reply, "I don't know", no fact about the right name) nothing after it is
    asked.
    """
    # task 6: begin
    answers: dict[int, str] = {}
    trace: list[Traced] = []
    usage = Usage()
    for step in plan.steps:
        asked = REFERENCE.sub(lambda mark: answers[int(mark[1])], step.ask)
        names = [answers[other] for other in step.needs]
        left = facts
        for _ in range(MOST_TRIES):
            values = {"facts": left, "question": asked}
            request = ChatRequest(messages=render("step", 1, values), temperature=0)
            reply = await model.complete(request)
            usage += reply.usage
            fact = final_answer(reply.text) if isinstance(reply, Completion) else ""
            trace.append(Traced(id=step.id, asked=asked, fact=fact, answer=read_out(fact)))
            if not fact or UNKNOWN.fullmatch(fact):
                break
            if all(name in subject_of(fact) for name in names):
                answers[step.id] = read_out(fact)
                break
            left = "\n".join(line for line in left.splitlines() if fact not in line)
        if step.id not in answers:
            return Solved(answer=None, trace=tuple(trace), usage=usage)
    return Solved(answer=answers[plan.steps[-1].id], trace=tuple(trace), usage=usage)
    # task 6: end


def subject_of(fact: str) -> str:
    """Give what a fact is about: all but the answer that it ends in."""
    return fact.rstrip(".").removesuffix(read_out(fact)) or fact


def read_out(fact: str) -> str:
    """Take the answer out of a fact of the form "… is …"; other texts are the answer themselves."""
    for verb in SAYING:
        fact = fact.rpartition(verb)[2]
    return fact.strip().rstrip(".")
