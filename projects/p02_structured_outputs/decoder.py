"""A toy constrained decoder: at every step, which tokens may a model still choose?

A schema becomes an automaton over characters, and the mask at a position is every token of the
vocabulary that the automaton survives. It writes the canonical form: keys in the schema's order,
no spaces, non-ASCII text as it is. What it cannot enforce it refuses, because an engine that
ignores a keyword hands out invalid replies that everybody trusts.
"""

import json
import random
from collections.abc import Iterator
from functools import lru_cache

from pydantic import JsonValue

from projects.p02_structured_outputs.automaton import (
    Automaton,
    Expression,
    Position,
    UnsupportedSchemaError,
    chars,
    either,
    integers,
    literal,
    repeat,
    sequence,
)
from projects.p02_structured_outputs.contracts import JsonObject
from projects.p02_structured_outputs.patterns import pattern

LARGEST = 10**15 - 1  # every integer up to here survives the trip through a float
MAX_NESTING = 16
MAX_TOKENS = 2_000
HURRY = 0.5

LETTERS = frozenset("áàâãçéêíóôõúüÁÀÂÃÇÉÊÍÓÔÕÚÜ€")
SAFE = frozenset(chr(code) for code in range(32, 127)) - {'"', "\\"} | LETTERS
_PIECES = """{" ": "," "} ":" ":{" ":[{" "},{" "}] ":null null true false "],"
the and ing ion of in er de re an or es os as do da ar en st te qu me no
Farol order return complaint total items price date reason name kind quote
00 01 10 12 19 20 24 25 26 50 90 99 .00 .90 .99 -0 -1 202 2026"""
# Fewer than 500 tokens: every single character, so any text can be written, and common runs.
VOCABULARY = tuple(sorted(SAFE | {'"', "\\", ", ", ": ", "\\n", '\\"'} | set(_PIECES.split())))

_MONTHS_31 = "(01|03|05|07|08|10|12)-(0[1-9]|[12][0-9]|3[01])"
_MONTHS_30 = "(04|06|09|11)-(0[1-9]|[12][0-9]|30)"
_LEAP_YEAR = "((19|20)(0[48]|[2468][048]|[13579][26])|2000)"
DATE = (
    f"^((19|20)[0-9]{{2}}-({_MONTHS_31}|{_MONTHS_30}|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP_YEAR}-02-29)$"
)
_KNOWN = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"pattern", "format", "minLength", "maxLength"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "number": set[str](),
    "boolean": set[str](),
    "null": set[str](),
}
_NOTES = {"$defs", "description", "title", "$schema", "$id"}


class Grammar:
    """The automaton of one schema, with the masks worked out so far."""

    def __init__(self, expression: Expression) -> None:
        self._automaton = Automaton()
        self.goal = expression(self._automaton, 0)
        self.start = self._automaton.closed([0])
        self._away = self._automaton.distances(self.goal)
        self._masks: dict[Position, dict[str, Position]] = {}
        self._shortest: dict[Position, dict[str, Position]] = {}

    def mask(self, position: Position) -> dict[str, Position]:
        """Return each token that may come next, in the vocabulary's order, and where it leads."""
        # task 11: begin
        if position not in self._masks:
            reached = ((token, self.walk(position, token)) for token in VOCABULARY)
            self._masks[position] = {token: end for token, end in reached if end}
        return self._masks[position]
        # task 11: end

    def walk(self, position: Position, text: str) -> Position:
        """Read ``text`` from ``position`` on; the empty position where that is not possible."""
        for character in text:
            if not position:
                break
            position = self._automaton.after(position, character)
        return position

    def shortest(self, position: Position) -> dict[str, Position]:
        """Return the tokens of the mask that leave the fewest characters to write."""
        if position not in self._shortest:
            options = self.mask(position)
            left = {token: min(self._away[at] for at in end) for token, end in options.items()}
            fewest = min(left.values())
            self._shortest[position] = {t: options[t] for t, n in left.items() if n == fewest}
        return self._shortest[position]


