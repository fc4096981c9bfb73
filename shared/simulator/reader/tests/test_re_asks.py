"""Asked again, the reader does what was said of its answer, in whichever words."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from shared.llm.messages import (
    JsonSchema,
    Message,
    Role,
    Tool,
    ToolCall,
    ToolResult,
    assistant,
    user,
)
from shared.simulator.reader.demands import Place, mended
from shared.simulator.reader.testing import ask
from shared.simulator.reader.wordlist import words

LETTER = "Order A-1042: both kettles arrived broken. I want a refund for 2 units, code kx-77."
ORDER: JsonSchema = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "description": "number of the order"},
        "quantity": {"type": "integer", "description": "how many units"},
        "urgency": {"type": "string", "description": "how urgent"},
    },
    "required": ["order", "quantity", "urgency"],
}
FIRST: dict[str, JsonValue] = {"order": "A-1042", "quantity": 2, "urgency": "asap"}


def again(complaint: str, first: dict[str, JsonValue] | None = None) -> dict[str, JsonValue]:
    messages = (user(LETTER), assistant(json.dumps(first or FIRST)), user(complaint))
    found: dict[str, JsonValue] = json.loads(ask(*messages, schema=ORDER).text)
    return found


PYDANTIC = """Correct these errors:
1 validation error for Order
quantity
  Value error, at most 1; use 1 [type=value_error, input_value=2, input_type=int]
    For further information visit https://errors.pydantic.dev/2.14/v/value_error"""


@pytest.mark.parametrize(
    ("complaint", "quantity"),
    [
        (PYDANTIC, 1),
        ("Validation failed, fix it: quantity: Input should be greater than or equal to 5", 5),
        ('Invalid, errors: [{"loc": ["quantity"], "msg": "Input should be less than 2"}]', 1),
        ("Schema violation, invalid: quantity 2 is less than the minimum of 3", 3),
        ("That is wrong and invalid. The quantity must not exceed 1.", 1),
        ("Erro de validação: o campo quantity deve ser no máximo 1. Corrija.", 1),
        ("There is an error to correct: quantity is wrong, use 7 instead.", 7),
        ("Invalid, an error: quantity 2 is greater than 1.5", 1),
        ("Errors, invalid: quantity should be at least 3 and at most 9", 3),
        ("Errors, invalid: quantity should be at least 0 and at most 1", 1),
        ("Two errors:\norder\n  invalid, at most 9\nquantity\n  invalid, at least 4", 4),
    ],
)
def test_a_bound_or_value_that_is_told_is_kept(complaint: str, quantity: int) -> None:
    found = again(complaint)

    assert found["quantity"] == quantity


def test_what_is_not_complained_of_stays() -> None:
    first = {**FIRST, "order": "KEPT-1"}

    found = again("Error, invalid:\nquantity\n  must be at most 1", first)

    assert found == {**first, "quantity": 1}


@pytest.mark.parametrize(
    "complaint",
    [
        "1 validation error\nurgency\n  Input should be 'high', 'normal' or 'low' [input='asap']",
        "Validation error: 'asap' is not one of ['high', 'low'] (urgency). Fix the error.",
    ],
)
def test_one_of_the_options_that_are_told_is_taken(complaint: str) -> None:
    assert again(complaint)["urgency"] in {"high", "normal", "low"}


def test_a_pattern_that_is_told_is_looked_for_in_the_text() -> None:
    complaint = "Validation error, invalid:\norder\n  String should match pattern '^[a-z]{2}-\\d+$'"

    assert again(complaint)["order"] == "kx-77"


def test_a_pattern_that_would_run_for_ever_is_not_run() -> None:
    complaint = (
        "Validation error, invalid:\norder\n  should match pattern '^(a+)+$' not " + "a" * 60
    )

    assert again(complaint)["quantity"] == 2


def test_only_the_item_that_is_named_is_corrected() -> None:
    lines: JsonSchema = {
        "type": "object",
        "properties": {"counts": {"type": "array", "items": ORDER}},
        "required": ["counts"],
    }
    letter = "- Order A-1: 2 units, high\n- Order B-2: 6 units, high"
    first = json.loads(ask(user(letter), schema=lines).text)
    told = "Errors, invalid:\ncounts.1.quantity\n  Input should be less than or equal to 5"

    draft = ask(user(letter), assistant(json.dumps(first)), user(told), schema=lines)

    before, after = first["counts"], json.loads(draft.text)["counts"]
    assert len(before) == 2
    assert after == [before[0], {**before[1], "quantity": 5}]


PIECES = st.sampled_from(
    [
        *words("order quantity [ ] { } ' : . , ; < > = must be 99 pattern error true a.b[3].c"),
        *('"', "\n", "at most", "less than", "use", "9" * 400, "1e999", "1.5", "NaN", "'^(a+)+$'"),
    ]
)
VALUES = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=9), st.just(10**400))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map(" ".join), VALUES, VALUES)
def test_no_complaint_breaks_the_reader(told: str, old: JsonValue, fresh: JsonValue) -> None:
    value = mended(Place(("lines", "3", "quantity")), old, fresh, f"quantity {told}", LETTER)

    assert type(value) in {type(fresh), int, float}


def test_a_long_complaint_takes_bounded_time() -> None:
    told = ["quantity at most " * 5_000, "a." * 20_000 + "quantity", "quantity '" + "x" * 40_000]
    started = time.process_time()

    for text in told:
        mended(Place(("quantity",)), 2, 2, text, LETTER)

    assert time.process_time() - started < 5


def test_an_answer_quoted_beside_the_complaint_is_repaired_too() -> None:
    told = "Validation error found:\nquantity\n  at most 1\nfix the errors in"
    complaint = f"{told} {json.dumps(FIRST)} (call 1)"

    draft = ask(user(LETTER), user(complaint), user(complaint), schema=ORDER)

    assert json.loads(draft.text) == {**FIRST, "quantity": 1}


def test_a_tool_that_must_be_called_is_called_again() -> None:
    order = Tool(name="order", description="File an order.", parameters=ORDER)
    call = ToolCall(id="1", name="order", arguments=json.dumps(FIRST))
    told = "Validation error: quantity must be at most 1. Fix the error."
    messages = (
        user(LETTER),
        Message(role=Role.ASSISTANT, parts=(call,)),
        Message(role=Role.TOOL, parts=(ToolResult(call_id="1", text=told),)),
    )

    draft = ask(*messages, tools=(order,), tool_choice="order")

    assert json.loads(draft.tool_calls[0].arguments) == {**FIRST, "quantity": 1}
