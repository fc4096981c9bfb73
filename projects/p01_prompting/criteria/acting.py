"""The ReAct loop: what it believes, what it corrects, and that it ends."""

import json
import random
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from shared.criteria import (
    Level,
    Measured,
    ModelHandle,
    Raised,
    ScriptHandle,
    Subject,
    criterion,
    fact,
)
from shared.llm.messages import Completion, FinishReason, Refusal, Reply, ToolCall, Usage
from shared.world.desk import DeskItem, draw_desk
from shared.world.world import draw

from .overheard import overheard
from .results import share_of
from .table import is_right

FACTS = ("The lead of the desk Onda is Ana Prado.", "The extension of the lead Ana Prado is 4711.")
LONGEST = 2_100
FIVE_MB = 5_000_000
CORRECTIONS = 2
FAST = ModelHandle(profile="sim-fast")


class RunWire(BaseModel):
    """A run as it crosses the boundary."""

    ending: str
    answer: str | None
    observations: list[dict[str, Any]]
    calls: int


Calls = Sequence[tuple[str, object]]


def does(*calls: tuple[str, object], text: str = "") -> Completion:
    """Write a reply that calls tools; arguments that are text stay as they are."""
    made = tuple(
        ToolCall(
            id=f"call{at}_{name}",
            name=name,
            arguments=given if isinstance(given, str) else json.dumps(given),
        )
        for at, (name, given) in enumerate(calls)
    )
    reason = FinishReason.TOOL_CALLS if made else FinishReason.STOP
    return Completion(
        text=text, tool_calls=made, finish_reason=reason, usage=Usage(), model="scripted"
    )


def asks(question: str) -> tuple[str, object]:
    """Write a call that looks something up."""
    return "look_up", {"question": question}


DONE = does(text="Answer: 4711")
QUESTION = "What is the extension of the lead of the desk Onda?"
SPELT = ("Observation:", "observation :", "**Observation:**", "Observação:", "> Observation 1:",
         "OBSERVATION:")  # fmt: skip


async def run(
    subject: Subject,
    replies: Sequence[Reply],
    facts: Sequence[str] = FACTS,
    *,
    question: str = QUESTION,
    **limits: int,
) -> RunWire | None:
    """Run the learner's loop on a script; None where it raised."""
    outcome = await subject.attempt(
        "react.react",
        question=question,
        facts=list(facts),
        model=ScriptHandle(replies=tuple(replies)),
        **limits,
    )
    return None if isinstance(outcome, Raised) else RunWire.model_validate(outcome.value)


