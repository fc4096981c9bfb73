"""Filling schemas from letters, notes and forms."""

import json

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.llm.messages import ChatRequest, JsonSchema, ResponseSchema, assistant, system, user
from shared.simulator.dice import Dice
from shared.simulator.profiles import PROFILES
from shared.simulator.reader import read
from shared.simulator.reader.testing import ask, fill

LETTER = """Dear Pinewood,

I ordered 3 oak stools on 14 March 2026 (order PW-20931). They arrived on 2 April 2026 and two of
them are cracked. I paid €129.00 in total. Please send my money back.

Kind regards,
Tomas Weller
tomas@weller.example"""


def test_values_are_found_by_what_fields_are_called() -> None:
    value = fill(
        LETTER,
        {
            "order_id": {"type": "string"},
            "ordered_on": {"type": "string", "format": "date"},
            "delivered_on": {"type": "string", "format": "date"},
            "total": {"type": "number"},
            "currency": {"type": "string", "enum": ["EUR", "USD"]},
            "customer_name": {"type": "string"},
            "email": {"type": "string", "format": "email"},
            "language": {"type": "string", "enum": ["en", "pt"]},
        },
    )

    assert value == {
        "order_id": "PW-20931",
        "ordered_on": "2026-03-14",
        "delivered_on": "2026-04-02",
        "total": 129,
        "currency": "EUR",
        "customer_name": "Tomas Weller",
        "email": "tomas@weller.example",
        "language": "en",
    }


def test_the_order_of_the_fields_does_not_matter() -> None:
    fields: JsonSchema = {"order_id": {"type": "string"}, "total": {"type": "number"}}

    forward = fill(LETTER, fields)
    backward = fill(LETTER, dict(reversed(fields.items())))

    assert forward == backward


def test_what_a_text_does_not_say_is_null_where_null_is_allowed() -> None:
    nullable: JsonSchema = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}

    value = fill(LETTER, {"birth_date": nullable, "phone": {"type": ["string", "null"]}})

    assert value == {"birth_date": None, "phone": None}


def test_line_items_become_a_list_of_objects() -> None:
    items: JsonSchema = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "product": {"type": "string"},
                "quantity": {"type": "integer"},
                "unit_price": {"type": ["number", "null"]},
            },
            "required": ["product", "quantity", "unit_price"],
        },
    }
    text = (
        "Olá,\n\nQuero encomendar:\n- 2x Cadeira Alta 300 (R$ 1.249,"
        "90 cada)\n- 4 unidades do Banco Baixo\n\nObrigada,\nRita"
    )

    value = fill(text, {"items": items})

    assert isinstance(value, dict)
    assert value["items"] == [
        {"product": "Cadeira Alta 300", "quantity": 2, "unit_price": 1249.9},
        {"product": "Banco Baixo", "quantity": 4, "unit_price": None},
    ]


def test_a_description_tells_apart_what_names_do_not() -> None:
    told: JsonSchema = {
        "a": {
            "type": "string",
            "format": "date",
            "description": "Day on which the parcel was delivered.",
        }
    }

    assert fill(LETTER, told) == {"a": "2026-04-02"}


def test_a_union_takes_the_branch_that_the_text_calls_for() -> None:
    def branch(kind: str, told: str) -> JsonSchema:
        return {
            "type": "object",
            "description": told,
            "properties": {"kind": {"const": kind}},
            "required": ["kind"],
        }

    union: JsonSchema = {
        "anyOf": [branch("purchase", "A wish to buy."), branch("refund", "A wish for money back.")]
    }

    assert fill(LETTER, {"request": union}) == {"request": {"kind": "refund"}}


def test_json_may_be_asked_for_in_words_alone() -> None:
    draft = ask(
        user(
            "Extract JSON with keys name (string), age (integer) and city "
            '(string) from: "Maria Souza is 34 years old and lives in Porto."'
        )
    )

    assert json.loads(draft.text) == {"name": "Maria Souza", "age": 34, "city": "Porto"}


def test_a_re_ask_repairs_the_named_field_and_keeps_the_others() -> None:
    schema: JsonSchema = {
        "type": "object",
        "properties": {"order_id": {"type": "string"}, "total": {"type": "number"}},
        "required": ["order_id", "total"],
    }
    first = '{"order_id": "KEPT-1", "total": "a lot"}'

    draft = ask(
        system("Fill in the form."),
        user(f"<letter>{LETTER}</letter>"),
        assistant(first),
        user("Validation error:\ntotal: Input should be a valid number. Correct the errors."),
        schema=schema,
    )

    assert json.loads(draft.text) == {"order_id": "KEPT-1", "total": 129}


RECURSIVE: JsonSchema = {
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1},
                "next": {"$ref": "#/$defs/node"},
            },
            "required": ["name", "children", "next"],
        }
    },
    "$ref": "#/$defs/node",
}


def test_a_recursive_schema_ends() -> None:
    draft = ask(system("Fill in."), user(LETTER), schema=RECURSIVE)

    assert isinstance(json.loads(draft.text), dict)


def test_a_runaway_pattern_does_not_run() -> None:
    bomb: JsonSchema = {"type": "string", "pattern": "^(a+)+$"}

    value = fill("name: " + "a" * 60 + "!", {"name": bomb})

    assert isinstance(value, dict)
    assert isinstance(value["name"], str)


SCALARS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer", "minimum": 1, "maximum": 9},
        {"type": "number"},
        {"type": "boolean"},
        {"enum": ["red", "green"]},
        {"type": ["string", "null"]},
        {"type": "string", "format": "date"},
        {"type": "string", "pattern": "^[0-9]{3}$"},
        {"type": "string", "maxLength": 5},
    ]
)
NAMES = st.sampled_from(
    ["total", "name", "date", "items", "x", "answer", "reason", "order_id", "query"]
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, max_size=4).map(
            lambda p: {
                "type": "object",
                "properties": p,
                "required": list(p),
                "additionalProperties": False,
            }
        ),
        inner.map(lambda s: {"type": "array", "items": s, "minItems": 1, "maxItems": 3}),
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schema=st.dictionaries(NAMES, SCHEMAS, max_size=4), text=st.text(max_size=300))
def test_whatever_the_schema_what_is_filled_in_keeps_it(schema: JsonSchema, text: str) -> None:
    whole: JsonSchema = {"type": "object", "properties": schema, "required": list(schema)}
    request = ChatRequest(
        messages=(system("Fill in the form."), user(text)),
        response_schema=ResponseSchema(name="x", json_schema=whole),
    )

    for model in ("sim-smart", "sim-null"):
        draft = read(request, PROFILES[model], Dice(b"k"))
        jsonschema.validate(json.loads(draft.text), whole)
