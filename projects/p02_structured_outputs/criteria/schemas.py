"""Schemas drawn from the seed, with faults and edits at known places."""

import copy
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from shared.criteria import Level, Measured, Subject, criterion, fact

from .results import Json, Problem, Row, share_of


def subschemas(schema: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    """Visit every subschema with its JSON pointer."""
    yield pointer, schema
    for group in ("properties", "$defs"):
        for name, sub in schema.get(group, {}).items():
            yield from subschemas(sub, f"{pointer}/{group}/{name}")
    for index, sub in enumerate(schema.get("anyOf", [])):
        yield from subschemas(sub, f"{pointer}/anyOf/{index}")
    if isinstance(schema.get("items"), dict):
        yield from subschemas(schema["items"], f"{pointer}/items")


def referring(draw: random.Random, schema: Json) -> Json:
    """Move some properties of the root to ``$defs``, and refer to them."""
    moved = copy.deepcopy(schema)
    for name in draw.sample(sorted(moved["properties"]), draw.randrange(3)):
        moved.setdefault("$defs", {})[name.title()] = moved["properties"][name]
        moved["properties"][name] = {"$ref": f"#/$defs/{name.title()}"}
    return moved


def draw_schema(draw: random.Random, depth: int = 2) -> Json:
    """Draw a strict object schema, its keys in a drawn order."""
    names = draw.sample(
        ["sku", "note", "count", "state", "tags", "when", "price", "parts", "ok", "who"],
        draw.randint(3, 5),
    )
    return closed_object({name: _draw_property(draw, depth) for name in names})


def closed_object(properties: Json) -> Json:
    """Write the schema of an object that has exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _draw_property(draw: random.Random, depth: int) -> Json:
    low = draw.randint(-40, 1200)
    leaves: list[Json] = [
        {"type": "integer", "minimum": low, "maximum": low + draw.randint(0, 2500)},
        {"type": "string", "enum": draw.sample(["new", "used", "lost", "open", "paid"], 3)},
        {"type": "string", "pattern": _draw_pattern(draw)},
        {"type": "string", "format": "date"},
        {"type": "boolean"},
        {"type": "string"},
        {"type": "number"},
    ]
    kind = draw.random()
    if depth and kind < 0.2:
        return draw_schema(draw, depth - 1)
    if depth and kind < 0.45:
        fewest = draw.randint(0, 2)
        most = fewest + draw.randint(1, 3)
        items = _draw_property(draw, depth - 1)
        return {"type": "array", "items": items, "minItems": fewest, "maxItems": most}
    if kind < 0.6:
        return {"anyOf": [draw.choice(leaves), {"type": "null"}]}
    return draw.choice(leaves)


def _draw_pattern(draw: random.Random) -> str:
    head = draw.choice(["[A-Z]{2}", "(ZX|FA|Q)", "[a-f0-9]{3,5}", "x?y+"])
    return f"^{head}{draw.choice(['-', '_', ''])}{draw.choice(['[0-9]{2,4}', '[1-9][0-9]?'])}$"


def _pick(draw: random.Random, schema: Json, wanted: Callable[[Json], bool]) -> str | None:
    """Choose the pointer of a subschema that is wanted."""
    fitting = [pointer for pointer, sub in subschemas(schema, "") if wanted(sub)]
    return draw.choice(fitting) if fitting else None


def _at(schema: Json, pointer: str) -> Json:
    found: Any = schema
    for step in pointer.split("/")[1:]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found if isinstance(found, dict) else {}


Edit: TypeAlias = Callable[[Json], object]


def _is(kind: str) -> Callable[[Json], bool]:
    return lambda sub: sub.get("type") == kind


def _is_enum(sub: Json) -> bool:
    return "enum" in sub


LINT_DAMAGE: Mapping[str, tuple[Callable[[Json], bool], Edit]] = {
    "open object": (_is("object"), lambda sub: sub.pop("additionalProperties")),
    "additionalProperties true": (_is("object"), lambda s: s.update(additionalProperties=True)),
    "optional key": (_is("object"), lambda sub: sub["required"].pop()),
    "oneOf": (lambda sub: "anyOf" in sub, lambda sub: sub.update(oneOf=sub.pop("anyOf"))),
    "default": (_is("integer"), lambda sub: sub.update(default=0)),
    "uniqueItems": (_is("array"), lambda sub: sub.update(uniqueItems=True)),
    "array without items": (_is("array"), lambda sub: sub.pop("items")),
    "minLength": (_is("string"), lambda sub: sub.update(minLength=1)),
    "allOf": (_is("boolean"), lambda sub: sub.update(allOf=[{}])),
    "case": (_is_enum, lambda sub: sub["enum"].append(sub["enum"][0].upper())),
    "patternProperties": (_is("object"), lambda sub: sub.update(patternProperties={})),
    "not": (_is("integer"), lambda sub: sub.update({"not": {"const": 0}})),
    "maxLength": (_is("string"), lambda sub: sub.update(maxLength=9)),
    "contains": (_is("array"), lambda sub: sub.update(contains={"const": 0})),
    "dependentRequired": (_is("object"), lambda sub: sub.update(dependentRequired={})),
    "examples": (_is("boolean"), lambda sub: sub.update(examples=[True])),
}


@fact()
async def linted(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Lint sound schemas, and schemas with one fault at a known place.

    None is the sound twin of another: whoever compares what comes with what came learns nothing.
    """
    draw, results = random.Random(seed), []
    for number in range(8):
        for name, (wanted, damage) in LINT_DAMAGE.items():
            sound, schema = (referring(draw, draw_schema(draw)) for _ in range(2))
            clean = await subject.call("schemas.lint", returns=list[Problem], schema=sound)
            results.append((f"sound schema {number}", not clean))
            pointer = _pick(draw, schema, wanted)
            if pointer is None:
                continue
            damage(_at(schema, pointer))
            found = await subject.call("schemas.lint", returns=list[Problem], schema=schema)
            seen = bool(found) and {problem.path for problem in found} == {pointer}
            results.append((f"{name} at {pointer or 'the root'}", seen))
    no_object: Json = {"anyOf": [draw_schema(draw, 0), {"type": "null"}]}
    found = await subject.call("schemas.lint", returns=list[Problem], schema=no_object)
    results.append(("a root that is no object", {problem.path for problem in found} == {""}))
    odd = closed_object({"a/b~c": {"type": "string", "minLength": 1}})
    found = await subject.call("schemas.lint", returns=list[Problem], schema=odd)
    escaped = {problem.path for problem in found} == {"/properties/a~1b~0c"}
    results.append(("a name that has to be escaped", escaped))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.1c", level=Level.WORKS, at_least=1.0)
def the_linter_finds_faults(linted: list[tuple[str, bool]]) -> Measured:
    """The linter names the place of each fault, and passes sound schemas."""
    return share_of(linted, expected="exactly this place", mode="linter")


def _remove_key(schema: Json) -> None:
    name = schema["required"].pop(0)
    del schema["properties"][name]


def _add_key(schema: Json, *, required: bool) -> None:
    schema["properties"]["added"] = {"type": "boolean"}
    if required:
        schema["required"].append("added")


def _reorder(schema: Json) -> None:
    schema["properties"] = dict(reversed(schema["properties"].items()))


def _is_plain(sub: Json) -> bool:
    return sub == {"type": "string"}


def _defined(draw: random.Random, schema: Json) -> Json:
    """Move every property of the root to ``$defs``, under names of its own."""
    moved, prefix = copy.deepcopy(schema), draw.choice("ABC")
    moved["$defs"] = {f"{prefix}{name}": sub for name, sub in moved["properties"].items()}
    moved["properties"] = {n: {"$ref": f"#/$defs/{prefix}{n}"} for n in moved["properties"]}
    return moved


BREAKING: Mapping[str, tuple[Callable[[Json], bool], Edit]] = {
    "narrowed enum": (_is_enum, lambda sub: sub["enum"].pop(0)),
    "renamed enum member": (_is_enum, lambda sub: sub["enum"].append(sub["enum"].pop(0) + "_x")),
    "type changed": (_is("boolean"), lambda sub: sub.update(type="integer")),
    "minimum raised": (_is("integer"), lambda sub: sub.update(minimum=sub["minimum"] + 1)),
    "maximum lowered": (_is("integer"), lambda sub: sub.update(maximum=sub["maximum"] - 1)),
    "maxItems lowered": (_is("array"), lambda sub: sub.update(maxItems=sub["maxItems"] - 1)),
    "minItems raised": (_is("array"), lambda sub: sub.update(minItems=sub["minItems"] + 1)),
    "null lost": (lambda sub: "anyOf" in sub, lambda sub: sub["anyOf"].pop()),
    "pattern changed": (lambda sub: "pattern" in sub, lambda sub: sub.update(pattern="^x$")),
    "pattern added": (_is_plain, lambda sub: sub.update(pattern="^x$")),
    "format added": (_is_plain, lambda sub: sub.update(format="date")),
    "minimum added": (_is("number"), lambda sub: sub.update(minimum=0)),
    "exclusiveMaximum added": (_is("integer"), lambda sub: sub.update(exclusiveMaximum=9_999)),
    "multipleOf added": (_is("integer"), lambda sub: sub.update(multipleOf=2)),
    "values listed": (_is_plain, lambda sub: sub.update(enum=["new"])),
    "key removed": (_is("object"), _remove_key),
    "key added": (_is("object"), lambda sub: _add_key(sub, required=True)),
}

COMPATIBLE: Mapping[str, tuple[Callable[[Json], bool], Edit]] = {
    "description": (_is("object"), lambda sub: sub.update(description="Newly described.")),
    "wider enum": (_is_enum, lambda sub: sub["enum"].append("returned")),
    "shuffled enum": (_is_enum, lambda sub: sub["enum"].reverse()),
    "minimum lowered": (_is("integer"), lambda sub: sub.update(minimum=sub["minimum"] - 1)),
    "maximum dropped": (_is("integer"), lambda sub: sub.pop("maximum")),
    "maxItems raised": (_is("array"), lambda sub: sub.update(maxItems=sub["maxItems"] + 1)),
    "pattern dropped": (lambda sub: "pattern" in sub, lambda sub: sub.pop("pattern")),
    "optional key": (_is("object"), lambda sub: _add_key(sub, required=False)),
    "reordered keys": (_is("object"), _reorder),
    "another branch": (lambda s: "anyOf" in s, lambda s: s["anyOf"].insert(0, {"const": "-"})),
}


@fact()
async def compared(subject: Subject, seed: int) -> list[Row]:
    """Compare schemas before and after one edit, breaking or not."""
    draw = random.Random(seed + 1)
    results: list[Row] = []
    edits = [(True, edit) for edit in BREAKING.items()]
    edits += [(False, edit) for edit in COMPATIBLE.items()]
    edits *= 4
    draw.shuffle(edits)  # so that counting calls tells nothing
    for breaks, (name, (wanted, edit)) in edits:
        old = draw_schema(draw)
        while (pointer := _pick(draw, old, wanted)) is None:
            old = draw_schema(draw)
        new = copy.deepcopy(old)
        edit(_at(new, pointer))
        if (
            draw.random() < 0.3
        ):  # the same, said by reference; the paths are those that are followed
            old, new = _defined(draw, old), _defined(draw, new)
        found = await subject.call(
            "schemas.breaking_changes", returns=list[Problem], old=old, new=new
        )
        near = not breaks or all(problem.path.startswith(pointer) for problem in found)
        where = pointer or "the root"
        wish = f"a problem at {where}" if breaks else "no problem"
        told = f"problems at {', '.join(p.path for p in found)}" if found else "no problem"
        results.append((f"{name} at {where}", bool(found) == breaks and near, wish, told[:160]))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.1d", level=Level.WORKS, at_least=1.0)
def breaking_changes_are_told(compared: list[Row]) -> Measured:
    """A change that refuses old payloads is told from one that does not."""
    return share_of(compared, expected="breaking or not, at its place", mode="comparison")
