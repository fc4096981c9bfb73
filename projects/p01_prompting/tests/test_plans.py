"""A plan is read, refused or ordered; and solved with every call traced."""

from typing import Any

import pytest

from projects.p01_prompting.plans import PlanError, read_out, read_plan, solve
from shared.llm.messages import Refusal
from shared.testing import ScriptedModel

PLAN = "1. What is the desk of this?\n2. Who is the lead of the desk #1?"


def test_a_plan_is_ordered_by_what_its_steps_need() -> None:
    plan = read_plan("3. Join #2 and #7?\n\n  7) Who?\n2. What is #7?")

    assert [(step.id, step.needs) for step in plan.steps] == [(7, ()), (2, (7,)), (3, (2, 7))]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "1 to 12"),
        ("\n".join(f"{n}. x #{n - 1}" if n > 1 else "1. x" for n in range(1, 14)), "1 to 12"),
        ("First, think.", "no step"),
        ("1. a?\n1. b?", "two steps 1"),
        ("1. a #4?", "4"),
        ("1. a #2?\n2. b #1?", "circle"),
        ("1. a #1?", "circle"),
        ("1. a?\n2. b?", "one answer"),
    ],
)
def test_what_is_no_plan_is_refused(text: str, match: str) -> None:
    with pytest.raises(PlanError, match=match):
        read_plan(text)


@pytest.mark.anyio
async def test_a_plan_is_solved_step_by_step(said: Any) -> None:
    model = ScriptedModel(said("The desk of this is Onda.", "The lead of the desk Onda is Ana."))

    solved = await solve(read_plan(PLAN), "facts", model)

    assert solved.answer == "Ana"
    assert [call.asked for call in solved.trace][1] == "Who is the lead of the desk Onda?"
    assert solved.usage.output_tokens == 2


@pytest.mark.anyio
async def test_a_fact_about_another_is_left_out_and_the_step_asked_again(said: Any) -> None:
    wrong, right = "The lead of the desk Mar is Bia.", "The lead of the desk Onda is Ana."
    model = ScriptedModel(said("The desk of this is Onda.", wrong, right))

    solved = await solve(read_plan(PLAN), f"{wrong}\n{right}", model)

    assert solved.answer == "Ana"
    assert [call.answer for call in solved.trace] == ["Onda", "Bia", "Ana"]
    assert wrong not in model.requests[2].messages[-1].text


@pytest.mark.anyio
@pytest.mark.parametrize("last", ["I don't know.", "Não sei.", ""])
async def test_nothing_is_asked_after_a_step_without_an_answer(said: Any, last: str) -> None:
    three = f"{PLAN}\n3. What is the extension of the lead #2?"

    solved = await solve(
        read_plan(three), "facts", ScriptedModel(said("The desk of this is Onda.", last))
    )

    assert solved.answer is None
    assert len(solved.trace) == 2


@pytest.mark.anyio
async def test_a_refusal_ends_the_plan() -> None:
    solved = await solve(read_plan("1. x?"), "", ScriptedModel([Refusal(text="No.", model="m")]))

    assert solved.answer is None


def test_the_answer_is_read_out_of_a_fact() -> None:
    assert read_out("O ramal da pessoa Ana é 4711.") == "4711"
    assert read_out("4711") == "4711"
