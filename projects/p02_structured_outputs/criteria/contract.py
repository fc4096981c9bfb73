"""The contract: closed to what it does not know, and returned exactly as it was said."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

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
from .results import HONEST, Json, Row, came, first_difference, share_of
from .schemas import subschemas

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
async def closed_doors(subject: Subject, seed: int) -> list[Row]:
    """Give every object an unknown key, lose a key, and change the type of every kind of field."""
    draw = random.Random(seed)
    results: list[Row] = []
    for case in draw_cases(seed, 25):
        for name, payload in _broken(case.payload, draw):
            outcome = await subject.attempt("parsing.parse_extraction", reply=json.dumps(payload))
            refused = isinstance(outcome, Raised) and bool(HONEST & set(outcome.types))
            results.append((f"{case.id} {name}", refused, "refused", came(outcome)))
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
def the_boundary_is_closed(closed_doors: list[Row]) -> Measured:
    """Unknown keys, missing keys and other types are refused.

    Make every boundary model strict, closed and frozen; look at dates and money in particular.
    """
    return share_of(closed_doors, expected="refused", mode="let through")


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


@fact()
async def read_back(subject: Subject, seed: int) -> list[Row]:
    """Read sound replies and compare what comes back, to the last digit of the money."""
    results: list[Row] = []
    for case in draw_cases(seed, 100):
        reply = json.dumps(case.payload, ensure_ascii=False)
        outcome = await subject.attempt("parsing.parse_extraction", reply=reply)
        same = isinstance(outcome, Returned) and outcome.value == case.payload
        told = ("", "") if same else first_difference(case.payload, outcome)
        results.append((case.id, same, *told))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.2", level=Level.WORKS, at_least=1.0)
def sound_replies_come_back_exactly(read_back: list[Row]) -> Measured:
    """A sound reply comes back as exactly what it says, money as decimals.

    That the parser's type is exactly ``T`` is checked by mypy, over tests/test_types.py.
    """
    return share_of(read_back, expected="the payload itself", mode="changed")
