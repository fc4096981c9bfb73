import json

import pytest

from projects.p09_agents.given.contracts import Plan, Ticket
from projects.p09_agents.given.questions import proper_names
from projects.p09_agents.given.talk import MOST_ASKS, Talk
from projects.p09_agents.reading import order_ids, possible, read_ticket
from shared.errors import ModelUnavailableError
from shared.llm.messages import Refusal
from shared.testing import Line, ScriptedModel

pytestmark = pytest.mark.anyio
TICKET = Ticket(
    id="T", customer_id="C", language="en", text="Please refund 2 Lamp Go of order QX-1234567."
)
GOODS = [{"product": "Lamp Go", "quantity": 2}]
RIGHT = Plan(
    intent="refund", order_id="QX-1234567", product="Lamp Go", quantity=2, reason="damaged"
)


def reading(intent: str = "refund", reason: str | None = "damaged", **more: object) -> str:
    return json.dumps({"intent": intent, "items": GOODS, "reason": reason, **more})


async def plan_after(*lines: Line) -> tuple[Plan | None, int]:
    model = ScriptedModel(lines)
    plan = await read_ticket(TICKET, Talk(model, 0, lambda _: 0))
    return plan, len(model.requests)


async def test_three_equal_readings_are_believed() -> None:
    assert await plan_after(reading(), reading(), reading()) == (RIGHT, 3)


async def test_a_second_opinion_is_asked_for_in_other_words() -> None:
    model = ScriptedModel([reading()] * 3)

    await read_ticket(TICKET, Talk(model, 0, lambda _: 0))

    assert len({request.messages[0].text for request in model.requests}) == 3


async def test_refusals_errors_and_nonsense_do_not_count() -> None:
    declined = Refusal(text="no", model="scripted")
    broken = ModelUnavailableError("It is away.")

    plan, asked = await plan_after(declined, "{", broken, reading(), reading(), reading())

    assert (plan, asked) == (RIGHT, 6)


async def test_without_agreement_each_field_goes_by_majority() -> None:
    reasons = ["damaged", "defective", "damaged", "changed_mind", "wrong_item", None, "defective"]
    lines = [reading(reason=reason) for reason in reasons]

    plan, asked = await plan_after(*lines)

    assert plan == RIGHT
    assert asked == MOST_ASKS


async def test_a_reading_that_contradicts_itself_is_not_believed() -> None:
    lines = [reading("status")] * 3 + [reading()] * 3

    assert (await plan_after(*lines))[0] == RIGHT


async def test_a_reading_that_contradicts_itself_is_taken_where_there_is_no_other() -> None:
    plan, asked = await plan_after(*[reading("status")] * MOST_ASKS)

    assert plan == Plan(intent="status", order_id="QX-1234567")
    assert asked == MOST_ASKS


async def test_no_reading_at_all_is_no_plan() -> None:
    assert (await plan_after(*["?"] * MOST_ASKS))[0] is None


async def test_a_product_that_the_ticket_does_not_name_is_not_taken() -> None:
    lines = [reading(items=[{"product": "Canary", "quantity": 9}])] * 3

    plan, _ = await plan_after(*lines)

    assert plan is not None
    assert (plan.product, plan.quantity) == (None, None)


def test_order_numbers_are_found_however_they_are_typed() -> None:
    assert order_ids("qx1234567, QX 1234567 and QX-7654321") == [
        "QX-1234567", "QX-1234567", "QX-7654321",
    ]  # fmt: skip


def test_only_what_a_message_can_mean_is_offered() -> None:
    assert "rules" not in possible("Where is QX-1234567?")
    assert "refund" not in possible("How long may I keep it?")
    assert next(iter(possible("QX-1234567"))) == "status"


def test_names_are_what_a_question_is_about() -> None:
    assert proper_names("Which centre inspects class Friinonix?") == ["Friinonix"]
