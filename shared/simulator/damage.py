"""Damage to structured answers: each kind makes a valid JSON text break its schema in one way.

Each function returns the damaged text, or None where the schema leaves it no way to do harm.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from shared.llm.messages import JsonSchema
from shared.simulator.dice import Dice
from shared.simulator.drills import VIOLATIONS

MAX_DEPTH: Final = 32


class Place(NamedTuple):
    """Where a value stands in its parent, and what the schema says of it."""

    parent: Any
    key: str | int
    schema: Mapping[str, Any]


def places(value: Any, schema: JsonSchema) -> Iterator[Place]:
    """Walk a value beside its schema, following local references."""
    root = {"": value}
    waiting = [(Place(root, "", schema), 0)]
    while waiting:
        place, depth = waiting.pop()
        here = _resolve(place.schema, schema)
        yield Place(place.parent, place.key, here)
        item = place.parent[place.key]
        if depth >= MAX_DEPTH:
            continue
        if isinstance(item, dict) and isinstance(here.get("properties"), dict):
            waiting.extend(
                (Place(item, name, part), depth + 1)
                for name, part in here["properties"].items()
                if name in item and isinstance(part, dict)
            )
        elif isinstance(item, list) and isinstance(here.get("items"), dict):
            waiting.extend((Place(item, n, here["items"]), depth + 1) for n in range(len(item)))


def _resolve(schema: Mapping[str, Any], root: JsonSchema) -> Mapping[str, Any]:
    for _ in range(MAX_DEPTH):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target: Any = root
        for step in reference[2:].split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        schema = target if isinstance(target, dict) else {}
    return schema


def malformed_json(text: str, schema: JsonSchema, dice: Dice) -> str | None:
    """Break the syntax the way models do: cut off, single quotes, a bare word, a lost brace."""
    del schema
    cut = 1 + int(dice.uniform("at") * (len(text) - 1))
    broken = dice.choice(
        (
            text[:cut],
            text.replace('"', "'"),
            text.replace(":", ": ~", 1),
            text[:-1] + ",",
            f"Here is the JSON you asked for:\n{text}",
        ),
        "kind",
    )
    return text + ",," if _parses(broken) else broken


def wrong_enum(text: str, schema: JsonSchema, dice: Dice) -> str | None:
    """Put a plausible value outside its enum."""
    value = json.loads(text)
    root = [place for place in places(value, schema) if "enum" in place.schema and place.key != ""]
    if not root:
        return None
    parent, key, here = dice.choice(root, "place")
    allowed = here["enum"]
    old = parent[key]
    tries = (f"{old} (other)", f"non-{old}", "unspecified", "N/A", f"{old}?")
    options = [new for new in tries if new not in allowed]
    parent[key] = dice.choice(options, "value")
    return json.dumps(value, ensure_ascii=False)


def wrong_type(text: str, schema: JsonSchema, dice: Dice) -> str | None:
    """Write a number as words, or a text as a list."""
    value = json.loads(text)
    found = [place for place in places(value, schema) if isinstance(place.schema.get("type"), str)]
    inner = [
        place
        for place in found
        if place.key != "" and place.schema["type"] in {"string", "integer", "number", "boolean"}
    ]
    if not inner:
        return None
    parent, key, here = dice.choice(inner, "place")
    old = parent[key]
    parent[key] = [old] if here["type"] == "string" else f"about {old}"
    return json.dumps(value, ensure_ascii=False)


def extra_key(text: str, schema: JsonSchema, dice: Dice) -> str | None:
    """Add a key where the schema allows no other."""
    value = json.loads(text)
    closed = [
        place.parent[place.key]
        for place in places(value, schema)
        if place.schema.get("additionalProperties") is False
        and isinstance(place.parent[place.key], dict)
    ]
    if not closed:
        return None
    target = dice.choice(closed, "place")
    names = ("notes", "comment", "confidence", "explanation")
    fresh = [name for name in names if name not in target] or [f"extra_{len(target)}"]
    target[dice.choice(fresh, "name")] = "n/a"
    return json.dumps(value, ensure_ascii=False)


def missing_key(text: str, schema: JsonSchema, dice: Dice) -> str | None:
    """Leave out a required key."""
    value = json.loads(text)
    found = [
        (item, name)
        for place in places(value, schema)
        if isinstance(item := place.parent[place.key], dict)
        for name in place.schema.get("required", ())
        if name in item
    ]
    if not found:
        return None
    item, name = dice.choice(found, "place")
    del item[name]
    return json.dumps(value, ensure_ascii=False)


Damage: TypeAlias = Callable[[str, JsonSchema, Dice], str | None]
_BY_NAME: Final[Mapping[str, Damage]] = MappingProxyType(
    {
        "malformed_json": malformed_json,
        "wrong_enum": wrong_enum,
        "wrong_type": wrong_type,
        "extra_key": extra_key,
        "missing_key": missing_key,
    }
)


def violate(name: str, text: str, schema: JsonSchema, dice: Dice) -> tuple[str, str] | None:
    """Damage ``text`` by the drill ``name``; returns what was done and the text, or None.

    ``schema_violation`` takes any of the others that the schema lets be one. A text that is not
    JSON to begin with stays as it is.
    """
    if not _parses(text):
        return None
    names = VIOLATIONS if name == "schema_violation" else (name,)
    start = int(dice.uniform("violation") * len(names))
    for chosen in (*names[start:], *names[:start]):
        damaged = _BY_NAME[chosen](text, schema, dice)
        if damaged is not None:
            return chosen, damaged
    return None


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
