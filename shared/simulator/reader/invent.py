"""Values made up: the smallest that keeps a schema, and plausible ones of the right type."""

from collections.abc import Mapping

from pydantic import JsonValue

from shared.simulator.reader.pattern import sample
from shared.simulator.reader.schema import branches_of, properties_of, required_of, resolve, type_of
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.values import values_in
from shared.simulator.reader.words import tokens

FORMATS = {
    "date": "2026-01-15", "date-time": "2026-01-15T09:00:00Z", "time": "09:00:00Z",
    "email": "someone@example.com", "uri": "https://example.com/", "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000", "duration": "P1D", "ipv4": "127.0.0.1",
    "ipv6": "::1", "hostname": "example.com", "uri-reference": "/",
}  # fmt: skip


def least(
    schema: JsonValue | Mapping[str, JsonValue], root: Mapping[str, JsonValue], depth: int = 0
) -> JsonValue:
    """Give a small value that keeps a schema, to a depth; recursion ends in null or nothing."""
    node = resolve(schema, root)
    if "const" in node:
        return node["const"]
    enum = node.get("enum")
    if isinstance(enum, list) and enum:
        return enum[0]
    branches, nullable = branches_of(node, root)
    if nullable or not branches or depth > 5:
        return None
    chosen = min(branches, key=lambda b: len(required_of(b)))
    kind = type_of(chosen)
    if kind == "object":
        needed = required_of(chosen)
        return {
            name: least(sub if isinstance(sub, dict) else {}, root, depth + 1)
            for name, sub in properties_of(chosen).items()
            if name in needed
        }
    if kind == "array":
        low = chosen.get("minItems")
        items = chosen.get("items")
        inner = items if isinstance(items, dict) else {}
        return [
            least(inner, root, depth + 1)
            for _ in range(min(low, 20) if isinstance(low, int) else 0)
        ]
    return plain(chosen)


def plain(schema: Mapping[str, JsonValue]) -> JsonValue:
    """Give the plainest value of a scalar schema."""
    kind = type_of(schema)
    if kind == "null":
        return None
    if kind == "boolean":
        return False
    if kind in {"integer", "number"}:
        return number(schema, 0)
    text = schema.get("format")
    if isinstance(text, str) and text in FORMATS:
        return FORMATS[text]
    pattern = schema.get("pattern")
    made = sample(pattern) if isinstance(pattern, str) else ""
    low = schema.get("minLength")
    return made.ljust(low, "x") if isinstance(low, int) and low < 10_000 else made


def number(schema: Mapping[str, JsonValue], wanted: float) -> JsonValue:
    """Bring a number within a schema's bounds."""
    low = _bound(schema, "minimum", "exclusiveMinimum", 1)
    high = _bound(schema, "maximum", "exclusiveMaximum", -1)
    value = wanted if low is None else max(wanted, low)
    value = value if high is None else min(value, high)
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        value = -(-value // step) * step
    return round(value) if type_of(schema) == "integer" else value


def _bound(
    schema: Mapping[str, JsonValue], inclusive: str, exclusive: str, step: int
) -> float | None:
    bound = schema.get(inclusive)
    if isinstance(bound, int | float) and not isinstance(bound, bool):
        return bound
    bound = schema.get(exclusive)
    if isinstance(bound, int | float) and not isinstance(bound, bool):
        return bound + step
    return None


def leaf(schema: Mapping[str, JsonValue], text: str, slips: Slips, label: str) -> JsonValue:
    """Invent a value for a leaf that must have one: of its type, out of the text's own words."""
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return slips.other(enum, label)
    kind = type_of(schema)
    if kind in {"integer", "number"}:
        return number(schema, 1 + int(slips.dice.difficulty("invented", label) * 90))
    if kind != "string" or "format" in schema or "pattern" in schema:
        return plain(schema)
    values = [v.text for v in values_in(text[:8_000])]
    words = [w for w in tokens(text[:8_000]) if len(w) > 3]
    pool = values or words
    made = slips.other(pool, label) if pool else "unknown"
    longest, shortest = schema.get("maxLength"), schema.get("minLength")
    made = made[:longest] if isinstance(longest, int) else made
    return made.ljust(min(shortest, 10_000), "x") if isinstance(shortest, int) else made
