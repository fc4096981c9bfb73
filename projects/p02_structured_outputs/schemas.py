"""JSON Schemas as a product: generated for one engine, linted, committed, and changed with care.

A schema is read by two others: the engine that constrains a model with it, and whoever still holds
payloads written under its last version. ``lint`` speaks for the first, ``breaking_changes`` for the
second. Places are JSON pointers (RFC 6901) to a subschema, ``""`` being the root.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from projects.p02_structured_outputs.contracts import Extraction, JsonObject, Problem

COMMITTED = Path(__file__).parent / "schemas" / "extraction.v2.json"

# What engines with a strict mode take. They refuse, or worse ignore, every other keyword.
# fmt: off
ENGINE_KEYWORDS = frozenset({
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum",
    "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maximum", "maxItems", "minimum",
    "minItems", "multipleOf", "pattern", "properties", "required", "title", "type",
})
# fmt: on


def wire_schema() -> JsonObject:
    """Return the schema of ``Extraction`` as it is sent to the engine.

    Pydantic writes tagged unions as ``oneOf`` with a ``discriminator``; the engine knows only
    ``anyOf``. Titles repeat the keys, so they go: every token of a schema is paid for in each call.
    """
    # task 2: begin
    return _for_engine(Extraction.model_json_schema())
    # task 2: end


def _for_engine(schema: JsonObject) -> JsonObject:
    kept: JsonObject = {}
    for keyword, value in schema.items():
        if keyword == "oneOf":
            kept["anyOf"] = [_for_engine(branch) for branch in _schemas(value)]
        elif keyword in {"properties", "$defs"}:
            kept[keyword] = {name: _for_engine(sub) for name, sub in _members(value)}
        elif keyword in {"discriminator", "title"}:
            continue
        elif isinstance(value, dict):
            kept[keyword] = _for_engine(value)
        elif keyword == "anyOf":
            kept[keyword] = [_for_engine(branch) for branch in _schemas(value)]
        else:
            kept[keyword] = value
    return kept


def lint(schema: JsonObject) -> list[Problem]:
    """List what a strict engine would refuse or ignore in ``schema``; an empty list means ready.

    The root is an object. Every object has ``additionalProperties: false`` and requires each of its
    properties (what may be missing is nullable instead). Every keyword is in ``ENGINE_KEYWORDS``.
    Every array says what its ``items`` are. No ``enum`` has members that differ only in case, which
    would make a reply in the wrong case ambiguous. Each problem's ``path`` is the pointer to the
    subschema at fault.
    """
    # task 3: begin
    problems: list[Problem] = []
    if schema.get("type") != "object":
        problems.append(Problem(path="", reason="the root must be an object"))
    for pointer, sub in _walk(schema, ""):
        problems += [Problem(path=pointer, reason=reason) for reason in _faults(sub)]
    return problems
    # task 3: end


def _faults(schema: JsonObject) -> Iterator[str]:
    for keyword in sorted(schema.keys() - ENGINE_KEYWORDS):
        yield f"the engine does not know {keyword}"
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            yield "an object must have additionalProperties: false"
        names = {name for name, _ in _members(schema.get("properties"))}
        if names != set(_strings(schema.get("required"))):
            yield "every property must be required; make it nullable instead"
    if schema.get("type") == "array" and "items" not in schema:
        yield "an array must say what its items are"
    members = _strings(schema.get("enum"))
    if len({member.casefold() for member in members}) < len(members):
        yield "enum members must differ in more than case"


def breaking_changes(old: JsonObject, new: JsonObject) -> list[Problem]:
    """List where ``new`` refuses something that ``old`` allowed; an empty list means compatible.

    Breaking are: a property removed (a closed object refuses what old payloads hold), a property
    newly required, a type changed, null no longer allowed, an enum member or an ``anyOf`` branch
    removed, a bound tightened, a pattern or format added or changed. Compatible are: descriptions,
    a wider enum or bound, a new optional property, a new ``anyOf`` branch. Each problem's ``path``
    is the pointer into ``old``, references followed.
    """
    # task 4: begin
    return list(_narrowings(old, new, (old, new), ""))
    # task 4: end


def _narrowings(
    old: JsonObject, new: JsonObject, roots: tuple[JsonObject, JsonObject], path: str
) -> Iterator[Problem]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    if "anyOf" in old or "anyOf" in new:
        yield from _lost_branches(old, new, roots, path)
        return
    for reason in _tightened(old, new):
        yield Problem(path=path, reason=reason)
    was, now = dict(_members(old.get("properties"))), dict(_members(new.get("properties")))
    for name, sub in was.items():
        here = f"{path}/properties/{_escaped(name)}"
        if name in now:
            yield from _narrowings(sub, now[name], roots, here)
        elif new.get("additionalProperties") is False:
            yield Problem(path=here, reason="removed")
    for name in sorted(set(_strings(new.get("required"))) - set(_strings(old.get("required")))):
        yield Problem(path=path, reason=f"{name} is newly required")
    before, after = old.get("items"), new.get("items")
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _narrowings(before, after, roots, f"{path}/items")


def _lost_branches(
    old: JsonObject, new: JsonObject, roots: tuple[JsonObject, JsonObject], path: str
) -> Iterator[Problem]:
    """Ask of each old branch whether some new one still takes all of it."""
    offered = _schemas(new.get("anyOf")) or [new]
    for index, branch in enumerate(_schemas(old.get("anyOf")) or [old]):
        here = f"{path}/anyOf/{index}" if "anyOf" in old else path
        losses = [list(_narrowings(branch, other, roots, here)) for other in offered]
        if all(losses):
            yield from min(losses, key=len)


_LOWER = ("minimum", "exclusiveMinimum", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxItems")


def _tightened(old: JsonObject, new: JsonObject) -> Iterator[str]:
    if "type" in new and new["type"] != old.get("type"):
        yield f"the type was {old.get('type')}"
    was, now = _allowed(old), _allowed(new)
    if now is not None and (was is None or not was <= now):
        yield "values were removed"
    for keyword in ("pattern", "format", "multipleOf"):
        if keyword in new and new[keyword] != old.get(keyword):
            yield f"{keyword} is stricter or other than before"
    for keyword in (*_LOWER, *_UPPER):
        after, before = new.get(keyword), old.get(keyword)
        if not isinstance(after, (int, float)):
            continue
        sign = 1 if keyword in _LOWER else -1
        if not isinstance(before, (int, float)) or sign * after > sign * before:
            yield f"{keyword} is tighter"


def _allowed(schema: JsonObject) -> set[str] | None:
    """Return the finite set of values a schema allows, or None where it is not finite."""
    if "const" in schema:
        return {json.dumps(schema["const"])}
    values = schema.get("enum")
    return {json.dumps(value) for value in values} if isinstance(values, list) else None


def _walk(schema: JsonObject, pointer: str) -> Iterator[tuple[str, JsonObject]]:
    """Visit every subschema with its pointer."""
    yield pointer, schema
    for keyword in ("properties", "$defs"):
        for name, sub in _members(schema.get(keyword)):
            yield from _walk(sub, f"{pointer}/{keyword}/{_escaped(name)}")
    for index, branch in enumerate(_schemas(schema.get("anyOf"))):
        yield from _walk(branch, f"{pointer}/anyOf/{index}")
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _walk(items, f"{pointer}/items")


def _resolved(schema: JsonObject, root: JsonObject) -> JsonObject:
    while isinstance(reference := schema.get("$ref"), str):
        schema = dict(_members(root.get("$defs")))[reference.removeprefix("#/$defs/")]
    return schema


def _members(value: JsonValue) -> list[tuple[str, JsonObject]]:
    named = value if isinstance(value, dict) else {}
    return [(name, sub) for name, sub in named.items() if isinstance(sub, dict)]


def _schemas(value: JsonValue) -> list[JsonObject]:
    return [sub for sub in value if isinstance(sub, dict)] if isinstance(value, list) else []


def _strings(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def committed_schema() -> JsonObject:
    """Read the schema that stands in the repository, which others build against."""
    schema: JsonObject = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return schema


def written(schema: JsonObject) -> str:
    """Write a schema the way it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
