"""Instances of a schema as odd as hypothesis draws them; imported only where they are needed."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

from .results import Json


def drawn_from(schema: Json, seed: int, count: int) -> list[Json]:
    """Draw instances of a strict schema.

    hypothesis-jsonschema draws the leaves; its objects need a part of Hypothesis that has gone.
    """
    found: list[Json] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis_seed(seed)
    @given(strategy_of(schema, schema))
    def collect(instance: Json) -> None:
        found.append(instance)

    collect()
    return found


def strategy_of(schema: Json, root: Json) -> st.SearchStrategy[Any]:
    """Turn a strict schema into a strategy."""
    if "$ref" in schema:
        return strategy_of(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        return st.one_of([strategy_of(branch, root) for branch in schema["anyOf"]])
    if schema.get("type") == "object":
        members = {name: strategy_of(sub, root) for name, sub in schema["properties"].items()}
        return st.fixed_dictionaries(members)
    if schema.get("type") == "array":
        items = strategy_of(schema["items"], root)
        bounds = (schema.get("minItems", 0), schema.get("maxItems", 3))
        return st.lists(items, min_size=bounds[0], max_size=bounds[1])
    leaf = {name: value for name, value in schema.items() if name != "description"}
    # ECMA's $ is the very end; Python's also stands before a last line break.
    strict = "pattern" in leaf
    drawn: st.SearchStrategy[Any] = from_schema(leaf)
    return drawn.filter(lambda text: not text.endswith("\n")) if strict else drawn
