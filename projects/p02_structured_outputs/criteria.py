"""What is measured about a learner's extractor, on cases drawn from the seed.

Every mail comes from a world of its own seed, so no answer can be prepared. Thresholds are those of
the brief, or the reference's value on the seeds 101 to 105 less a margin; both stand beside them.
Where a criterion is a guarantee (nothing silently wrong, nothing invalid), there is no margin.
"""

import asyncio
import copy
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, JsonValue
from pydantic_core import from_json

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ModelHandle,
    Raised,
    Returned,
    Subject,
    amount,
    criterion,
    fact,
    mean,
    paired_gain,
    share,
)
from shared.world.model import Email
from shared.world.world import draw as draw_world

Json: TypeAlias = dict[str, Any]
HONEST = {"UnreadableReplyError", "ContractError"}


# ── Cases: mails of a fresh world, and the payloads that are their truth ──────────────────────────


@dataclass(frozen=True)
class Case:
    """A mail and the payload that a careful reader would write."""

    id: str
    mail: str
    payload: Json


def draw_cases(seed: int, count: int) -> list[Case]:
    """Draw mails with their truth in the form of version 2."""
    return [
        Case(email.id, email.text, payload_of(email))
        for email in draw_world(seed).draw_emails(count)
    ]


def payload_of(email: Email) -> Json:
    """Write a mail's truth as a payload."""
    truth = email.truth.model_dump(mode="json")
    return {
        "version": "2",
        "language": truth["language"],
        "customer_name": truth["customer_name"],
        "requests": [_request(email, at, request) for at, request in enumerate(truth["requests"])],
    }


def _request(email: Email, at: int, truth: Json) -> Json:
    places = [m.start for m in email.mentions if m.field.startswith(f"requests.{at}.")]
    own = ("shipping", "wanted_by")
    after = ("order_id", "ordered_on", "delivered_on", "reason", "resolution")
    return {
        "quote": sentence_at(email.body, min(places)),
        "kind": truth["kind"],
        "items": [
            {name: item[name] for name in ("product", "sku", "quantity", "unit_price")}
            for item in truth["items"]
        ],
        "currency": truth["currency"],
        "total": truth["total"],
        **{name: truth[name] for name in (own if truth["kind"] == "order" else after)},
    }


def sentence_at(text: str, place: int) -> str:
    """Return the sentence or line around a place."""
    breaks = [0, *(m.end() for m in re.finditer(r"[.!?:]\s+|\n+", text)), len(text)]
    start = max(at for at in breaks if at <= place)
    end = min(at for at in breaks if at > place)
    return text[start:end].strip()


