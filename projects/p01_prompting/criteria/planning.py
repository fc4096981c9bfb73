"""Decomposition: plans are checked before they run, and longer ones than were shown work too."""

import json
import random
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ModelHandle,
    Raised,
    Returned,
    ScriptHandle,
    Subject,
    criterion,
    fact,
    paired_gain,
    share,
)
from shared.llm.messages import Refusal, Reply
from shared.world.desk import DeskItem, draw_desk
from shared.world.world import draw

from .overheard import overheard
from .results import share_of
from .table import is_right
from .voting import said

LARGE = ModelHandle(profile="sim-large")
MOST_STEPS = 12


class SolvedWire(BaseModel):
    """A solved plan as it crosses the boundary."""

    answer: str | None
    trace: list[dict[str, Any]]


class PlanWire(BaseModel):
    """A plan as it crosses the boundary."""

    steps: list[dict[str, Any]]


@fact(timeout_s=120)
async def hops(subject: Subject, seed: int) -> list[tuple[DeskItem, bool, bool, bool]]:
    """Ask questions of four to six hops step by step and at once; say which were right."""
    items = draw_desk(draw(seed), routing=0, lookup=60, refund=0, hops=(4, 6))
    results = []
    for item, once in zip(items, await _at_once(subject, items), strict=True):
        text = await subject.call("given.planners.unnested", returns=str, question=item.text)
        plan = await subject.call("plans.read_plan", returns=dict[str, Any], text=text)
        solved = await subject.call(
            "plans.solve", returns=SolvedWire, plan=plan, facts="\n".join(item.facts), model=LARGE
        )
        traced = _is_traced(plan, solved)
        results.append((item, is_right(item, solved.answer or ""), is_right(item, once), traced))
    return results


async def _at_once(subject: Subject, items: Sequence[DeskItem]) -> list[str]:
    """Answer items without steps."""
    rows = await subject.call(
        "ablation.ablation",
        returns=list[dict[str, Any]],
        items=[item.model_dump() for item in items],
        shots=[],
        models={"sim-large": LARGE},
        strategies=["zero_shot"],
    )
    return [str(answer) for answer in rows[0]["answers"]]


def _is_traced(plan: dict[str, Any], solved: SolvedWire) -> bool:
    """Tell whether every step asked is there, with its own answers in its question."""
    asked = [entry["id"] for entry in solved.trace]
    order = [step["id"] for step in plan["steps"]]
    whole = list(dict.fromkeys(asked)) == order[: len(set(asked))]
    filled = all("#" not in entry["asked"] for entry in solved.trace)
    return whole and filled and (solved.answer is None or set(asked) == set(order))


# Reference, seeds 101 to 105: .98, 1, 1, 1, 1. The brief asks for .85.
@criterion("P01.6a", level=Level.SENIOR, at_least=0.85, requires=("P01.6c",))
def longer_plans_work(hops: list[tuple[DeskItem, bool, bool, bool]]) -> Measured:
    """Step by step, questions of four to six hops are answered as the examples of two and three.

    A step sees only its own question, so that has to say what kind of thing it speaks of.
    """
    return share_of([(f"{i.id}, {i.hops} hops: {i.text}", right) for i, right, _, _ in hops])


# Reference, seeds 101 to 105: .88, .86, .92, 1, .93. Lowest less .16: 37 to 55 questions each.
@criterion("P01.6b", level=Level.SENIOR, at_least=0.7, requires=("P01.6a",))
def steps_beat_one_question(hops: list[tuple[DeskItem, bool, bool, bool]]) -> Measured:
    """The gain over asking such questions at once, where at most 45 in 100 come out right."""
    return paired_gain([float(a) for _, a, _, _ in hops], [float(b) for _, _, b, _ in hops])