@fact()
async def made_up(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Let the model write observations of its own, with and without calls, in many spellings."""
    dice, cases = random.Random(seed), []
    for at in range(40):
        fake, true = (str(number) for number in dice.sample(range(10_000, 99_999), 2))
        word = dice.choice(SPELT)
        text = f"I look it up.\n{word} the extension is {fake}.\nAnswer: {fake}"
        calls = [asks("Which extension?")] if at % 2 else []
        done = does(text=f"Answer: {true}")
        script = [does(*calls, text=text), does(asks("Who leads Onda?")), done]
        cases.append((f"{word} {'with' if calls else 'without'} a call", script, true))
        before = f"Answer: {true}\n{word} well done.\nAnswer: {fake}"
        cases.append((f"{word} after the answer", [does(text=before)], true))
    dice.shuffle(cases)  # so that counting calls tells nothing
    results = []
    for case, script, true in cases:
        got = await run(subject, script, (FACTS[0], FACTS[1].replace("4711", true)))
        held = got is not None and (got.answer, got.ending) == (true, "answered")
        results.append((case, held))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.5a", level=Level.ROBUST, at_least=1.0)
def made_up_observations_are_cut(made_up: list[tuple[str, bool]]) -> Measured:
    """What a model writes under "Observation:" is never believed; what stands before it counts."""
    return share_of(made_up, expected="the answer that was not made up")


@fact()
async def remembered(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Let the model make an observation up, and look at all that it is shown afterwards."""
    dice, results = random.Random(seed + 1), []
    for at in range(20):
        fake, word = str(dice.randrange(10_000, 99_999)), dice.choice(SPELT)
        text = f"I look it up.\n{word} the extension is {fake}.\nAnswer: {fake}"
        calls = [asks("Which extension?")] if at % 2 else []
        script = [does(*calls, text=text), does(asks("Who leads Onda?")), DONE]
        async with overheard(script) as server:
            await subject.attempt(
                "react.react",
                question=QUESTION,
                facts=list(FACTS),
                model=ModelHandle(server=server.url),
            )
        clean = len(server.shown) > 1 and not any(fake in shown for shown in server.shown)
        looked = any("Ana Prado" in text for text in server.tools_said)
        results.append((f"{word} {'with' if calls else 'without'} a call", clean and looked))
    async with overheard([does(asks("Who leads Onda?")), DONE]) as server:
        facts = [f"The lead of the desk Onda is {'x' * 50_000}."]
        model = ModelHandle(server=server.url)
        await subject.attempt("react.react", question=QUESTION, facts=facts, model=model)
    shown = server.tools_said
    short = bool(shown) and all(len(text) <= LONGEST for text in shown)
    results.append(("a long result is shown cut", short))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.5e", level=Level.ROBUST, at_least=1.0, requires=("P01.5a",))
def made_up_observations_are_forgotten(remembered: list[tuple[str, bool]]) -> Measured:
    """A made-up observation is never shown to the model again; what a tool returned is.

    Say back what is believed of a reply, not the reply: a model believes what it reads.
    """
    return share_of(remembered, expected="a conversation without what was made up")


BAD: tuple[tuple[str, tuple[str, object]], ...] = (
    ("unknown_tool", ("delete_customer", {"id": 1})),
    ("unknown_tool", ("Look_Up", {"question": "x"})),
    ("unknown_tool", ("", {})),
    ("bad_arguments", ("look_up", "{")),
    ("bad_arguments", ("look_up", "[]")),
    ("bad_arguments", ("look_up", {"query": "x"})),
    ("bad_arguments", ("look_up", {"question": 7})),
    ("bad_arguments", ("look_up", "null")),
    ("bad_arguments", ("calculate_refund", {"quantity": -1, "unit_price": 2, "fee_percent": 3})),
    ("bad_arguments", ("calculate_refund", {"quantity": 1, "unit_price": "NaN", "fee_percent": 3})),
    ("bad_arguments", ("calculate_refund", {"quantity": 1})),
    ("bad_arguments", ("calculate_refund", "9" * 5_000)),
)


@fact()
async def corrections(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Call what is not there, or with what does not fit, up to four times before what is right."""
    dice, results = random.Random(seed), []
    for count in dice.sample([*range(5)] * 12, 60):
        acts = [*dice.sample(BAD, count), ("result", asks("Who leads Onda?"))]
        if dice.random() < 0.5:  # what succeeds in between takes no correction back
            for at in range(len(acts) - 1, 0, -1):
                acts.insert(at, ("result", asks(f"Who is number {at}?")))
        got = await run(subject, [*(does(call) for _, call in acts), DONE], most_steps=12)
        kinds = [kind for kind, _ in acts]
        wrong = [at for at, kind in enumerate(kinds) if kind != "result"]
        last = wrong[CORRECTIONS] + 1 if len(wrong) > CORRECTIONS else len(kinds)
        ending = "gave_up" if len(wrong) > CORRECTIONS else "answered"
        calls = last + (ending == "answered")
        held = got is not None and (
            (got.ending, got.calls) == (ending, calls)
            and [seen["kind"] for seen in got.observations] == kinds[:last]
        )
        results.append((f"{kinds}", held))
    got = await run(subject, [does(("calculate_refund", {"quantity": 1})), DONE])
    told = str(got.observations[0]["text"]) if got and got.observations else ""
    named = "unit_price" in told and "fee_percent" in told
    results.append(("bad arguments name the places that are wrong", named))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.5b", level=Level.ROBUST, at_least=1.0)
def corrections_are_few(corrections: list[tuple[str, bool]]) -> Measured:
    """An unknown tool and bad arguments become typed observations; two are corrected, not three."""
    return share_of(corrections, expected="the kinds, and an answer after at most two")


@fact()
async def endings(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Repeat calls, never stop, refuse, say nothing, and get five megabytes back."""
    dice = random.Random(seed)
    same = does(asks("Who leads Onda?"))
    spaced = does(("look_up", '{ "question" :  "Who leads Onda?" }'))
    never = [does(asks(f"Who is {dice.randrange(10**6)}?")) for _ in range(40)]
    most = dice.randrange(3, 9)
    refusal = Refusal(text="No.", model="scripted")
    huge = [f"The lead of the desk Onda is {'x' * FIVE_MB}."]
    cases: list[tuple[str, Sequence[Reply], str, int, list[str]]] = [
        ("a call again", [same, spaced, DONE], "answered", 3, ["result", "repeated"]),
        ("the same for ever", [same] * 40, "gave_up", 4, ["result", *["repeated"] * 3]),
        ("calls without end", never, "out_of_steps", most, ["result"] * most),
        ("a refusal", [same, refusal], "refused", 2, ["result"]),
        ("silence for ever", [does()] * 40, "gave_up", 3, []),
        ("two at once", [does(asks("a"), asks("b")), DONE], "answered", 2, ["result"] * 2),
        ("keys turned", [_refund(2), _refund(2, turned=True), DONE], "answered", 3,
         ["result", "repeated"]),
        ("one twice", [does(asks("a"), asks("a")), DONE], "answered", 2, ["result", "repeated"]),
        ("five megabytes back", [same, DONE], "answered", 2, ["result"]),
    ]  # fmt: skip
    dice.shuffle(cases)  # so that counting calls tells nothing
    results = []
    for case, script, ending, calls, kinds in cases:
        facts = huge if case == "five megabytes back" else FACTS
        steps = most if case == "calls without end" else 8
        got = await run(subject, script, facts, most_steps=steps)
        seen = (
            None if got is None else (got.ending, got.calls, [o["kind"] for o in got.observations])
        )
        short = got is not None and all(len(o["text"]) <= LONGEST for o in got.observations)
        told = got is not None and (ending != "answered" or got.answer == "4711")
        results.append((f"{case}: {seen}", short and told and seen == (ending, calls, kinds)))
    return results


def _refund(quantity: int, *, turned: bool = False) -> Completion:
    """Write a call that works a refund out, its arguments in this order or the other."""
    given = {"quantity": quantity, "unit_price": 11, "fee_percent": 0}
    return does(
        ("calculate_refund", json.dumps(dict(reversed(given.items())) if turned else given))
    )


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.5c", level=Level.ROBUST, at_least=1.0)
def loops_end(endings: list[tuple[str, bool]]) -> Measured:
    """A repeated call is not run again, whatever the spaces; every loop ends, and says how."""
    return share_of(endings, expected="a typed ending")


@fact(timeout_s=90)
async def sums(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Work refunds out with tools, on a simulated model."""
    results = []
    for item in draw_desk(draw(seed), routing=0, lookup=0, refund=40):
        outcome = await subject.call(
            "react.react", returns=RunWire, question=item.text, facts=[], model=FAST
        )
        used = any(seen["kind"] == "result" for seen in outcome.observations)
        results.append((item.text, used and is_right(item, outcome.answer or "")))
        results.append((f"a script: {item.text}", await _is_led(subject, item)))
    return results


async def _is_led(subject: Subject, item: DeskItem) -> bool:
    """Let a script work out another refund than the one asked for: the model acts, not the loop."""
    script = [_refund(3), does(text="Answer: 33.00 euros")]
    got = await run(subject, script, (), question=item.text)
    seen = [str(observation["text"]) for observation in got.observations] if got else []
    return (
        got is not None
        and (got.answer, got.calls) == ("33.00 euros", 2)
        and len(seen) == 1
        and "33.00" in seen[0]
    )


# Reference, seeds 101 to 105, without the scripts: 1, .95, .975, .975, .95. Forty scripts stand
# beside forty refunds; four of the refunds may be missed beyond that.
@criterion("P01.5d", level=Level.ROBUST, at_least=0.925, requires=("P01.5c",))
def tools_are_used(sums: list[tuple[str, bool]]) -> Measured:
    """Refunds are worked out by the tool and come out right, on a model that sums badly."""
    return share_of(sums, expected="the tool's result")
