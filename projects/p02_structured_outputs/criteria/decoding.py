"""A constrained decoder: its masks let every valid reply through and no other."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from shared.criteria import Level, Measured, Raised, Subject, criterion, fact

from .results import Json, share_of, validator
from .schemas import closed_object

VALUES: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "^[A-Z]{2}-[0-9]{2,4}$": (
        ["AB-12", "ZZ-0000"],
        ["AB-1", "ab-12", "ABC-12", "AB-12345", "AB12"],
    ),
    "^(ZX|FA|Q)_[1-9][0-9]?$": (["ZX_1", "Q_99", "FA_10"], ["ZX_0", "Z_1", "ZX_100", "ZX_"]),
    "^[a-f0-9]{3,5}$": (["0af", "fffff"], ["0a", "ffffff", "0ag"]),
    "^x?y+(z|[^a-z])$": (["yz", "xyyy7", "y "], ["xz", "yya", "xy"]),
}


def draw_strict(draw: random.Random, depth: int = 2) -> Json:
    """Draw a schema from what the decoder must know."""
    names = draw.sample(["sku", "note", "count", "state", "tags", "when", "ok"], draw.randint(2, 4))
    return closed_object({name: _draw_strict_value(draw, depth) for name in names})


def _draw_strict_value(draw: random.Random, depth: int) -> Json:
    kind = draw.choice(["object", "array", "null", *["leaf"] * 4]) if depth else "leaf"
    if kind == "object":
        return draw_strict(draw, depth - 1)
    if kind == "array":
        fewest = draw.randint(0, 3)
        items = _draw_strict_value(draw, depth - 1)
        most = fewest + draw.randint(0, 2) or 1
        return {"type": "array", "items": items, "minItems": fewest, "maxItems": most}
    if kind == "null":
        return {"anyOf": [_draw_strict_value(draw, 0), {"type": "null"}]}
    low = draw.randint(-150, 1_500)
    return draw.choice(
        [
            {"type": "integer", "minimum": low, "maximum": low + draw.randint(0, 3_000)},
            {"type": "string", "enum": draw.sample(["new", "used", 'a "b"', "ação", "x\\y"], 3)},
            {"type": "string", "pattern": draw.choice(sorted(VALUES))},
            {"type": "string", "format": "date"},
            {"type": "boolean"},
            {"type": "integer", "exclusiveMinimum": low, "exclusiveMaximum": low + 9},
            {"type": "string", "minLength": abs(low) % 4, "maxLength": 4 + abs(low) % 5},
        ]
    )


def instance_of(schema: Json, draw: random.Random) -> Any:
    """Draw a value that a schema allows, at its bounds more often than not."""
    match schema:
        case {"anyOf": branches}:
            found = instance_of(draw.choice(branches), draw)
        case {"enum": members}:
            found = draw.choice(members)
        case {"pattern": pattern}:
            found = draw.choice(VALUES[pattern][0])
        case {"properties": properties}:
            found = {name: instance_of(sub, draw) for name, sub in properties.items()}
        case {"items": items, "minItems": low, "maxItems": high}:
            found = [instance_of(items, draw) for _ in range(draw.choice([low, high]))]
        case {"type": "integer"} | {"maxLength": _}:
            found = _bounded(schema, draw)
        case {"format": "date"}:
            found = draw.choice(["2024-02-29", "2026-12-31", "1999-01-01", "2000-02-29"])
        case {"type": "boolean"}:
            found = draw.random() < 0.5
        case _:
            found = None
    return found


def _bounded(schema: Json, draw: random.Random) -> Any:
    """Draw an integer, or a text of some length."""
    if "maxLength" in schema:
        length = draw.choice([schema["minLength"], schema["maxLength"]])
        return "".join(draw.choices("ab Zç9", k=length))
    if "minimum" in schema:
        low, high = schema["minimum"], schema["maximum"]
    else:
        low, high = schema["exclusiveMinimum"] + 1, schema["exclusiveMaximum"] - 1
    return draw.choice([low, high, draw.randint(low, high)])


def canonical(value: JsonValue) -> str:
    """Write a value the way the decoder does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def faults_of(schema: Json, draw: random.Random) -> Iterator[tuple[str, JsonValue]]:
    """Name values that break one rule of a schema that is no object."""
    if "anyOf" in schema:
        yield "a list where none is", []
        return
    if "enum" in schema:
        yield "no member", "other"
        yield "a member cut short", schema["enum"][0][:-1]
    elif "pattern" in schema:
        yield "against the pattern", draw.choice(VALUES[schema["pattern"]][1])
    elif schema["type"] == "integer" or "maxLength" in schema:
        yield from _out_of_bounds(schema)
    elif schema["type"] == "array":
        item = instance_of(schema["items"], draw)
        yield "too many items", [item] * (schema["maxItems"] + 1)
        if schema["minItems"]:
            yield "too few items", [item] * (schema["minItems"] - 1)
    elif schema["type"] == "string":
        yield "no date", draw.choice(["2026-02-30", "2023-02-29", "1900-02-29", "2026-13-01"])
    elif schema["type"] == "boolean":
        yield "a number", 1
    yield "null", None


