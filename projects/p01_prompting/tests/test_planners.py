"""A plan is written by the form of a question, or by a model."""

import pytest

from projects.p01_prompting.given.planners import plan_by, plan_by_rule, unnested
from shared.testing import ScriptedModel

PLAN = "1. What is the desk of this?\n2. Who is the lead of the desk #1?"


def test_nested_questions_are_taken_apart_from_the_inside() -> None:
    text = unnested("What is the delivery time of the courier that collects for the Selva centre?")

    assert text.splitlines() == [
        "1. What is the courier that collects for the Selva centre?",
        "2. What is the delivery time of the courier #1?",
    ]


def test_portuguese_contractions_are_put_back() -> None:
    text = unnested("Qual é o ramal da pessoa que comanda a mesa Onda?")

    assert text.splitlines()[1] == "2. Qual é o ramal da pessoa #1?"


@pytest.mark.anyio
async def test_a_question_without_a_nest_is_one_step() -> None:
    planned = await plan_by_rule("When will it come?")

    assert planned.text == "1. When will it come?"


@pytest.mark.anyio
async def test_a_model_can_write_the_plan() -> None:
    planned = await plan_by(ScriptedModel([PLAN]))("Who leads the desk of this?")

    assert planned.text == PLAN
    assert planned.usage.output_tokens > 0
