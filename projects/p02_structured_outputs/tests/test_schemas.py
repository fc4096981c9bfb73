"""The schema as it is sent and committed, the linter, and the check for breaking changes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from projects.p02_structured_outputs.contracts import Extraction
from projects.p02_structured_outputs.schemas import (
    COMMITTED,
    breaking_changes,
    lint,
    wire_schema,
    written,
)

Schema = dict[str, Any]


@pytest.fixture
def schema() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["state", "parts"],
        "properties": {
            "state": {"type": "string", "enum": ["new", "used"]},
            "parts": {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [{"$ref": "#/$defs/Part"}, {"type": "null"}]},
            },
        },
        "$defs": {
            "Part": {
                "type": "object",
                "additionalProperties": False,
                "required": ["count"],
                "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 9}},
            }
        },
    }


def test_the_committed_schema_is_the_generated_one() -> None:
    # After a change on purpose: python -m projects.p02_structured_outputs schema > that file.
    assert COMMITTED.read_text(encoding="utf-8") == written(wire_schema())


def test_the_schema_sent_passes_the_linter() -> None:
    assert lint(wire_schema()) == []


def test_what_pydantic_generates_would_not_pass() -> None:
    assert {problem.reason for problem in lint(Extraction.model_json_schema())} == {
        "the engine does not know oneOf",
        "the engine does not know discriminator",
    }


def test_a_sound_schema_has_no_problems(schema: Schema) -> None:
    assert lint(schema) == []


@pytest.mark.parametrize(
    ("pointer", "damage"),
    [
        ("", lambda s: s.pop("additionalProperties")),
        ("/$defs/Part", lambda s: s["$defs"]["Part"]["required"].clear()),
        ("/properties/state", lambda s: s["properties"]["state"].update(default="new")),
        ("/properties/state", lambda s: s["properties"]["state"]["enum"].append("NEW")),
        ("/properties/parts", lambda s: s["properties"]["parts"].pop("items")),
        ("/properties/parts/items/anyOf/1", lambda s: _second_branch(s).update(nullable=True)),
        ("", lambda s: s.update(type="array", items={"type": "null"})),
    ],
)
def test_the_linter_names_the_place(
    schema: Schema, pointer: str, damage: Callable[[Schema], object]
) -> None:
    damage(schema)

    assert {problem.path for problem in lint(schema)} == {pointer}


def _second_branch(schema: Schema) -> Schema:
    branch: Schema = schema["properties"]["parts"]["items"]["anyOf"][1]
    return branch


@pytest.mark.parametrize(
    ("pointer", "change"),
    [
        ("/properties/state", lambda s: s["properties"]["state"]["enum"].pop()),
        ("/properties/state", lambda s: s["properties"].pop("state")),
        ("/properties/parts", lambda s: s["properties"]["parts"].update(minItems=2)),
        ("/properties/parts/items/anyOf/1", lambda s: _branches(s).pop()),
        (
            "/properties/parts/items/anyOf/0/properties/count",
            lambda s: s["$defs"]["Part"]["properties"]["count"].update(maximum=8),
        ),
        ("", lambda s: s["required"].append("more")),
    ],
)
def test_a_breaking_change_is_found_at_its_place(
    schema: Schema, pointer: str, change: Callable[[Schema], object]
) -> None:
    new = copy.deepcopy(schema)
    change(new)

    assert pointer in {problem.path for problem in breaking_changes(schema, new)}


def _branches(schema: Schema) -> list[Schema]:
    branches: list[Schema] = schema["properties"]["parts"]["items"]["anyOf"]
    return branches


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"]["state"]["enum"].append("lost"),
        lambda s: s["properties"]["state"].update(description="What it is like."),
        lambda s: s["properties"]["parts"].pop("minItems"),
        lambda s: _branches(s).reverse(),
        lambda s: _branches(s).append({"type": "string"}),
        lambda s: s["$defs"]["Part"]["properties"]["count"].update(maximum=10),
        lambda s: s["properties"].update(more={"type": "null"}),
    ],
)
def test_a_compatible_change_is_let_through(
    schema: Schema, change: Callable[[Schema], object]
) -> None:
    new = copy.deepcopy(schema)
    change(new)

    assert breaking_changes(schema, new) == []


def test_making_a_value_nullable_is_compatible_and_the_way_back_is_not(schema: Schema) -> None:
    nullable = copy.deepcopy(schema)
    state = nullable["properties"]["state"]
    nullable["properties"]["state"] = {"anyOf": [state, {"type": "null"}]}

    assert breaking_changes(schema, nullable) == []
    assert breaking_changes(nullable, schema)
