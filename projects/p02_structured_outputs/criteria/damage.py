"""Damaged replies: what has one reading is read, everything else is refused."""

import copy
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import JsonValue

from shared.criteria import (
    Failure,
    Level,
    Measured,
    Raised,
    Returned,
    Subject,
    amount,
    criterion,
    fact,
)

from .cases import draw_cases, objects_in
from .results import HONEST, Json, share_of

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


def hostile(payload: Json, draw: random.Random) -> Json:
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


def _beside(payload: Json, draw: random.Random) -> str:
    """Write a value that is only near to one: part of a thing, a slip of the pen, a word."""
    changed = copy.deepcopy(payload)
    request = draw.choice(changed["requests"])
    item = draw.choice(request["items"])
    if draw.random() < 0.5:
        item["quantity"] = draw.choice(["2.7", "two", "1e1", "2 or 3", "-", "", "0x2", "1_0"])
    else:
        name = draw.choice([n for n in ("kind", "currency", "reason") if request.get(n)])
        old = request[name]
        request[name] = draw.choice([old[:-1], old + old[-1], old[1:], f"{old}?"])
    return json.dumps(changed)


def _no_json(payload: Json, draw: random.Random) -> str:
    """Write what no reader of JSON takes, or must not: a list around it, odd numbers, depth."""
    text = json.dumps(payload)
    odd = draw.choice(["01", "1.", ".5", "+1", "1_000", "9" * 5_000, "0b1", "undefined"])
    deep = "[" * 100_000 + "]" * 100_000
    return draw.choice(
        [
            text.replace('"version": "2"', f'"version": {odd}'),
            text.replace('"version": "2"', f'"version": {deep}'),
            text.replace('": ', '" ', 1),
            text.replace(", ", " ", 1),
            "Sorry, I cannot do that.",
            "",
        ]
    )


REFUSABLE: Mapping[str, Callable[[Json, random.Random], str]] = {
    "not a number": _not_a_number,
    "key given twice": _twice,
    "unknown key": _extra,
    "cut short": _cut,
    "two objects": _two,
    "a value beside the right one": _beside,
    "no JSON": _no_json,
}


@fact()
async def damaged(subject: Subject, seed: int) -> list[tuple[Damaged, Returned | Raised]]:
    """Send replies damaged in fourteen ways, two hundred of each."""
    draw, results = random.Random(seed), []
    cases = draw_cases(seed, 200)
    for kind, damage in {**RECOVERABLE, **REFUSABLE}.items():
        for case in cases:
            truth = hostile(case.payload, draw)
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
    return share_of(results, expected="the payload", mode="not read")


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
    return share_of(results, expected=" or ".join(sorted(HONEST)), mode="crash")