def expression(schema: JsonObject) -> Expression:
    """Turn a schema into the expression of every text that it allows, in canonical form.

    Knows closed objects with each key required, ``anyOf``, ``enum`` and ``const`` of text, ``$ref``
    without recursion, arrays and integers with bounds, booleans, null, numbers without bounds, and
    strings with an anchored pattern, the format ``date`` (1900 to 2099) or bounds of length. Raises
    ``UnsupportedSchemaError`` for anything else: ignored, it would let invalid replies through.
    """
    # task 10: begin
    return _expression(schema, schema, 0)
    # task 10: end


def _expression(schema: JsonObject, root: JsonObject, depth: int) -> Expression:
    if depth > MAX_NESTING:
        raise UnsupportedSchemaError("The schema refers to itself, or is nested too deeply.")
    if "$ref" in schema:
        return _expression(_referred(schema, root), root, depth + 1)
    if "anyOf" in schema:
        _only(schema, {"anyOf"})
        return either(*(_expression(sub, root, depth + 1) for sub in _list(schema, "anyOf")))
    if "enum" in schema or "const" in schema:
        return _values(schema)
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _KNOWN:
        raise UnsupportedSchemaError(f"The type {kind!r} is not known.")
    _only(schema, _KNOWN[kind] | {"type"})
    if kind == "object":
        return _object(schema, root, depth)
    if kind == "array":
        return _array(schema, root, depth)
    return _scalar(kind, schema)


def _object(schema: JsonObject, root: JsonObject, depth: int) -> Expression:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        raise UnsupportedSchemaError("properties must be an object, and required a list.")
    if schema.get("additionalProperties") is not False or set(properties) != set(
        map(str, required)
    ):
        raise UnsupportedSchemaError("An object must be closed and require each of its keys.")
    parts: list[Expression] = []
    for name, sub in properties.items():
        if not isinstance(sub, dict):
            raise UnsupportedSchemaError(f"The property {name!r} has no schema.")
        comma = "," if parts else ""
        parts += [_written(comma, name, ":"), _expression(sub, root, depth + 1)]
    return sequence(literal("{"), *parts, literal("}"))


def _array(schema: JsonObject, root: JsonObject, depth: int) -> Expression:
    items = schema.get("items")
    if not isinstance(items, dict):
        raise UnsupportedSchemaError("An array must say what its items are.")
    low, high = _bound(schema, "minItems") or 0, _bound(schema, "maxItems")
    item = _expression(items, root, depth + 1)
    more = sequence(literal(","), item)
    filled = sequence(item, repeat(more, max(0, low - 1), None if high is None else high - 1))
    branches = [] if high == 0 else [filled]
    inner = either(*([*branches, sequence()] if low == 0 else branches))
    return sequence(literal("["), inner, literal("]"))


def _scalar(kind: str, schema: JsonObject) -> Expression:
    if kind == "string":
        return sequence(literal('"'), _text(schema), literal('"'))
    if kind == "integer":
        return _integer(schema)
    if kind == "number":
        return pattern(r"^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$", SAFE)
    return literal("null") if kind == "null" else either(literal("true"), literal("false"))


def _text(schema: JsonObject) -> Expression:
    lengths = {"minLength", "maxLength"} & schema.keys()
    if "pattern" in schema or "format" in schema:
        if lengths or {"pattern", "format"} <= schema.keys():
            raise UnsupportedSchemaError("A pattern or format cannot be joined with more bounds.")
        if schema.get("format", "date") != "date":
            raise UnsupportedSchemaError(f"The format {schema['format']!r} is not known.")
        return pattern(str(schema.get("pattern", DATE)), SAFE)
    escaped = sequence(literal("\\"), chars('"\\bfnrt'))
    one = either(chars(SAFE), escaped)
    return repeat(one, _bound(schema, "minLength") or 0, _bound(schema, "maxLength"))


