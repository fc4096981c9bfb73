"""Whether a scalar keeps its schema, as whatever a model writes under a grammar does."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from shared.simulator.reader.render import fits_pattern
from shared.simulator.reader.schema import type_of

FORMATS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "date-time": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*"),
    "time": re.compile(r"\d{2}:\d{2}(:\d{2}.*)?"),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


def keeps(schema: Mapping[str, JsonValue], value: JsonValue) -> bool:
    """Tell whether a scalar keeps a schema."""
    enum = schema.get("enum")
    if isinstance(enum, list):
        return value in enum
    kind = type_of(schema)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in {"integer", "number"}:
        return _number_keeps(schema, kind, value)
    return kind != "string" or (isinstance(value, str) and _text_keeps(schema, value))


def _number_keeps(schema: Mapping[str, JsonValue], kind: str, value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if kind == "integer" and value != int(value):
        return False
    step = schema.get("multipleOf")
    return all(
        (
            _at_least(value, schema.get("minimum")),
            _at_least(-value, _negated(schema.get("maximum"))),
            value not in {schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")},
            _at_least(value, schema.get("exclusiveMinimum")),
            _at_least(-value, _negated(schema.get("exclusiveMaximum"))),
            not isinstance(step, int | float) or step <= 0 or value % step == 0,
        )
    )


def _negated(bound: JsonValue) -> JsonValue:
    return -bound if isinstance(bound, int | float) else None


def _at_least(value: float, bound: JsonValue) -> bool:
    return not isinstance(bound, int | float) or value >= bound


def _text_keeps(schema: Mapping[str, JsonValue], text: str) -> bool:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if isinstance(low, int) and len(text) < low:
        return False
    if isinstance(high, int) and len(text) > high:
        return False
    form = FORMATS.get(str(schema.get("format")))
    return (form is None or bool(form.fullmatch(text))) and fits_pattern(
        text, schema.get("pattern")
    )
