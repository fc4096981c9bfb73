"""The contract as a document: described, committed, and compared with the one before.

``openapi.json`` is what this code serves; ``openapi.previous.json`` is what the release before
served, and what its clients still rely on.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from projects.p13_api_backend.given.contract import Event
from projects.p13_api_backend.given.problems import PROBLEM_JSON, Problem

JsonObject: TypeAlias = dict[str, Any]
FOLDER: Final = Path(__file__).parent
COMMITTED: Final = FOLDER / "openapi.json"
PREVIOUS: Final = FOLDER / "openapi.previous.json"
REF: Final = "#/components/schemas/"
ANYWHERE: Final = (500, 503, 504)
METHODS: Final = ("get", "put", "post", "delete", "patch")


def problems(*statuses: int) -> dict[int | str, JsonObject]:
    """Declare the errors of a route: those named, and those that can happen anywhere."""
    content = {PROBLEM_JSON: {"schema": {"$ref": REF + "Problem"}}}
    return {s: {"description": "A problem", "content": content} for s in (*statuses, *ANYWHERE)}


def events() -> dict[int | str, JsonObject]:
    """Declare a stream of events, as OpenAPI 3.2 writes one."""
    data = {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"$ref": REF + "Event"},
    }
    names = {"event": {"type": "string"}, "id": {"type": "string"}}
    item = {"type": "object", "properties": {"data": data, **names}, "required": ["data"]}
    return {200: {"description": "Events", "content": {"text/event-stream": {"itemSchema": item}}}}


def describe(app: FastAPI) -> JsonObject:
    """Write the contract of an application, with the schemas of its errors and events."""
    if app.openapi_schema is None:
        written = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = written["components"]["schemas"]
        told: dict[str, TypeAdapter[Any]] = {"Event": TypeAdapter(Event)}
        told["Problem"] = TypeAdapter(Problem)
        for name, adapter in told.items():
            schema = adapter.json_schema(mode="serialization", ref_template=REF + "{model}")
            schemas.update(schema.pop("$defs", {}))
            schemas[name] = schema
        for content in _contents(written["paths"]):
            if "itemSchema" in content:
                content.pop("schema", None)  # FastAPI takes the whole stream for a string
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        written["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema = written
    return app.openapi_schema


def _contents(paths: JsonObject) -> Iterator[JsonObject]:
    for operations in paths.values():
        for operation in operations.values():
            for response in operation["responses"].values():
                yield from response.get("content", {}).values()


def committed(name: str = COMMITTED.name) -> JsonObject:
    """Read a contract that is committed beside this module."""
    read: JsonObject = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return read


def rendered(document: JsonObject) -> str:
    """Write a contract the way it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def breaking_changes(old: JsonObject, new: JsonObject) -> list[str]:
    """List what a client of ``old`` could trip over in ``new``, each with its place.

    A client sends requests, so nothing there may become narrower: no new required field or
    parameter, no value less, no tighter bound. It reads responses, so nothing there may become
    wider: no field may go or become optional, no value may be new, no type may change.
    What is only added (a route, an optional field to send, a field to read) breaks nobody.
    """
    # task 9: begin
    return [
        f"{method.upper()} {path}: {what}"
        for path, operations in old["paths"].items()
        for method, before in operations.items()
        if method in METHODS
        for what in _operation(before, new["paths"].get(path, {}).get(method), old, new)
    ]
    # task 9: end


def _operation(
    before: JsonObject, after: JsonObject | None, old: JsonObject, new: JsonObject
) -> Iterator[str]:
    if after is None:
        yield "is gone"
        return
    sending = Comparison(old, new, closed=True)
    yield from _parameters(before, after, sending)
    yield from _body(before.get("requestBody", {}), after.get("requestBody", {}), sending)
    yield from _responses(before["responses"], after["responses"], Comparison(new, old))


def _parameters(before: JsonObject, after: JsonObject, sending: "Comparison") -> Iterator[str]:
    had = {(p["in"], p["name"].lower()): p for p in before.get("parameters", ())}
    has = {(p["in"], p["name"].lower()): p for p in after.get("parameters", ())}
    for place, parameter in has.items():
        earlier = had.get(place, {})
        name = f"{place[0]} {parameter['name']}"
        if parameter.get("required") and not earlier.get("required"):
            yield f"{name}: is required now"
        if earlier:
            narrowed = sending.misfits(earlier["schema"], parameter["schema"])
            yield from (f"{name}{what}" for what in narrowed)
    yield from (f"{place[0]} {place[1]}: is gone" for place in had if place not in has)