def _integer(schema: JsonObject) -> Expression:
    above, below = _bound(schema, "exclusiveMinimum"), _bound(schema, "exclusiveMaximum")
    lows = [_bound(schema, "minimum"), None if above is None else above + 1]
    highs = [_bound(schema, "maximum"), None if below is None else below - 1]
    low = max([bound for bound in lows if bound is not None], default=-LARGEST)
    high = min([bound for bound in highs if bound is not None], default=LARGEST)
    if low > high:
        raise UnsupportedSchemaError(f"There is no integer from {low} to {high}.")
    return integers(low, high)


def _values(schema: JsonObject) -> Expression:
    """Match the members of an enum, or a constant, that have the type asked for."""
    _only(schema, {"enum", "const", "type"})
    listed = [schema["const"]] if "const" in schema else schema["enum"]
    if not isinstance(listed, list) or not listed or {"enum", "const"} <= schema.keys():
        raise UnsupportedSchemaError("enum must list values, and not stand beside const.")
    if schema.get("type", "string") != "string" or not all(isinstance(v, str) for v in listed):
        raise UnsupportedSchemaError("Only text can be listed in enum and const.")
    return either(*(_written("", value, "") for value in listed))


def _written(before: str, value: JsonValue, after: str) -> Expression:
    text = f"{before}{json.dumps(value, ensure_ascii=False)}{after}"
    if strange := set(text) - SAFE - {'"', "\\"}:
        raise UnsupportedSchemaError(f"The vocabulary has no {''.join(sorted(strange))!r}.")
    return literal(text)


def _referred(schema: JsonObject, root: JsonObject) -> JsonObject:
    _only(schema, {"$ref"})
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    definitions = root.get("$defs", {})
    found = definitions.get(name) if isinstance(definitions, dict) else None
    if not isinstance(found, dict):
        raise UnsupportedSchemaError(f"The reference {schema['$ref']!r} leads nowhere.")
    return found


def _only(schema: JsonObject, known: set[str]) -> None:
    if unknown := sorted(schema.keys() - known - _NOTES):
        raise UnsupportedSchemaError(f"The keywords {', '.join(unknown)} cannot be enforced here.")


def _list(schema: JsonObject, keyword: str) -> list[JsonObject]:
    value = schema[keyword]
    branches = [sub for sub in value if isinstance(sub, dict)] if isinstance(value, list) else []
    if not branches:
        raise UnsupportedSchemaError(f"{keyword} must list schemas.")
    return branches


def _bound(schema: JsonObject, keyword: str) -> int | None:
    value = schema.get(keyword)
    if value is not None and (not isinstance(value, int) or abs(value) > LARGEST):
        raise UnsupportedSchemaError(f"{keyword} must be an integer up to {LARGEST}.")
    return value


@lru_cache(maxsize=32)
def _grammar(schema: str) -> Grammar:
    return Grammar(expression(json.loads(schema)))


def allowed(schema: JsonObject, prefix: str) -> list[str]:
    """List the tokens that may follow ``prefix``; none where the text is complete or lost."""
    grammar = _grammar(json.dumps(schema))
    position = grammar.walk(grammar.start, prefix)
    return list(grammar.mask(position)) if position else []


def accepts(schema: JsonObject, text: str) -> bool:
    """Say whether ``text`` is a complete reply that the masks let through."""
    grammar = _grammar(json.dumps(schema))
    position = grammar.start
    for character in text:  # every character is a token, so any text can be tried
        position = grammar.mask(position).get(character, frozenset())
        if not position:
            return False
    return grammar.goal in position


def samples(schema: JsonObject, seed: int, count: int) -> list[str]:
    """Write ``count`` replies as a model would that knows nothing but the mask."""
    grammar, draw = _grammar(json.dumps(schema)), random.Random(seed)  # noqa: S311 (no secret)
    return ["".join(_sampled(grammar, draw)) for _ in range(count)]


def _sampled(grammar: Grammar, draw: random.Random) -> Iterator[str]:
    """Choose tokens at random, every other time one that leads to the end, so that it comes."""
    position, written = grammar.start, 0
    while options := grammar.mask(position):
        if written > MAX_TOKENS or draw.random() < HURRY:
            options = grammar.shortest(position)
        token = draw.choice(list(options))
        yield token
        position, written = options[token], written + 1