def _out_of_bounds(schema: Json) -> Iterator[tuple[str, JsonValue]]:
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)
        if schema["minLength"]:
            yield "too short", "x" * (schema["minLength"] - 1)
    elif "minimum" in schema:
        yield "under the minimum", schema["minimum"] - 1
        yield "over the maximum", schema["maximum"] + 1
        yield "a number as text", str(schema["minimum"])
    else:
        yield "at the lower bound", schema["exclusiveMinimum"]
        yield "at the upper bound", schema["exclusiveMaximum"]


def spoilt(schema: Json, draw: random.Random) -> tuple[str, str]:
    """Write an instance that breaks one rule, and say which."""
    value: Any = instance_of(schema, draw)
    holder, name, sub = value, "", schema
    while sub.get("type") == "object":
        holder, name = (holder[name] if name else holder), draw.choice(sorted(sub["properties"]))
        sub = sub["properties"][name]
    wrong = list(faults_of(sub, draw))
    how = draw.random()
    if how < 0.1:
        del holder[name]
        return "a key lost", canonical(value)
    if how < 0.2:
        holder["more"] = 1
        return "a key too many", canonical(value)
    if how < 0.3:
        cut = canonical(value)[:-1]
        return "no end", draw.choice([cut, cut + ",}", cut + "}}"])
    rule, holder[name] = draw.choice(wrong)
    return rule, canonical(value)