@fact()
async def plans(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Read plans that are graphs with one end, written in any order, and plans that are not."""
    dice, results = random.Random(seed), []
    graphs = [_graph(dice) for _ in range(60)]
    cases: list[tuple[str, str, dict[int, list[int]] | None]] = [
        (f"graph {at}", "\n".join(_written(lines, dice)), lines) for at, lines in enumerate(graphs)
    ]
    cases += [(f"{name}: {text[:80]!r}", text, None) for name, text in _broken(dice)]
    dice.shuffle(cases)  # so that counting calls tells nothing
    for case, text, lines in cases:
        outcome = await subject.attempt("plans.read_plan", text=text)
        refused = isinstance(outcome, Raised) and "PlanError" in outcome.types
        ordered = isinstance(outcome, Returned) and lines and _is_ordered(outcome.value, lines)
        results.append((case, bool(ordered) if lines else refused))
    return results


def _graph(dice: random.Random) -> dict[int, list[int]]:
    """Draw a graph: step to the steps it needs; all lead to one."""
    count = dice.randrange(1, MOST_STEPS + 1)
    numbers = dice.sample(range(1, 99), count)
    needs: dict[int, list[int]] = {number: [] for number in numbers}
    for at, number in enumerate(numbers[:-1]):
        needs[dice.choice(numbers[at + 1 :])].append(number)
        if dice.random() < 0.3:
            needs[dice.choice(numbers[at + 1 :])].append(number)
    return {number: sorted(set(other)) for number, other in needs.items()}


def _written(needs: dict[int, list[int]], dice: random.Random) -> list[str]:
    lines = [
        f"{number}. What is {' and '.join(f'the thing #{n}' for n in other) or 'this'}?"
        for number, other in needs.items()
    ]
    dice.shuffle(lines)
    return [
        line
        for pair in zip(lines, dice.choices(["", "  "], k=len(lines)), strict=True)
        for line in pair
    ]


def _is_ordered(value: object, needs: dict[int, list[int]]) -> bool:
    plan = PlanWire.model_validate(value)
    done: set[int] = set()
    for step in plan.steps:
        if step["needs"] != needs.get(step["id"]) or not set(step["needs"]) <= done:
            return False
        done.add(step["id"])
    return done == set(needs)


def _broken(dice: random.Random) -> list[tuple[str, str]]:
    a, b, c = dice.sample(range(1, 99), 3)
    chain = [f"{at}. What is {'this' if at == 1 else f'#{at - 1}'}?" for at in range(1, 14)]
    return [
        ("nothing", ""),
        ("no step", "First find the courier, then its desk."),
        ("prose before", f"Here is the plan:\n{a}. Who?"),
        ("itself", f"{a}. What is #{a}?"),
        ("a circle of two", f"{a}. What is #{b}?\n{b}. What is #{a}?"),
        ("a circle beside an end", f"{a}. What is #{b}?\n{b}. What is #{a}?\n{c}. What?"),
        ("a circle of three", f"{a}. Is #{c}?\n{b}. Is #{a}?\n{c}. Is #{b}?"),
        ("a step that is not there", f"{a}. What is this?\n{b}. What is #{c}?"),
        ("a number twice", f"{a}. What?\n{a}. Who?\n{b}. What is #{a}?"),
        ("two ends", f"{a}. What?\n{b}. What is #{a}?\n{c}. Who is #{a}?"),
        ("an answer for nothing", f"{a}. What?\n{b}. Who?"),
        ("too many steps", "\n".join(chain)),
    ]


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.6c", level=Level.SENIOR, at_least=1.0)
def plans_are_checked(plans: list[tuple[str, bool]]) -> Measured:
    """A plan is an acyclic graph that leads to one answer, or it is refused unasked.

    References may point down the page: sort the graph, not the lines.
    """
    return share_of(plans, expected="an order, or PlanError")


@fact()
async def traces(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Solve plans on a script: facts that fit, facts about somebody else, and no facts at all."""
    dice, cases = random.Random(seed), []
    for at in range(30):
        names = [f"Name{n}" for n in dice.sample(range(9_999), 4)]
        cases += [(f"{case} {at}", given) for case, given in _scripts(names)]
    dice.shuffle(cases)  # so that counting calls tells nothing
    results = [(case, await _solves(subject, *given)) for case, given in cases]
    return [*results, ("a wrong fact is left out when asking again", await _left_out(subject))]


async def _left_out(subject: Subject) -> bool:
    """Look at what a model is shown after it named a fact about somebody else."""
    first, wrong = "The desk of this is Onda.", "The lead of the desk Brisa is Ana."
    second = "The lead of the desk Onda is Rui."
    third = "The extension of the lead Rui, and not of Onda, is 4711."
    plan = await subject.call("plans.read_plan", returns=dict[str, Any], text=PLAN)
    facts = f"{wrong}\n{first}\n{second}\n{third}"
    async with overheard([said(text) for text in (first, wrong, second, third)]) as server:
        model = ModelHandle(server=server.url)
        await subject.attempt("plans.solve", plan=plan, facts=facts, model=model)
    shown = [wrong in text for text in server.shown]
    return shown[:3] == [True, True, False] and all(second in text for text in server.shown[:3])


Script = tuple[Sequence[Reply], str | None, Sequence[str]]


def _scripts(names: Sequence[str]) -> list[tuple[str, Script]]:
    a, b, c, wrong = names
    first, second = f"The desk of this is {a}.", f"The lead of the desk {a} is {b}."
    third = f"The extension of the lead {b}, and not of {a}, is {c}."
    about = f"The lead of the desk {wrong} is {c}."
    plain = [first, second, third]
    return [
        ("three steps", ([said(t) for t in plain], c, [a, b, c])),
        (
            "somebody else's fact",
            ([said(t) for t in (first, about, second, third)], c, [a, c, b, c]),
        ),
        ("a wrong way round", ([said(t) for t in (first, second, second, third)], c, [a, b, b, c])),
        ("nothing but wrong facts", ([said(first), *[said(about)] * 3], None, [a, c, c, c])),
        ("not known", ([said(first), said("I don't know.")], None, [a])),
        ("refused", ([said(first), Refusal(text="No.", model="scripted")], None, [a])),
    ]


PLAN = """1. What is the desk of this?
12. Who is the lead of the desk #1?
3. What is the extension of the lead #12, and not of #1?"""
OTHERS = """The desk of this is Nobody.
The lead of the desk {a} is Nobody.
The lead of the desk Nobody is Nobody.
The extension of the lead {b} is 0.
The extension of the lead Nobody is 0."""


async def _solves(
    subject: Subject, replies: Sequence[Reply], answer: str | None, answers: Sequence[str]
) -> bool:
    """Solve it beside facts that say otherwise: what counts is what the model made of them."""
    facts = OTHERS.format(a=answers[0], b=answers[2] if len(answers) > 2 else answers[0])
    plan = await subject.call("plans.read_plan", returns=dict[str, Any], text=PLAN)
    outcome = await subject.attempt(
        "plans.solve", plan=plan, facts=facts, model=ScriptHandle(replies=tuple(replies))
    )
    if isinstance(outcome, Raised):
        return False
    solved = SolvedWire.model_validate(json.loads(json.dumps(outcome.value)))
    traced = [entry["answer"] for entry in solved.trace]
    held = solved.answer == answer and traced[: len(answers)] == list(answers)
    return held and all(entry["asked"] == _question(entry["id"], answers) for entry in solved.trace)


def _question(step: int, answers: Sequence[str]) -> str:
    """Fill a step in with the answers before it; of several to one step the last was taken."""
    desk, lead = answers[0], answers[-2] if len(answers) > 1 else ""
    return {
        1: "What is the desk of this?",
        12: f"Who is the lead of the desk {desk}?",
        3: f"What is the extension of the lead {lead}, and not of {desk}?",
    }[step]


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.6d", level=Level.SENIOR, at_least=1.0, requires=("P01.6c",))
def steps_are_traced(
    traces: list[tuple[str, bool]], hops: list[tuple[DeskItem, bool, bool, bool]]
) -> Measured:
    """Every sub-answer is traced and is about the right name; nothing is asked after a gap."""
    results = [*traces, *((item.id, traced) for item, _, _, traced in hops)]
    failures = [Failure(case=case) for case, ok in results if not ok]
    return share((ok for _, ok in results), failures=failures)
