"""1 and 9: the contract is what is served, says everything, and does not break who relies on it."""

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ServingSubject,
    amount,
    criterion,
    fact,
    share,
)

from .cases import Json
from .edits import BREAKING, COMPATIBLE
from .http import PROBLEM_JSON, Client, answered, new_key
from .service import Desk

PREVIOUS: Json = json.loads(Path(__file__).with_name("previous.json").read_text(encoding="utf-8"))
"""What the release before promised: the grader's own copy of ``openapi.previous.json``."""


@dataclass(frozen=True)
class Contracts:
    """The contract as it is served and as it is committed."""

    served: Json
    committed: Json


@fact()
@answered
async def contracts(subject: ServingSubject, desk: Desk) -> Contracts:
    """Fetch both."""
    served = (await Client(desk.path).get("/openapi.json")).json()
    return Contracts(served, await subject.call("openapi.committed", returns=dict[str, Any]))


@criterion("P13.1a", level=Level.WORKS, at_most=0)
def the_contract_is_committed(contracts: Contracts) -> Measured:
    """The contract that is served is the one that is committed, to the letter.

    Write it again with `python -m projects.p13_api_backend openapi` and look at the difference.
    """
    served, committed = contracts.served.get("paths", {}), contracts.committed.get("paths", {})
    places = sorted({*served, *committed})
    failures = [Failure(case=p) for p in places if served.get(p) != committed.get(p)]
    if not failures and contracts.served != contracts.committed:
        failures.append(Failure(case="components or info"))
    return amount(len(failures) if places else 1, n=max(1, len(places)), failures=failures)


@criterion("P13.1b", level=Level.WORKS, at_most=0)
def the_contract_says_everything(contracts: Contracts) -> Measured:
    """Every route declares its answers and its errors, and no value is just an object.

    A `dict` or `Any` in a model comes out as a schema without properties.
    """
    found = list(undeclared(contracts.served)) + list(vague(contracts.served["components"], ""))
    failures = [Failure(case=place) for place in found]
    return amount(len(failures), n=len(contracts.served["paths"]), failures=failures)


def undeclared(document: Json) -> Iterator[str]:
    """Yield routes that do not say what they answer, or how they fail."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            good = [r for s, r in responses.items() if s.startswith("2")]
            bad = {s: r for s, r in responses.items() if not s.startswith("2")}
            if not good or not all(has_schema(r) for r in good):
                yield f"{method} {path}: no schema for success"
            if path.startswith("/v1") and not {"401", "422", "429", "503"} <= bad.keys():
                yield f"{method} {path}: only {sorted(bad)} as errors"
            for status, response in bad.items():
                if list(response.get("content", {})) != [PROBLEM_JSON]:
                    yield f"{method} {path}: {status} is no problem"


def has_schema(response: Json) -> bool:
    """Say whether a response has a body that is described."""
    contents = list(response.get("content", {}).values())
    return bool(contents) and all(c.get("schema") or c.get("itemSchema") for c in contents)


def vague(schema: object, place: str) -> Iterator[str]:
    """Yield the places of schemas that allow anything."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from vague(item, f"{place}/{number}")
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and "properties" not in schema:
        yield place
    for name, sub in schema.get("properties", {}).items():
        if isinstance(sub, dict) and not {"type", "$ref", "anyOf", "oneOf", "const", "enum"} & {
            *sub
        }:
            yield f"{place}/{name}"
    for name, value in schema.items():
        yield from vague(value, f"{place}/{name}")


@dataclass(frozen=True)
class Verdict:
    """What was said about one change."""

    change: str
    breaks: bool
    said: tuple[str, ...]


@fact(timeout_s=90)
@answered
async def verdicts(subject: ServingSubject, seed: int) -> list[Verdict]:
    """Change the contract in ways that break clients and in ways that do not."""
    committed = await subject.call("openapi.committed", returns=dict[str, Any])
    draw, found = random.Random(seed), []
    edits = [(edit, True) for edit in BREAKING * 3] + [(edit, False) for edit in COMPATIBLE * 4]
    random.Random(f"{seed}/verdicts").shuffle(edits)  # so that counting calls tells nothing
    for edit, breaks in edits:
        new = copy.deepcopy(committed)
        where = edit(new, draw)
        said = await subject.call(
            "openapi.breaking_changes", returns=list[str], old=committed, new=new
        )
        found.append(Verdict(f"{edit.__name__} {where}", breaks, tuple(said)))
    return found


@criterion("P13.1c", level=Level.WORKS, at_least=1.0)
def breaking_changes_are_found(verdicts: list[Verdict]) -> Measured:
    """Changes of the contract that are told apart: those that break a client, those that do not.

    Requests may only become wider, responses only narrower: the same comparison, turned round.
    """
    failures = [
        Failure(
            case=v.change, expected="breaking" if v.breaks else "compatible", actual=str(v.said)
        )
        for v in verdicts
        if bool(v.said) != v.breaks
    ]
    return share((bool(v.said) == v.breaks for v in verdicts), failures=failures)


@fact(timeout_s=60)
@answered
async def previous_client(desk: Desk) -> list[tuple[str, str]]:
    """Use the service as a client of the release before would, with its schemas."""
    order = desk.own("ana")[0]["id"]
    asked = {"question": "What is the status of the order?", "order_id": order}
    answer = await desk.clients["ana"].post("/v1/answers", asked)
    answer_id = answer.json().get("id", "none")
    refund = {"amount_cents": 1, "reason": "test"}
    paid = await desk.clients["agent"].post(f"/v1/orders/{order}/refunds", refund, key=new_key())
    got = [
        ("post", "/v1/answers", answer),
        ("post", "/v1/orders/{order_id}/refunds", paid),
        ("get", "/v1/orders", await desk.clients["ana"].get("/v1/orders")),
        ("get", "/v1/orders/{order_id}", await desk.clients["ana"].get(f"/v1/orders/{order}")),
        (
            "get",
            "/v1/answers/{answer_id}",
            await desk.clients["ana"].get(f"/v1/answers/{answer_id}"),
        ),
        ("get", "/healthz", await desk.clients["ana"].get("/healthz")),
        ("get", "/readyz", await desk.clients["ana"].get("/readyz")),
        ("get", "/v1/orders", await Client(desk.path).get("/v1/orders")),
    ]
    return [
        (f"{m} {p} {r.status_code}", misfit(m, p, str(r.status_code), r.text)) for m, p, r in got
    ]


def misfit(method: str, path: str, status: str, text: str) -> str:
    """Say where an answer does not keep what the release before promised."""
    response = PREVIOUS["paths"][path][method]["responses"].get(status)
    if response is None:
        return "this status was not promised"
    (content,) = response["content"].values()
    schema = {**open_ended(content["schema"]), "components": open_ended(PREVIOUS["components"])}
    error = next(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(text)), None)
    return "" if error is None else f"{'/'.join(map(str, error.path))}: {error.message[:200]}"


def open_ended(schema: Any) -> Any:
    """Read as clients do: what they do not know, they leave alone."""
    if isinstance(schema, dict):
        return {n: open_ended(v) for n, v in schema.items() if n != "additionalProperties"}
    return [open_ended(item) for item in schema] if isinstance(schema, list) else schema


@criterion("P13.9b", level=Level.ROBUST, at_least=1.0)
def the_previous_client_still_works(previous_client: list[tuple[str, str]]) -> Measured:
    """Answers that keep what the release before promised to its clients.

    Versions grow by addition: what was promised stays, under the same name and type.
    """
    failures = [Failure(case=case, actual=fault) for case, fault in previous_client if fault]
    return share((not fault for _, fault in previous_client), failures=failures)