@fact()
async def decoded(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Let the decoder write ten thousand replies under twenty schemas."""
    draw, results = random.Random(seed), []
    for number in range(20):
        schema = draw_strict(draw)
        fits = validator(schema)
        texts = await subject.call(
            "decoder.samples", returns=list[str], schema=schema, seed=seed + number, count=500
        )
        results += [(text[:100], _is_valid(fits, text)) for text in texts]
        results += [("a sample is missing", False)] * (500 - len(texts))
    return results


def _is_valid(fits: Callable[[JsonValue], bool], text: str) -> bool:
    try:
        return fits(json.loads(text))
    except ValueError:
        return False


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7a", level=Level.SENIOR, at_least=1.0)
def decoded_replies_are_valid(decoded: list[tuple[str, bool]]) -> Measured:
    """Ten thousand replies written at random under the mask all keep their schema."""
    return share_of(decoded, expected="valid", mode="invalid")


@fact()
async def masked(subject: Subject, seed: int) -> list[tuple[str, bool, bool]]:
    """Offer valid and invalid replies to the masks: (case, should pass, passed)."""
    draw, offers = random.Random(seed + 1), []
    for _ in range(60):
        schema = draw_strict(draw)
        rule, wrong = spoilt(schema, draw)
        offers += [("valid", schema, canonical(instance_of(schema, draw)), True)]
        offers += [(rule, schema, wrong, False)]
    draw.shuffle(offers)  # so that counting calls tells nothing
    results = []
    for case, schema, text, good in offers:
        passed = await subject.call("decoder.accepts", returns=bool, schema=schema, text=text)
        results.append((f"{case}: {text[:80]}", good, passed))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7b", level=Level.SENIOR, at_least=1.0)
def valid_replies_pass_the_mask(masked: list[tuple[str, bool, bool]]) -> Measured:
    """The mask lets every valid reply through, in its canonical form, bounds included."""
    results = [(case, passed) for case, good, passed in masked if good]
    return share_of(results, expected="let through", mode="over-constrained")


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7c", level=Level.SENIOR, at_least=1.0)
def invalid_replies_do_not(masked: list[tuple[str, bool, bool]]) -> Measured:
    """The mask stops every invalid reply: bounds, patterns, dates, lost and unknown keys."""
    results = [(case, not passed) for case, good, passed in masked if not good]
    return share_of(results, expected="stopped", mode="under-constrained")


RUNS = ('":', '":"', '":null', '":[{"', '":{"', '","', "null", "true", "false")
UNKNOWN: Sequence[Json] = (
    {"type": "integer", "multipleOf": 5},
    {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True},
    {"type": "array", "items": {"type": "boolean"}, "contains": {"const": True}},
    {"type": "array"},
    {"type": "string", "format": "email"},
    {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
    {"type": "string", "contentEncoding": "base64"},
    {"type": "number", "minimum": 0},
    {"type": "string", "not": {"const": "x"}},
    {"oneOf": [{"type": "null"}, {"type": "boolean"}]},
    {"allOf": [{"type": "boolean"}]},
    {"$ref": "#/$defs/nowhere"},
    {"$ref": "#"},
    {"type": "object", "properties": {}, "required": []},
    {"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties": False},
    {},
)


@fact()
async def grammars(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Offer schemas that nobody can enforce, and look at the masks along sound replies."""
    draw, results = random.Random(f"{seed}/grammars"), []
    for number in range(40):
        schema = draw_strict(draw)
        text = canonical(instance_of(schema, draw))
        at = draw.choice([m.start() for m in re.finditer(r'":|","|null|true|false', text)] or [1])
        allowed = await subject.call(
            "decoder.allowed", returns=list[str], schema=schema, prefix=text[:at]
        )
        runs = {run for run in RUNS if text.startswith(run, at)} | {text[at]}
        held = runs <= set(allowed) and allowed == sorted(allowed)
        results.append((f"{number}: after {text[:at]}", held))
    for sub in draw.sample(UNKNOWN, len(UNKNOWN)):
        schema = closed_object({"ok": {"type": "boolean"}, "odd": sub})
        outcome = await subject.attempt("decoder.accepts", schema=schema, text="{}")
        refused = isinstance(outcome, Raised) and "UnsupportedSchemaError" in outcome.types
        results.append((str(sub), refused))
    return results


# Reference, seeds 7, 301 and 302: 1 each time. A guarantee, so no margin.
@criterion("P02.7e", level=Level.SENIOR, at_least=1.0)
def what_is_not_enforced_is_refused(grammars: list[tuple[str, bool]]) -> Measured:
    """A schema that cannot be enforced is refused; a mask holds every token, in order.

    Runs of characters too, not single ones alone. A keyword that is ignored is an invalid reply
    that nobody looks at again.
    """
    return share_of(grammars, expected="UnsupportedSchemaError, or the whole mask", mode="mask")


@fact()
async def decoded_contract(
    subject: Subject, seed: int, sent_schema: tuple[Json, Json]
) -> list[tuple[str, bool]]:
    """Let the decoder write extractions, and look at what comes first in each request."""
    texts = await subject.call(
        "decoder.samples", returns=list[str], schema=sent_schema[0], seed=seed, count=200
    )
    fits = validator(sent_schema[0])
    return [
        (text[:80], _is_valid(fits, text) and _quotes_first(json.loads(text))) for text in texts
    ]


def _quotes_first(payload: Json) -> bool:
    return all(list(request).index("quote") < list(request).index("kind")
               for request in payload["requests"])  # fmt: skip


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7d", level=Level.SENIOR, at_least=1.0)
def evidence_comes_before_the_verdict(decoded_contract: list[tuple[str, bool]]) -> Measured:
    """Decoded extractions are valid, and each quotes the mail before it says what kind it is."""
    return share_of(decoded_contract, expected="quote, then kind", mode="order")
