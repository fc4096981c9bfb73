"""Payloads of version 1, and whatever else the schema of version 2 allows."""

import copy
import json
import random

from shared.criteria import Level, Measured, Raised, Returned, Subject, criterion, fact

from .cases import draw_cases
from .results import HONEST, Json, share_of


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
            names = draw.sample(sorted(LOST), draw.randrange(1, 4))
            lost = {name: LOST[name] for name in names}
            outcome = await subject.attempt("contracts.read", payload={**old, **lost})
            named = (
                isinstance(outcome, Raised)
                and bool(HONEST & set(outcome.types))
                and all(name in outcome.message for name in names)
            )
            results.append((f"{case.id} with {', '.join(names)}", named))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.8a", level=Level.ROBUST, at_least=1.0)
def version_1_is_read_as_version_2(upcast: list[tuple[str, bool]]) -> Measured:
    """Old payloads become new ones to the cent, and what has no place is refused, not dropped."""
    return share_of(upcast, expected="version 2", mode="upcast")


@fact()
async def round_trips(
    subject: Subject, seed: int, sent_schema: tuple[Json, Json]
) -> list[tuple[str, bool]]:
    """Read payloads that hypothesis draws from the schema, as odd as they come."""
    from .drawing import drawn_from  # noqa: PLC0415 (hypothesis is slow to import)

    results = []
    for number, payload in enumerate(drawn_from(sent_schema[0], seed, 100)):
        outcome = await subject.attempt("contracts.read", payload=payload)
        same = isinstance(outcome, Returned) and outcome.value == payload
        results.append((f"{number}: {json.dumps(payload)[:80]}", same))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P02.8b", level=Level.ROBUST, at_least=1.0)
def whatever_fits_the_schema_is_read(round_trips: list[tuple[str, bool]]) -> Measured:
    """Whatever the schema allows comes back unchanged: the models are no stricter than it is."""
    return share_of(round_trips, expected="the payload itself", mode="round trip")