def objects_in(value: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """Visit every object, outermost first."""
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    for item in inner:
        yield from objects_in(item)


# ── 1. The contract ─────────────────────────────────────────────────────────────────────────────

WRONG_TYPES: Mapping[str, Callable[[Any], JsonValue]] = {
    "quantity": lambda value: float(value) if value is not None else True,
    "unit_price": lambda value: float(value or 1.5),
    "total": lambda value: float(value or 2.5),
    "shipping": lambda value: [value],
    "ordered_on": lambda _: "1706745600",
    "delivered_on": lambda _: 20_000,
    "wanted_by": lambda _: "2026-02-30",
    "kind": lambda value: [value],
    "quote": lambda _: 7,
    "items": lambda _: None,
    "currency": lambda _: "XXX",
    "customer_name": lambda _: 1,
    "order_id": lambda _: 4711,
    "reason": lambda _: "other",
    "requests": lambda _: [],
}


@fact()
async def closed_doors(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Give every object an unknown key, lose a key, and change the type of every kind of field."""
    draw = random.Random(seed)
    results = []
    for case in draw_cases(seed, 25):
        for name, payload in _broken(case.payload, draw):
            outcome = await subject.attempt("parsing.parse_extraction", reply=json.dumps(payload))
            refused = isinstance(outcome, Raised) and bool(HONEST & set(outcome.types))
            results.append((f"{case.id} {name}", refused))
    return results


def _broken(payload: Json, draw: random.Random) -> Iterator[tuple[str, Json]]:
    for index, _ in enumerate(objects_in(payload)):
        wider, narrower = copy.deepcopy(payload), copy.deepcopy(payload)
        list(objects_in(wider))[index]["note"] = draw.choice(["n/a", None, 0])
        yield f"object {index} with an unknown key", wider
        lost = draw.choice(sorted(list(objects_in(narrower))[index]))
        del list(objects_in(narrower))[index][lost]
        yield f"object {index} without {lost}", narrower
    for name, change in WRONG_TYPES.items():
        wrong = copy.deepcopy(payload)
        holders = [holder for holder in objects_in(wrong) if name in holder]
        if holders:
            holder = draw.choice(holders)
            holder[name] = change(holder[name])
            yield f"{name} of another type", wrong


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.1a", level=Level.WORKS, at_least=1.0)
def the_boundary_is_closed(closed_doors: list[tuple[str, bool]]) -> Measured:
    """Unknown keys, missing keys and other types are refused.

    Make every boundary model strict, closed and frozen; look at dates and money in particular.
    """
    return _share(closed_doors, expected="refused", mode="let through")


@fact()
async def sent_schema(subject: Subject) -> tuple[Json, Json]:
    """Fetch the schema that is sent, and the one that is committed."""
    sent = await subject.call("schemas.wire_schema", returns=dict[str, Any])
    return sent, await subject.call("schemas.committed_schema", returns=dict[str, Any])


# Reference, seeds 101 to 105: 0 each time. A guarantee, so no margin.
@criterion("P02.1b", level=Level.WORKS, at_most=0)
def the_schema_fits_the_engine(sent_schema: tuple[Json, Json]) -> Measured:
    """The schema sent is the one committed, and a strict engine takes every keyword in it."""
    sent, committed = sent_schema
    faults = list(engine_faults(sent))
    if sent != committed:
        faults.append("schemas/extraction.v2.json: is not what is generated")
    if not {"version", "requests"} <= set(sent.get("properties", {})):
        faults.append("/properties: version and requests are missing")
    failures = [Failure(case=fault.partition(":")[0], actual=fault) for fault in faults]
    return amount(len(faults), n=sum(1 for _ in subschemas(sent, "")), failures=failures)


KEYWORDS = frozenset(
    "$defs $ref additionalProperties anyOf const description enum exclusiveMaximum "  # noqa: SIM905
    "exclusiveMinimum format items maximum maxItems minimum minItems multipleOf pattern properties "
    "required title type".split()
)


def engine_faults(schema: Json) -> Iterator[str]:
    """Lint a schema, apart from the learner's linter."""
    if schema.get("type") != "object":
        yield ": the root is no object"
    for pointer, sub in subschemas(schema, ""):
        if unknown := set(sub) - KEYWORDS:
            yield f"{pointer}: {', '.join(sorted(unknown))}"
        if sub.get("type") == "object" and (
            sub.get("additionalProperties") is not False
            or set(sub.get("properties", {})) != set(sub.get("required", []))
        ):
            yield f"{pointer}: open, or with optional keys"


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


def draw_schema(draw: random.Random, depth: int = 2) -> Json:
    """Draw a strict object schema, its keys in a drawn order."""
    names = draw.sample(
        ["sku", "note", "count", "state", "tags", "when", "price", "parts", "ok", "who"],
        draw.randint(3, 5),
    )
    properties = {name: _draw_property(draw, depth) for name in names}
    return {
        "type": "object",
        "properties": properties,
        "required": names,
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
}


@fact()
async def linted(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Lint sound schemas, and schemas with one fault at a known place."""
    draw, results = random.Random(seed), []
    for number in range(8):
        for name, (wanted, damage) in LINT_DAMAGE.items():
            schema = draw_schema(draw)
            clean = await subject.call("schemas.lint", returns=list[Problem], schema=schema)
            results.append((f"sound schema {number}", not clean))
            pointer = _pick(draw, schema, wanted)
            if pointer is None:
                continue
            damage(_at(schema, pointer))
            found = await subject.call("schemas.lint", returns=list[Problem], schema=schema)
            seen = bool(found) and {problem.path for problem in found} == {pointer}
            results.append((f"{name} at {pointer or 'the root'}", seen))
    return results


class Problem(BaseModel):
    """A problem as it crosses the boundary."""

    path: str
    reason: str


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.1c", level=Level.WORKS, at_least=1.0)
def the_linter_finds_faults(linted: list[tuple[str, bool]]) -> Measured:
    """The linter names the place of each fault, and passes sound schemas."""
    return _share(linted, expected="exactly this place", mode="linter")


def _remove_key(schema: Json) -> None:
    name = schema["required"].pop(0)
    del schema["properties"][name]


def _add_key(schema: Json, *, required: bool) -> None:
    schema["properties"]["added"] = {"type": "boolean"}
    if required:
        schema["required"].append("added")


def _reorder(schema: Json) -> None:
    schema["properties"] = dict(reversed(schema["properties"].items()))


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
async def compared(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Compare schemas before and after one edit, breaking or not."""
    draw, results = random.Random(seed + 1), []
    edits = [(True, edit) for edit in BREAKING.items()]
    edits += [(False, edit) for edit in COMPATIBLE.items()]
    for breaks, (name, (wanted, edit)) in edits * 4:
        old = draw_schema(draw)
        while (pointer := _pick(draw, old, wanted)) is None:
            old = draw_schema(draw)
        new = copy.deepcopy(old)
        edit(_at(new, pointer))
        found = await subject.call(
            "schemas.breaking_changes", returns=list[Problem], old=old, new=new
        )
        near = not breaks or all(problem.path.startswith(pointer) for problem in found)
        results.append((f"{name} at {pointer or 'the root'}", bool(found) == breaks and near))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.1d", level=Level.WORKS, at_least=1.0)
def breaking_changes_are_told(compared: list[tuple[str, bool]]) -> Measured:
    """A change that refuses old payloads is told from one that does not."""
    return _share(compared, expected="breaking or not, at its place", mode="comparison")


def _share(results: Sequence[tuple[str, bool]], *, expected: str, mode: str) -> Measured:
    failures = [Failure(case=case, expected=expected, mode=mode) for case, ok in results if not ok]
    return share((ok for _, ok in results), failures=failures)


# ── 2. Exactly what was said ────────────────────────────────────────────────────────────────────


@fact()
async def read_back(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Read sound replies and compare what comes back, to the last digit of the money."""
    results = []
    for case in draw_cases(seed, 100):
        reply = json.dumps(case.payload, ensure_ascii=False)
        outcome = await subject.attempt("parsing.parse_extraction", reply=reply)
        same = isinstance(outcome, Returned) and outcome.value == case.payload
        results.append((case.id, same))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.2", level=Level.WORKS, at_least=1.0)
def sound_replies_come_back_exactly(read_back: list[tuple[str, bool]]) -> Measured:
    """A sound reply comes back as exactly what it says, money as decimals.

    That the parser's type is exactly ``T`` is checked by mypy, over tests/test_types.py.
    """
    return _share(read_back, expected="the payload itself", mode="changed")


# ── 3. Damaged replies ──────────────────────────────────────────────────────────────────────────

HOSTILE = (
    "size 5}, ] and more", "it's 'quoted', ok?", 'he said "no, ]"', "back\\slash and \\n",
    "```json", "{'a': None,}", "NaN, Infinity", "two\nlines\tand tabs", "ação, não é “assim” 😀",
    "// no comment /* really */", "\ufeff in the middle", '"quantity": "2"',
)  # fmt: skip
PROSE = (
    ("Sure! Here is the extraction you asked for:\n\n", "\n\nLet me know if you need more."),
    ("Claro, segue o JSON:\n", ""),
    ("The customer's mail, read carefully [1], says:\n", "\n[1] as of today"),
)


@dataclass(frozen=True)
class Damaged:
    """A reply, and what it must become: the payload, or a refusal."""

    kind: str
    reply: str
    truth: Json | None


def write(value: JsonValue, quote: str = '"', comma: str = "", *, words: bool = False) -> str:
    """Write JSON with another quote, a comma after each last member, or Python's words."""
    match value:
        case dict():
            inner = [
                f"{write(k, quote)}: {write(v, quote, comma, words=words)}"
                for k, v in value.items()
            ]
            return "{" + ", ".join(inner) + (comma if inner else "") + "}"
        case list():
            inner = [write(item, quote, comma, words=words) for item in value]
            return "[" + ", ".join(inner) + (comma if inner else "") + "]"
        case str() if quote == "'":
            plain = json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"')
            return "'" + plain.replace("'", "\\'") + "'"
        case _ if words and (value is None or isinstance(value, bool)):
            return repr(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _hostile(payload: Json, draw: random.Random) -> Json:
    """Put text that looks like syntax into the words of the customer."""
    changed = copy.deepcopy(payload)
    for request in changed["requests"]:
        request["quote"] += " " + draw.choice(HOSTILE)
        request["items"].append(dict.fromkeys(("product", "sku", "quantity", "unit_price")))
        for item in request["items"]:
            item["quantity"] = item["quantity"] or draw.randint(1, 9)
    return changed


def _fenced(payload: Json, draw: random.Random) -> str:
    mark = draw.choice(["```json\n", "```\n", "``` JSON\n"])
    return f"{mark}{json.dumps(payload, indent=draw.choice([None, 2]))}\n```"


def _in_prose(payload: Json, draw: random.Random) -> str:
    before, after = draw.choice(PROSE)
    return before + json.dumps(payload, ensure_ascii=draw.random() < 0.5) + after


def _numeric_text(payload: Json, draw: random.Random) -> str:
    changed = copy.deepcopy(payload)
    item = draw.choice([item for request in changed["requests"] for item in request["items"]])
    item["quantity"] = str(item["quantity"])
    return json.dumps(changed)


def _wrong_case(payload: Json, draw: random.Random) -> str:
    changed = copy.deepcopy(payload)
    request = draw.choice(changed["requests"])
    names = [n for n in ("kind", "currency", "reason", "resolution") if request.get(n)]
    name = draw.choice(names)
    old = request[name]
    request[name] = draw.choice([f for f in (old.upper(), old.title(), old.lower()) if f != old])
    return json.dumps(changed)


def _not_a_number(payload: Json, draw: random.Random) -> str:
    mark = "@@quantity@@"
    changed = copy.deepcopy(payload)
    draw.choice([i for request in changed["requests"] for i in request["items"]])["quantity"] = mark
    return json.dumps(changed).replace(f'"{mark}"', draw.choice(["NaN", "Infinity", "-Infinity"]))


def _twice(payload: Json, draw: random.Random) -> str:
    """Give one key of one object twice, with another value."""
    changed = copy.deepcopy(payload)
    holder = draw.choice(list(objects_in(changed)))
    name = draw.choice(sorted(holder))
    holder["@@twice@@"] = draw.choice([v for v in (None, "other", 1) if v != holder[name]])
    return json.dumps(changed).replace('"@@twice@@"', json.dumps(name))


def _extra(payload: Json, draw: random.Random) -> str:
    changed = copy.deepcopy(payload)
    draw.choice(list(objects_in(changed)))["confidence"] = draw.choice([0.9, "high", None])
    return json.dumps(changed)


def _cut(payload: Json, draw: random.Random) -> str:
    """Cut inside the list of requests, now and then right after a complete one."""
    two = {**payload, "requests": [*payload["requests"], *payload["requests"]]}
    text = json.dumps(two)
    start = text.index("[") + 1
    first = start + len(json.dumps(payload["requests"][0]))
    at = first if draw.random() < 0.3 else draw.randint(start, len(text) - 2)
    return draw.choice(["", "```json\n"]) + text[:at]


def _two(payload: Json, draw: random.Random) -> str:
    other = copy.deepcopy(payload)
    other["customer_name"] = draw.choice(["Ana", None])
    between = draw.choice(["\n", ", ", "\n\nOr, alternatively:\n", ""])
    return json.dumps(payload) + between + json.dumps(other)


RECOVERABLE: Mapping[str, Callable[[Json, random.Random], str]] = {
    "fences": _fenced,
    "prose": _in_prose,
    "trailing comma": lambda payload, draw: write(payload, comma=draw.choice([",", " ,", ",\n"])),
    "single quotes": lambda payload, draw: write(payload, "'", words=draw.random() < 0.5),
    "byte order mark": lambda payload, _: "\ufeff" + json.dumps(payload),
    "numeric text": _numeric_text,
    "wrong case": _wrong_case,
}
REFUSABLE: Mapping[str, Callable[[Json, random.Random], str]] = {
    "not a number": _not_a_number,
    "key given twice": _twice,
    "unknown key": _extra,
    "cut short": _cut,
    "two objects": _two,
}


@fact()
async def damaged(subject: Subject, seed: int) -> list[tuple[Damaged, Returned | Raised]]:
    """Send replies damaged in twelve ways, two hundred of each."""
    draw, results = random.Random(seed), []
    cases = draw_cases(seed, 200)
    for kind, damage in {**RECOVERABLE, **REFUSABLE}.items():
        for case in cases:
            truth = _hostile(case.payload, draw)
            reply = Damaged(kind, damage(truth, draw), truth if kind in RECOVERABLE else None)
            outcome = await subject.attempt("parsing.parse_extraction", reply=reply.reply)
            results.append((reply, outcome))
    return results


Fuzzed: TypeAlias = list[tuple[Damaged, Returned | Raised]]


# Reference, seeds 101 to 105: 1 each time. The brief asks for .99.
@criterion("P02.3a", level=Level.ROBUST, at_least=0.99, requires=("P02.2",))
def recoverable_replies_are_read(damaged: Fuzzed) -> Measured:
    """Replies with one possible reading are read: fences, prose, commas, quotes, case.

    Read from left to right; searching and replacing damages what the customer wrote.
    """
    results = [
        (
            f"{reply.kind}: {reply.reply[:80]}",
            isinstance(got, Returned) and got.value == reply.truth,
        )
        for reply, got in damaged
        if reply.truth is not None
    ]
    return _share(results, expected="the payload", mode="not read")


# Reference, seeds 101 to 105: 0 each time. A guarantee, so no margin.
@criterion("P02.3b", level=Level.ROBUST, at_most=0, requires=("P02.2",))
def nothing_wrong_is_passed_on(damaged: Fuzzed) -> Measured:
    """No damaged reply becomes a value that its writer did not mean.

    A key given twice, a list that was cut, a second object: refuse, never repair.
    """
    wrong = [
        Failure(case=reply.kind, expected="refused", actual=str(got.value)[:80], mode="silent")
        for reply, got in damaged
        if isinstance(got, Returned) and got.value != reply.truth
    ]
    return amount(len(wrong), n=len(damaged), failures=wrong)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.3c", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def refusals_have_a_name(damaged: Fuzzed) -> Measured:
    """What cannot be read is refused with an error of the contract, never with a crash."""
    results = [
        (f"{reply.kind}: {got.types[0]}", bool(HONEST & set(got.types)))
        for reply, got in damaged
        if isinstance(got, Raised)
    ]
    return _share(results, expected=" or ".join(sorted(HONEST)), mode="crash")


# ── 4. Outcomes ─────────────────────────────────────────────────────────────────────────────────

VIOLATING = ModelHandle(drill={"schema_violation": 0.3})
REFUSING = ModelHandle(drill={"refusal": 0.3})
CUTTING = ModelHandle(drill={"truncation": 0.3})
HOPELESS: Mapping[str, ModelHandle] = {
    "refused": ModelHandle(drill={"refusal": 1.0}),
    "truncated": ModelHandle(drill={"truncation": 1.0}),
    "schema_violation": ModelHandle(drill={"missing_key": 1.0}),
}
MOST_CALLS = 3
LONGEST_REASK = 1_000
SHORT_WORD = 8
AT_ONCE = 8


class OutcomeWire(BaseModel):
    """An outcome as it crosses the boundary."""

    kind: Literal["extracted", "refused", "truncated", "schema_violation"]
    calls: int
    extraction: Json | None = None
    doubts: tuple[Problem, ...] = ()


class Asked(BaseModel):
    """One call of the simulator's ledger, taken apart."""

    system: str
    turns: tuple[tuple[str, str], ...]
    max_tokens: int
    fault: str


@dataclass(frozen=True)
class Run:
    """Mails, their outcomes, and what the model was asked for each."""

    cases: Sequence[Case]
    outcomes: Sequence[OutcomeWire]
    asked: Sequence[Sequence[Asked]]

    def rows(self) -> Iterator[tuple[Case, OutcomeWire, Sequence[Asked]]]:
        """Go through them together."""
        return zip(self.cases, self.outcomes, self.asked, strict=True)


async def run(subject: Subject, cases: Sequence[Case], model: ModelHandle) -> Run:
    """Extract from every mail, a few at once, and read the ledger."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> OutcomeWire:
        async with slots:
            return await subject.call(
                "extraction.extract", returns=OutcomeWire, mail=case.mail, model=model
            )

    outcomes = await asyncio.gather(*map(one, cases))
    asked = [_taken_apart(call.request, call.fault) for call in await subject.calls(model)]
    return Run(cases, outcomes, [[a for a in asked if _is_about(a, case)] for case in cases])


def _taken_apart(request: Mapping[str, Any], fault: str) -> Asked:
    messages = [(str(m["role"]), _text(m.get("content"))) for m in request.get("messages", [])]
    budget = request.get("max_tokens") or request.get("max_completion_tokens") or 0
    return Asked(
        system=next((text for role, text in messages if role == "system"), ""),
        turns=tuple((role, text) for role, text in messages if role != "system"),
        max_tokens=budget,
        fault=fault,
    )


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def _is_about(asked: Asked, case: Case) -> bool:
    return any(case.mail in text for _, text in asked.turns)


@fact(timeout_s=120)
async def violating(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies break the schema."""
    return await run(subject, draw_cases(seed, 300), VIOLATING)


# Reference, seeds 101 to 105, 400 mails each: .995, 1, 1, 1, .998. The brief asks for .99.
@criterion("P02.4a", level=Level.ROBUST, at_least=0.99, requires=("P02.2",))
def answers_end_valid(violating: Run) -> Measured:
    """Under 30 % violations, at least 99 in 100 mails end with a valid extraction.

    A re-ask may break something else: keep what was already right.
    """
    results = [(case.id, out.kind == "extracted") for case, out, _ in violating.rows()]
    return _share(results, expected="extracted", mode="invalid in the end")


# Reference, seeds 101 to 105: 1.24, 1.24, 1.27, 1.26, 1.26. The brief allows 1.5.
@criterion("P02.4b", level=Level.ROBUST, at_most=1.5, requires=("P02.2",))
def calls_stay_few(violating: Run) -> Measured:
    """Under 30 % violations, a mail takes at most 1.5 calls on average, by the model's ledger."""
    return mean([len(asked) for _, _, asked in violating.rows()], unit="calls")


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4c", level=Level.ROBUST, at_least=1.0, requires=("P02.4a",))
def reasks_name_places_only(violating: Run) -> Measured:
    """A re-ask tells the model where it was wrong, not what anybody wrote.

    The last turn holds paths and reasons; no name, number or sentence of the customer.
    """
    results = [
        (case.id, _tells_places_only(a.turns[-1][1], case))
        for case, _, asked in violating.rows()
        for a in asked
        if len(a.turns) > 1
    ]
    return _share(results, expected="paths and reasons", mode="re-ask")


def _tells_places_only(told: str, case: Case) -> bool:
    names = {name for holder in objects_in(case.payload) for name in holder}
    names |= {"notes", "comment", "confidence", "explanation", "answer", "reply"}
    written = [str(value) for _, value in leaves(case.payload) if "_" not in str(value)]
    leaked = [text for text in written if len(text) > SHORT_WORD and text in told]
    return any(name in told for name in names) and not leaked and len(told) < LONGEST_REASK


@fact(timeout_s=60)
async def refusing(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies are refusals."""
    return await run(subject, draw_cases(seed + 1, 60), REFUSING)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4d", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def refusals_are_final(refusing: Run) -> Measured:
    """A refusal ends the matter: it is an outcome of its own, and nobody asks again."""
    results = [
        (case.id, out.kind == "refused" and asked[-1].fault == "refusal")
        for case, out, asked in refusing.rows()
        if any(a.fault == "refusal" for a in asked)
    ]
    return _share(results, expected="refused, and no call after it", mode="asked again")


@fact(timeout_s=60)
async def cutting(subject: Subject, seed: int) -> Run:
    """Read mails while three in ten replies are cut off."""
    return await run(subject, draw_cases(seed + 2, 60), CUTTING)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4e", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def cut_replies_get_room(cutting: Run) -> Measured:
    """After a reply that was cut off, the same is asked with a larger budget.

    What was cut is not shown back to the model, and not repaired.
    """
    results = [
        (case.id, after.max_tokens > before.max_tokens and after.turns == before.turns)
        for case, _, asked in cutting.rows()
        for before, after in pairwise(asked)
        if before.fault == "truncation"
    ]
    return _share(results, expected="a larger budget", mode="no more room")


@fact(timeout_s=60)
async def hopeless(subject: Subject, seed: int) -> Mapping[str, Run]:
    """Read mails with a model that always refuses, is always cut off, or never keeps a schema."""
    cases = draw_cases(seed + 3, 8)
    return {kind: await run(subject, cases, model) for kind, model in HOPELESS.items()}


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.4f", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def outcomes_are_kept_apart(hopeless: Mapping[str, Run]) -> Measured:
    """Refused, cut off and invalid end as three outcomes, each as what it was."""
    results = [
        (f"{case.id} {kind}", out.kind in {kind} | _healed(kind))
        for kind, ran in hopeless.items()
        for case, out, _ in ran.rows()
    ]
    return _share(results, expected="its own outcome", mode="mixed up")


def _healed(kind: str) -> set[str]:
    """Name what else is right: two replies that lost different keys make one whole."""
    return {"extracted"} if kind == "schema_violation" else set()


# Reference, seeds 101 to 105: 3 each time. A guarantee, so no margin.
@criterion("P02.4g", level=Level.ROBUST, at_most=3, requires=("P02.2",))
def calls_have_a_cap(
    violating: Run, refusing: Run, cutting: Run, hopeless: Mapping[str, Run]
) -> Measured:
    """Whatever the model does, a mail takes at most three calls, by the model's ledger."""
    runs = [violating, refusing, cutting, *hopeless.values()]
    counts = [(case.id, len(asked)) for ran in runs for case, _, asked in ran.rows()]
    over = [Failure(case=case, actual=str(n)) for case, n in counts if n > MOST_CALLS]
    return amount(max(n for _, n in counts), n=len(counts), unit="calls", failures=over)


@fact(timeout_s=60)
async def undisturbed(subject: Subject, seed: int) -> Run:
    """Read mails with a model in no drill."""
    return await run(subject, draw_cases(seed + 4, 80), ModelHandle())


@fact(timeout_s=60)
async def mindless(subject: Subject, seed: int) -> Run:
    """Read the first of the same mails with the model that fills any schema at random."""
    return await run(subject, draw_cases(seed + 4, 30), ModelHandle(profile="sim-null"))


# Reference, seeds 101 to 105: .794, .777, .789, .786, .779. Margin .077 under the lowest.
@criterion("P02.4h", level=Level.ROBUST, at_least=0.7, requires=("P02.4a",))
def what_mails_say_is_found(undisturbed: Run) -> Measured:
    """Of the fields that a mail or its extraction fills, this share agrees."""
    failures = [
        Failure(case=case.id, expected=str(sorted(wrong)[:3]), mode="other than the truth")
        for case, out, _ in undisturbed.rows()
        if (wrong := _said(case.payload) ^ _said(out.extraction or {}))
    ]
    right = [fields_right(case, out) for case, out, _ in undisturbed.rows()]
    return mean(right, failures=failures)


# Reference, seeds 101 to 105: .784, .723, .734, .726, .724. Margin .123 under the lowest.
@criterion("P02.4i", level=Level.ROBUST, at_least=0.6, requires=("P02.4a",))
def the_mail_is_really_read(undisturbed: Run, mindless: Run) -> Measured:
    """The gain over a model that fills the schema at random: the answers come from the mail."""
    guessed = [fields_right(case, out) for case, out, _ in mindless.rows()]
    found = [fields_right(case, out) for case, out, _ in undisturbed.rows()]
    return paired_gain(found[: len(guessed)], guessed)


def fields_right(case: Case, outcome: OutcomeWire) -> float:
    """Share the fields that either the truth or the extraction fills and in which they agree."""
    truth, said = _said(case.payload), _said(outcome.extraction or {})
    return len(said & truth) / len({path for path, _ in said | truth})


def _said(payload: Json) -> set[tuple[str, JsonValue]]:
    """List what is filled, but for the version and the quotes, of which many would do."""
    return {
        (path, value)
        for path, value in leaves(payload)
        if path != "version" and not path.endswith("quote")
    }


def leaves(value: JsonValue, path: str = "") -> set[tuple[str, JsonValue]]:
    """List the scalars that are not null, each with its path."""
    if isinstance(value, dict):
        return {leaf for k, v in value.items() for leaf in leaves(v, f"{path}.{k}".strip("."))}
    if isinstance(value, list):
        return {leaf for at, v in enumerate(value) for leaf in leaves(v, f"{path}.{at}")}
    return set() if value is None else {(path, value)}


# ── 5. Valid and wrong ──────────────────────────────────────────────────────────────────────────

Twist: TypeAlias = Callable[[Json, Case, random.Random], object]


def _own_words(case: Case) -> str:
    return "\n".join(line for line in case.mail.splitlines() if not line.startswith(">"))


def _request_with(payload: Json, draw: random.Random, *names: str) -> Json:
    """Choose a request that has all these fields; raises ``LookupError`` where there is none."""
    return draw.choice([r for r in payload["requests"] if all(r.get(name) for name in names)])


def _item_with(payload: Json, draw: random.Random, name: str) -> Json:
    return draw.choice([i for r in payload["requests"] for i in r["items"] if i[name]])


def _new(old: str, case: Case, new: str) -> str:
    """Insist that a value is new to the mail; raises ``LookupError`` where it is not."""
    if new == old or new in case.mail.partition("\n\n")[2]:
        raise LookupError(new)
    return new


def _quote_reworded(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    words = request["quote"].split(" ")
    del words[draw.randrange(1, len(words) - 1) if len(words) > 2 else 0]
    request["quote"] = _new(request["quote"], case, " ".join(words))


def _quote_recased(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    request["quote"] = _new(request["quote"], case, request["quote"].upper())


def _quote_respaced(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "quote")
    request["quote"] = _new(request["quote"], case, request["quote"].replace(" ", "  ", 1))


def _quote_emptied(payload: Json, _: Case, draw: random.Random) -> None:
    _request_with(payload, draw, "quote")["quote"] = draw.choice(["", " ", "."])


def _order_of_others(payload: Json, case: Case, draw: random.Random) -> None:
    """Take the order number from a mail that is only quoted."""
    request = _request_with(payload, draw, "order_id")
    quoted = "\n".join(line for line in case.mail.splitlines() if line.startswith(">"))
    number = draw.choice(re.findall(r"\b[A-Z]{2}-\d{7}\b", quoted))
    if number in _own_words(case):
        raise LookupError(number)
    request["order_id"] = number


def _order_misread(payload: Json, case: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "order_id")
    number = list(request["order_id"])
    at = draw.randrange(3, len(number))
    number[at] = str((int(number[at]) + draw.randint(1, 9)) % 10)
    request["order_id"] = _new(request["order_id"], case, "".join(number))


def _money_moved(name: str, cents: Sequence[int]) -> Twist:
    def twist(payload: Json, _: Case, draw: random.Random) -> None:
        holder = draw.choice([h for h in objects_in(payload) if h.get(name)])
        whole = int(str(holder[name]).replace(".", "")) + draw.choice(cents)
        holder[name] = f"{whole // 100}.{whole % 100:02d}"

    return twist


def _days_swapped(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "ordered_on", "delivered_on")
    if request["ordered_on"] == request["delivered_on"]:
        raise LookupError("the same day")
    request["ordered_on"], request["delivered_on"] = request["delivered_on"], request["ordered_on"]


def _year_moved(name: str, years: int) -> Twist:
    def twist(payload: Json, _: Case, draw: random.Random) -> None:
        request = _request_with(payload, draw, name)
        day = request[name].replace("-02-29", "-02-28")
        request[name] = f"{int(day[:4]) + years}{day[4:]}"

    return twist


def _quantity_moved(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "quantity")
    item["quantity"] = int(_new(str(item["quantity"]), case, str(draw.randint(13, 99))))


def _sku_invented(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "sku")
    item["sku"] = _new(item["sku"], case, f"{item['sku'][:-2]}{draw.randint(10, 99)}")


def _product_invented(payload: Json, case: Case, draw: random.Random) -> None:
    item = _item_with(payload, draw, "product")
    item["product"] = _new(item["product"], case, f"{item['product']} Max")


def _currency_changed(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "currency")
    others = {"BRL", "EUR", "USD"} - {request["currency"]}
    request["currency"] = draw.choice(sorted(others))


def _currency_lost(payload: Json, _: Case, draw: random.Random) -> None:
    _request_with(payload, draw, "currency", "total")["currency"] = None


def _item_twice(payload: Json, _: Case, draw: random.Random) -> None:
    request = _request_with(payload, draw, "items")
    request["items"].append(copy.deepcopy(draw.choice(request["items"])))


def _name_invented(payload: Json, case: Case, draw: random.Random) -> None:
    names = ("Eleonora Prado", "Tobias Quirk", "Xavier Nunes", "Ottilie Vance")
    payload["customer_name"] = _new(str(payload["customer_name"]), case, draw.choice(names))


def _shipping_invented(payload: Json, _: Case, draw: random.Random) -> None:
    request = draw.choice([r for r in payload["requests"] if r["kind"] == "order"])
    if request["shipping"] or not request["currency"]:
        raise LookupError("shipping is said")
    request["shipping"] = f"{draw.randint(3, 60)}.{draw.randint(11, 99)}"


TWISTS: Mapping[str, Twist] = {
    "a word missing in the quote": _quote_reworded,
    "the quote in capitals": _quote_recased,
    "the quote with another space": _quote_respaced,
    "an empty quote": _quote_emptied,
    "an order number only quoted": _order_of_others,
    "an order number misread": _order_misread,
    "a total off by a few cents": _money_moved("total", (-2, -1, 1, 2)),
    "a price off by a few cents": _money_moved("unit_price", (-2, -1, 1, 2)),
    "a total in cents": _money_moved("total", (100_000, 500_000)),
    "days swapped": _days_swapped,
    "delivered in the future": _year_moved("delivered_on", 1),
    "wanted in the past": _year_moved("wanted_by", -1),
    "a quantity misread": _quantity_moved,
    "a SKU misread": _sku_invented,
    "a product never named": _product_invented,
    "another currency": _currency_changed,
    "amounts without a currency": _currency_lost,
    "an item twice": _item_twice,
    "a name never signed": _name_invented,
    "shipping never said": _shipping_invented,
}


@dataclass(frozen=True)
class Judged:
    """A payload, whether the schema takes it, and whether the learner's checks do."""

    case: str
    fits_schema: bool
    believed: bool


def _twisted(seed: int, count: int) -> Iterator[tuple[str, Case, Json]]:
    """Draw payloads that are valid and wrong, as many of each kind."""
    draw, kinds = random.Random(seed), list(TWISTS)
    cases = draw_cases(seed + 5, 300)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        for case in draw.sample(cases, len(cases)):
            payload = copy.deepcopy(case.payload)
            try:
                TWISTS[kind](payload, case, draw)
            except (LookupError, IndexError):
                continue
            yield kind, case, payload
            break


@fact()
async def wrong_payloads(
    subject: Subject, seed: int, sent_schema: tuple[Json, Json]
) -> list[Judged]:
    """Check a hundred payloads that keep the schema and are wrong."""
    fits = Draft202012Validator(sent_schema[0], format_checker=FormatChecker()).is_valid
    judged = []
    for kind, case, payload in _twisted(seed, 100):
        found = await subject.call(
            "validation.check", returns=list[Problem], payload=payload, mail=case.mail
        )
        judged.append(Judged(f"{case.id}: {kind}", fits(payload), not found))
    return judged


# Reference, seeds 101 to 105: 1, 1, .99, 1, 1. The brief asks for .95.
@criterion("P02.5a", level=Level.ROBUST, at_least=0.95, requires=("P02.2",))
def valid_and_wrong_is_caught(wrong_payloads: list[Judged]) -> Measured:
    """Payloads that keep the schema and contradict the mail or themselves are caught."""
    results = [(judged.case, not judged.believed) for judged in wrong_payloads]
    return _share(results, expected="a problem", mode="believed")


@fact()
async def right_payloads(subject: Subject, seed: int) -> list[Judged]:
    """Check two hundred payloads that are the truth."""
    judged = []
    cases = draw_cases(seed + 6, 1_000)
    for case in sorted(cases, key=lambda case: not _adds_up(case.payload))[:200]:
        found = await subject.call(
            "validation.check", returns=list[Problem], payload=case.payload, mail=case.mail
        )
        reasons = ", ".join(f"{problem.path} {problem.reason}" for problem in found)
        judged.append(Judged(f"{case.id}: {reasons}", fits_schema=True, believed=not found))
    return judged


def _adds_up(payload: Json) -> bool:
    """Say whether a payload has a sum that can be checked, so that those are never few."""
    return any(
        request.get("shipping") and all(item["unit_price"] for item in request["items"])
        for request in payload["requests"]
    )


# Reference, seeds 101 to 105: 0 each time. The brief allows .02.
@criterion("P02.5b", level=Level.ROBUST, at_most=0.02, requires=("P02.5a",))
def the_truth_is_believed(right_payloads: list[Judged]) -> Measured:
    """Of payloads that are right, at most 2 in 100 are doubted."""
    doubted = [judged for judged in right_payloads if not judged.believed]
    failures = [Failure(case=judged.case, mode="doubted") for judged in doubted]
    return share((not judged.believed for judged in right_payloads), failures=failures)


# Reference, seeds 101 to 105: 1, 1, .99, 1, 1, and the schema alone 0. Margin .09.
@criterion("P02.5c", level=Level.ROBUST, at_least=0.9, requires=("P02.5a",))
def schemas_do_not_catch_it(wrong_payloads: list[Judged]) -> Measured:
    """Constrained decoding does not help here: checks of meaning catch what no schema does.

    The gain in wrong payloads caught over validating against the schema, which is all that a
    constrained decoder can promise.
    """
    return paired_gain(
        [float(not judged.believed) for judged in wrong_payloads],
        [float(not judged.fits_schema) for judged in wrong_payloads],
    )


# ── 6. Partials ─────────────────────────────────────────────────────────────────────────────────


class ChangeWire(BaseModel):
    """A change as it crosses the boundary."""

    path: tuple[str | int, ...]
    op: Literal["set", "append", "close"]
    value: JsonValue = None


@dataclass(frozen=True)
class Streamed:
    """What became of one document under one way of cutting it."""

    case: str
    regressions: int
    same: bool
    lag: float


class RegressionError(Exception):
    """A change takes something back."""


def brought_forward(value: JsonValue, change: ChangeWire) -> JsonValue:
    """Apply one change; raises ``RegressionError`` where it takes something back."""
    if change.op == "close":
        return value
    if not change.path:
        if value is not None:
            raise RegressionError
        return copy.deepcopy(change.value)
    holder: Any = value
    try:
        for step in change.path[:-1]:
            holder = holder[step]
        last: Any = change.path[-1]
        known = last in holder if isinstance(holder, dict) else last < len(holder)
        if change.op == "set" and not known:
            if isinstance(holder, list):
                holder.append(copy.deepcopy(change.value))
            else:
                holder[last] = copy.deepcopy(change.value)
        elif change.op == "append" and known:
            holder[last] = _longer(holder[last], change.value)
        else:
            raise RegressionError
    except (KeyError, IndexError, TypeError):
        raise RegressionError from None
    return value


def _longer(old: JsonValue, more: JsonValue) -> str:
    if not isinstance(old, str) or not isinstance(more, str):
        raise RegressionError
    return old + more


def letters(value: JsonValue) -> int:
    """Count the characters of all texts in a value."""
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(map(letters, inner))


async def stream(subject: Subject, name: str, document: str, cuts: list[int]) -> Streamed:
    """Stream a document, replaying what the learner's reader reports after each chunk."""
    chunks = await subject.call(
        "partials.follow", returns=list[list[ChangeWire]], document=document, cuts=cuts
    )
    value: JsonValue = None
    regressions, lag, data = 0, 0, document.encode()
    ends = [*cuts, len(data)]
    for end, changes in zip(ends, chunks, strict=True):
        for change in changes:
            try:
                value = brought_forward(value, change)
            except RegressionError:
                regressions += 1
        expected = from_json(data[:end] or b"{", allow_partial="trailing-strings")
        lag = max(lag, letters(expected) - letters(value))
    return Streamed(name, regressions, value == json.loads(document), lag)


@fact()
async def streamed(subject: Subject, seed: int) -> list[Streamed]:
    """Stream documents cut at every byte, one cut at a time and all at once."""
    draw, results = random.Random(seed), []
    for case in draw_cases(seed + 7, 4):
        payload = _hostile(case.payload, draw)
        payload["requests"] = payload["requests"][:1]
        ascii_only, indent = draw.random() < 0.5, draw.choice([None, 1])
        document = json.dumps(payload, ensure_ascii=ascii_only, indent=indent)
        size = len(document.encode())
        results.append(await stream(subject, case.id, document, list(range(1, size))))
        results += [
            await stream(subject, f"{case.id} at {cut}", document, [cut]) for cut in range(1, size)
        ]
    return results


# Reference, seeds 101 to 105: 0 each time. A guarantee, so no margin.
@criterion("P02.6a", level=Level.SENIOR, at_most=0)
def partials_never_go_back(streamed: list[Streamed]) -> Measured:
    """However a stream is cut, no field is taken back, replaced or changes its type."""
    wrong = [Failure(case=s.case, actual=str(s.regressions)) for s in streamed if s.regressions]
    return amount(sum(s.regressions for s in streamed), n=len(streamed), failures=wrong)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.6b", level=Level.SENIOR, at_least=1.0)
def partials_end_as_the_whole(streamed: list[Streamed]) -> Measured:
    """However a stream is cut, its last state is what reading it at once gives."""
    return _share([(s.case, s.same) for s in streamed], expected="the whole", mode="other")


# Reference, seeds 101 to 105: 0 each time. Margin two characters: others may hold an escape back.
@criterion("P02.6c", level=Level.SENIOR, at_most=2)
def partials_are_current(streamed: list[Streamed]) -> Measured:
    """What has come is reported at once: at most two characters are held back."""
    late = [Failure(case=s.case, actual=str(s.lag)) for s in streamed if s.lag > 2]
    return amount(max(s.lag for s in streamed), n=len(streamed), failures=late)


CHUNKS = 10_000
LIMIT_S = 1.0


@fact(timeout_s=30)
async def hurried(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Stream long documents in ten thousand chunks, the best of three tries counting."""
    draw, results = random.Random(seed), []
    for number in range(2):
        rows = [case.payload for case in draw_cases(seed + 8 + number, 250)]
        document = json.dumps({"rows": rows}, ensure_ascii=False)
        size = len(document.encode())
        cuts = sorted(draw.sample(range(1, size), CHUNKS - 1))
        results.append((f"{size} bytes", await _in_time(subject, document, cuts)))
    return results


async def _in_time(subject: Subject, document: str, cuts: list[int]) -> bool:
    for _ in range(3):
        start = time.perf_counter()
        outcome = await subject.attempt("partials.follow", document=document, cuts=cuts)
        elapsed = time.perf_counter() - start
        if isinstance(outcome, Returned) and elapsed <= LIMIT_S:
            return True
    return False


# Reference, seeds 101 to 105: 1 each time, in about 0.2 s of CPU. The brief asks for a second.
@criterion("P02.6d", level=Level.SENIOR, at_least=1.0)
def partials_are_fast(hurried: list[tuple[str, bool]]) -> Measured:
    """Ten thousand chunks take less than a second: no chunk makes the reader start again."""
    return _share(hurried, expected=f"{CHUNKS} chunks in {LIMIT_S:g} s", mode="slow")


# ── 7. A constrained decoder ────────────────────────────────────────────────────────────────────

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
    properties = {name: _draw_strict_value(draw, depth) for name in names}
    return {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }


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
        case {"minimum": low, "maximum": high}:
            found = draw.choice([low, high, draw.randint(low, high)])
        case {"format": "date"}:
            found = draw.choice(["2024-02-29", "2026-12-31", "1999-01-01", "2000-02-29"])
        case {"type": "boolean"}:
            found = draw.random() < 0.5
        case _:
            found = None
    return found


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
    elif schema["type"] == "integer":
        yield "under the minimum", schema["minimum"] - 1
        yield "over the maximum", schema["maximum"] + 1
        yield "a number as text", str(schema["minimum"])
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
        fits = Draft202012Validator(schema, format_checker=FormatChecker())
        texts = await subject.call(
            "decoder.samples", returns=list[str], schema=schema, seed=seed + number, count=500
        )
        results += [(text[:100], _is_valid(fits, text)) for text in texts]
        results += [("a sample is missing", False)] * (500 - len(texts))
    return results


def _is_valid(fits: Draft202012Validator, text: str) -> bool:
    try:
        return bool(fits.is_valid(json.loads(text)))
    except ValueError:
        return False


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7a", level=Level.SENIOR, at_least=1.0)
def decoded_replies_are_valid(decoded: list[tuple[str, bool]]) -> Measured:
    """Ten thousand replies written at random under the mask all keep their schema."""
    return _share(decoded, expected="valid", mode="invalid")


@fact()
async def masked(subject: Subject, seed: int) -> list[tuple[str, bool, bool]]:
    """Offer valid and invalid replies to the masks: (case, should pass, passed)."""
    draw, results = random.Random(seed + 1), []
    for _ in range(60):
        schema = draw_strict(draw)
        right = canonical(instance_of(schema, draw))
        rule, wrong = spoilt(schema, draw)
        for case, text, good in (("valid", right, True), (rule, wrong, False)):
            passed = await subject.call("decoder.accepts", returns=bool, schema=schema, text=text)
            results.append((f"{case}: {text[:80]}", good, passed))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7b", level=Level.SENIOR, at_least=1.0)
def valid_replies_pass_the_mask(masked: list[tuple[str, bool, bool]]) -> Measured:
    """The mask lets every valid reply through, in its canonical form, bounds included."""
    results = [(case, passed) for case, good, passed in masked if good]
    return _share(results, expected="let through", mode="over-constrained")


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.7c", level=Level.SENIOR, at_least=1.0)
def invalid_replies_do_not(masked: list[tuple[str, bool, bool]]) -> Measured:
    """The mask stops every invalid reply: bounds, patterns, dates, lost and unknown keys."""
    results = [(case, not passed) for case, good, passed in masked if not good]
    return _share(results, expected="stopped", mode="under-constrained")


@fact()
async def decoded_contract(
    subject: Subject, seed: int, sent_schema: tuple[Json, Json]
) -> list[tuple[str, bool]]:
    """Let the decoder write extractions, and look at what comes first in each request."""
    texts = await subject.call(
        "decoder.samples", returns=list[str], schema=sent_schema[0], seed=seed, count=200
    )
    fits = Draft202012Validator(sent_schema[0], format_checker=FormatChecker())
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
    return _share(decoded_contract, expected="quote, then kind", mode="order")


# ── 8. Versions ─────────────────────────────────────────────────────────────────────────────────


def version_1_of(payload: Json) -> Json:
    """Write the first request of a payload as version 1 did."""
    request = payload["requests"][0]
    return {
        "version": "1",
        "language": payload["language"],
        "customer": payload["customer_name"],
        "kind": request["kind"],
        "excerpt": request["quote"],
        "order_number": request.get("order_id"),
        "items": [
            {"name": i["product"], "qty": i["quantity"], "price_cents": _cents(i["unit_price"])}
            for i in request["items"]
        ],
        "currency": request["currency"],
        "total_cents": _cents(request["total"]),
        "bought_on": request.get("ordered_on"),
        "arrived_on": request.get("delivered_on"),
        "motive": request.get("reason"),
        "asks_for": request.get("resolution"),
    }


def _cents(money: str | None) -> int | None:
    return None if money is None else int(money.replace(".", ""))


def version_2_of(payload: Json) -> Json:
    """Write what version 1 could hold of a payload as version 2 does."""
    request = copy.deepcopy(payload["requests"][0])
    for item in request["items"]:
        item["sku"] = None
    for name in ("shipping", "wanted_by"):
        if name in request:
            request[name] = None
    return {**payload, "requests": [request]}


LOST = {"order_number": "ZX-1234567", "bought_on": "2026-01-02", "motive": "damaged",
        "asks_for": "refund", "arrived_on": "2026-01-09"}  # fmt: skip


@fact()
async def upcast(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Read payloads of version 1, some of which say more than version 2 can hold."""
    draw, results = random.Random(seed), []
    for case in draw_cases(seed + 9, 150):
        old = version_1_of(case.payload)
        if draw.random() < 0.2:
            price = draw.choice([0, 1, 9, 10, 99, 100, 999_999_999])
            old["total_cents"] = price
            case.payload["requests"][0]["total"] = f"{price // 100}.{price % 100:02d}"
        outcome = await subject.attempt("contracts.read", payload=old)
        want = version_2_of(case.payload)
        results.append((case.id, isinstance(outcome, Returned) and outcome.value == want))
        if old["kind"] == "order":
            name = draw.choice(sorted(LOST))
            outcome = await subject.attempt("contracts.read", payload={**old, name: LOST[name]})
            named = isinstance(outcome, Raised) and HONEST & set(outcome.types)
            results.append((f"{case.id} with {name}", bool(named)))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.8a", level=Level.ROBUST, at_least=1.0)
def version_1_is_read_as_version_2(upcast: list[tuple[str, bool]]) -> Measured:
    """Old payloads become new ones to the cent, and what has no place is refused, not dropped."""
    return _share(upcast, expected="version 2", mode="upcast")


@fact()
async def round_trips(
    subject: Subject, seed: int, sent_schema: tuple[Json, Json]
) -> list[tuple[str, bool]]:
    """Read payloads that hypothesis draws from the schema, as odd as they come."""
    results = []
    for number, payload in enumerate(drawn_from(sent_schema[0], seed, 100)):
        outcome = await subject.attempt("contracts.read", payload=payload)
        same = isinstance(outcome, Returned) and outcome.value == payload
        results.append((f"{number}: {json.dumps(payload)[:80]}", same))
    return results


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


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.8b", level=Level.ROBUST, at_least=1.0)
def whatever_fits_the_schema_is_read(round_trips: list[tuple[str, bool]]) -> Measured:
    """Whatever the schema allows comes back unchanged: the models are no stricter than it is."""
    return _share(round_trips, expected="the payload itself", mode="round trip")