def _body(had: JsonObject, has: JsonObject, sending: "Comparison") -> Iterator[str]:
    if has.get("required") and not had.get("required"):
        yield "body: is required now"
    for media, content in had.get("content", {}).items():
        if media not in has.get("content", {}):
            yield f"body: no {media} any more"
            continue
        narrowed = sending.misfits(_schema(content), _schema(has["content"][media]))
        yield from (f"body{what}" for what in narrowed)


def _responses(before: JsonObject, after: JsonObject, reading: "Comparison") -> Iterator[str]:
    for status, response in before.items():
        if status not in after:
            yield from [f"{status}: is gone"] if status.startswith("2") else []
            continue
        kinds = after[status].get("content", {})
        for media, content in response.get("content", {}).items():
            if media not in kinds:
                yield f"{status}: no {media} any more"
                continue
            widened = reading.misfits(_schema(kinds[media]), _schema(content))
            yield from (f"{status} response{what}" for what in widened)


def _schema(content: JsonObject) -> JsonObject:
    return dict(content["schema"] if "schema" in content else content["itemSchema"])


UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")


@dataclass(frozen=True)
class Comparison:
    """Finds what one side sends and the other does not take.

    In a request the client of before sends and the service of now takes; in a response the other
    way round. ``closed`` means that what the taker does not know is refused, as requests are;
    readers ignore it.
    """

    sender: JsonObject
    taker: JsonObject
    closed: bool = False

    def misfits(
        self, sent: JsonObject, taken: JsonObject, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Iterator[str]:
        """List where ``taken`` refuses what ``sent`` allows."""
        place = (sent.get("$ref", ""), taken.get("$ref", ""))
        if any(place) and place in seen:
            return
        seen |= {place}
        sent, taken = _resolved(sent, self.sender), _resolved(taken, self.taker)
        branches, choices = _branches(sent), _branches(taken)
        if len(branches) + len(choices) > 2:
            for branch in branches:
                faults = [list(self.misfits(branch, choice, seen)) for choice in choices]
                yield from min(faults, key=len)
            return
        yield from _values(sent, taken)
        yield from _bounds(sent, taken)
        yield from self._members(sent, taken, seen)

    def _members(
        self, sent: JsonObject, taken: JsonObject, seen: frozenset[tuple[str, str]]
    ) -> Iterator[str]:
        given, known = sent.get("properties", {}), taken.get("properties", {})
        for name in taken.get("required", ()):
            if name not in sent.get("required", ()):
                yield f".{name}: is required and not always given"
        if not self.closed:
            yield from (f".{name}: is gone" for name in known if name not in given)
        elif taken.get("additionalProperties") is False:
            yield from (f".{name}: is not taken any more" for name in given if name not in known)
        for name in [n for n in known if n in given]:
            yield from (f".{name}{what}" for what in self.misfits(given[name], known[name], seen))
        for keyword, mark in (("items", "[]"), ("contentSchema", "")):
            if keyword in sent and keyword in taken:
                below = self.misfits(sent[keyword], taken[keyword], seen)
                yield from (f"{mark}{what}" for what in below)


def _branches(schema: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def _resolved(schema: JsonObject, document: JsonObject) -> JsonObject:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(REF)]
    return schema


def _values(sent: JsonObject, taken: JsonObject) -> Iterator[str]:
    kinds = (sent.get("type"), taken.get("type"))
    if kinds[1] not in {None, kinds[0]} and kinds != ("integer", "number"):
        yield f": type {kinds[0]} is not {kinds[1]}"
    if "enum" in taken or "const" in taken:
        allowed = taken.get("enum", [taken.get("const")])
        possible = sent.get("enum", [sent["const"]] if "const" in sent else ["any value"])
        yield from (
            f": {value!r} is not among {allowed}" for value in possible if value not in allowed
        )
    for keyword in ("pattern", "format"):
        if keyword in taken and sent.get(keyword) != taken[keyword]:
            yield f": {keyword} is {taken[keyword]!r}"


def _bounds(sent: JsonObject, taken: JsonObject) -> Iterator[str]:
    for keywords, loosest in ((UPPER, math.inf), (LOWER, -math.inf)):
        for keyword in keywords:
            bound, value = taken.get(keyword, loosest), sent.get(keyword, loosest)
            if (value > bound) if loosest > 0 else (value < bound):
                yield f": {keyword} is {bound}"
