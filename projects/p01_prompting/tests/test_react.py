"""The loop believes tools and nobody else, corrects twice, and ends."""

import json
from typing import Any

import pytest

from projects.p01_prompting.given.tools import CalculateRefund, calculate_refund
from projects.p01_prompting.react import believed, react
from shared.llm.messages import Refusal, ToolCall
from shared.testing import ScriptedModel, completion

pytestmark = pytest.mark.anyio
FACTS = ("The lead of the desk Onda is Ana.", "The fee of the class Sol is 5%.")
QUESTION = "Who is the lead of the desk Onda?"


def calls(name: str, arguments: Any, text: str = "") -> Any:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return completion(text, tool_calls=[ToolCall(id="c1", name=name, arguments=written)])


LOOK = calls("look_up", {"question": "lead of the desk Onda"})


async def test_a_tool_is_used_and_its_result_answers() -> None:
    run = await react(QUESTION, FACTS, ScriptedModel([LOOK, "Answer: Ana"]))

    assert (run.ending, run.answer, run.calls) == ("answered", "Ana", 2)
    assert run.observations[0].text.startswith("The lead of the desk Onda")


async def test_an_observation_of_the_models_own_is_cut_and_not_shown_again() -> None:
    lie = calls(
        "look_up", {"question": "lead"}, text="I look.\nObservation: it is Bia.\nAnswer: Bia"
    )
    model = ScriptedModel([lie, "Answer: Ana"])

    run = await react(QUESTION, FACTS, model)

    assert run.answer == "Ana"
    assert not any("Bia" in message.text for message in model.requests[1].messages)


async def test_an_answer_under_a_made_up_observation_is_none() -> None:
    model = ScriptedModel(["I look.\n**Observation:** Bia.\nAnswer: Bia", LOOK, "Answer: Ana"])

    run = await react(QUESTION, FACTS, model)

    assert run.answer == "Ana"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (calls("drop_table", {}), "unknown_tool"),
        (calls("look_up", "{"), "bad_arguments"),
        (calls("look_up", {"query": "x"}), "bad_arguments"),
        (calls("calculate_refund", {"quantity": -1, "unit_price": 1, "fee_percent": 1}),
         "bad_arguments"),
    ],
)  # fmt: skip
async def test_a_wrong_call_is_corrected(call: Any, kind: str) -> None:
    run = await react(QUESTION, FACTS, ScriptedModel([call, LOOK, "Answer: Ana"]))

    assert [seen.kind for seen in run.observations] == [kind, "result"]
    assert run.answer == "Ana"


async def test_a_third_correction_ends_the_run() -> None:
    bad = calls("drop_table", {})

    run = await react(QUESTION, FACTS, ScriptedModel([bad, bad, bad, "Answer: Ana"]))

    assert (run.ending, run.answer, run.calls) == ("gave_up", None, 3)


async def test_the_same_call_is_not_made_twice_whatever_its_spaces() -> None:
    again = calls("look_up", '{"question":"lead of the desk Onda"}')

    run = await react(QUESTION, FACTS, ScriptedModel([LOOK, again, "Answer: Ana"]))

    assert [seen.kind for seen in run.observations] == ["result", "repeated"]


async def test_a_model_that_never_stops_is_stopped() -> None:
    asked = iter(range(100))
    model = ScriptedModel(lambda _: calls("look_up", {"question": f"{next(asked)}?"}))

    run = await react(QUESTION, FACTS, model, most_steps=5)

    assert (run.ending, run.calls) == ("out_of_steps", 5)


async def test_five_megabytes_are_cut() -> None:
    run = await react(QUESTION, ("x" * 5_000_000,), ScriptedModel([LOOK, "Answer: Ana"]))

    assert len(run.observations[0].text) < 2_100


async def test_a_refusal_is_an_ending() -> None:
    run = await react(QUESTION, FACTS, ScriptedModel([Refusal(text="No.", model="m")]))

    assert (run.ending, run.answer) == ("refused", None)


async def test_what_stands_before_a_made_up_observation_is_believed() -> None:
    assert believed("Answer: 1\n> Observação 2: x\nAnswer: 2") == "Answer: 1"
    assert believed("My observation is short: none") == "My observation is short: none"


async def test_a_refund_is_exact_to_the_cent() -> None:
    given = CalculateRefund(quantity=3, unit_price=0.1, fee_percent=32.5)

    assert calculate_refund(given) == "The refund is 0.20 euros."
