"""Judge JSON Schemas: what no server should walk, and what strict mode does not take.

A schema's regular expressions are never run: somebody else wrote them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.simulator.dialects.errors import invalid

MAX_DEPTH: Final = 64
MAX_NODES: Final = 20_000
STRICT_DEPTH: Final = 10
STRICT_PROPERTIES: Final = 5_000
STRICT_ENUM_VALUES: Final = 1_000
UNSUPPORTED: Final = (
    "allOf",
    "not",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "patternProperties",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
)
_NAMED: Final = ("properties", "$defs", "definitions")
_LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE: Final = ("items", "additionalProperties", "not")


def walk(schema: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, int]]:
    """Yield every subschema with its path and its depth in objects; references are not followed."""
    waiting: list[tuple[Mapping[str, Any], str, int]] = [(schema, "", 0)]
    while waiting:
        here, path, depth = waiting.pop()
        yield here, path, depth
        for key, part in _children(here):
            inner = depth + 1 if key.startswith("properties") else depth
            waiting.append((part, f"{path}.{key}" if path else key, inner))


def _children(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for group in _NAMED:
        named = schema.get(group)
        if isinstance(named, dict):
            yield from (
                (f"{group}.{name}", part) for name, part in named.items() if isinstance(part, dict)
            )
    for group in _LISTS:
        parts = schema.get(group)
        if isinstance(parts, list):
            yield from (
                (f"{group}.{number}", part)
                for number, part in enumerate(parts)
                if isinstance(part, dict)
            )
    for key in _SINGLE:
        part = schema.get(key)
        if isinstance(part, dict):
            yield key, part


def check_schema(schema: Mapping[str, Any], where: str) -> None:
    """Refuse what is no schema or is too large to walk; raises ``ApiError``."""
    for number, (here, path, depth) in enumerate(walk(schema)):
        if number >= MAX_NODES or depth > MAX_DEPTH:
            raise invalid(
                f"Invalid schema for '{where}': more than {MAX_NODES} parts or {MAX_DEPTH} levels.",
                param=where,
                code="schema_too_complex",
            )
        kind = here.get("type", "object")
        if not isinstance(kind, (str, list)):
            raise _wrong(where, path, f"'type' must be a string or a list, not {kind!r}")
        if "enum" in here and not (isinstance(here["enum"], list) and here["enum"]):
            raise _wrong(where, path, "'enum' must be a list of at least one value")
        if not isinstance(here.get("properties", {}), dict):
            raise _wrong(where, path, "'properties' must be an object")
        if not isinstance(here.get("required", []), list):
            raise _wrong(where, path, "'required' must be a list")
        reference = here.get("$ref")
        if reference is not None and not resolves(reference, schema):
            raise _wrong(where, path, f"reference {reference!r} leads nowhere in this schema")


def resolves(reference: object, root: Mapping[str, Any]) -> bool:
    """Say whether a local reference leads to a schema."""
    if reference == "#":
        return True
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return False
    target: Any = root
    for step in reference[2:].split("/"):
        target = target.get(step) if isinstance(target, dict) else None
    return isinstance(target, dict)


def check_strict(schema: Mapping[str, Any], where: str) -> None:
    """Refuse what strict mode does not take; raises ``ApiError``."""
    if schema.get("type") != "object" or "anyOf" in schema:
        raise _wrong(where, "", "strict mode needs an object at the root, without 'anyOf'")
    properties = values = 0
    for here, path, depth in walk(schema):
        unsupported = next((key for key in UNSUPPORTED if key in here), None)
        if unsupported is not None:
            raise _wrong(where, path, f"'{unsupported}' is not permitted")
        if depth > STRICT_DEPTH:
            raise _wrong(where, path, f"more than {STRICT_DEPTH} levels of nesting")
        properties += len(here.get("properties", ()))
        values += len(here.get("enum", ()))
        _check_closed(here, where, path)
    if properties > STRICT_PROPERTIES or values > STRICT_ENUM_VALUES:
        raise _wrong(
            where,
            "",
            f"more than {STRICT_PROPERTIES} properties or {STRICT_ENUM_VALUES} enum values",
        )


def _check_closed(here: Mapping[str, Any], where: str, path: str) -> None:
    """Insist that an object names all its keys and requires them."""
    if here.get("type") != "object" and "properties" not in here:
        return
    if here.get("additionalProperties") is not False:
        raise _wrong(where, path, "'additionalProperties' is required to be supplied and false")
    missing = set(here.get("properties", ())) - set(map(str, here.get("required", ())))
    if missing:
        raise _wrong(
            where,
            path,
            "'required' must include every key in properties; missing "
            + ", ".join(repr(name) for name in sorted(missing)),
        )


def _wrong(where: str, path: str, what: str) -> Exception:
    place = f"in context=({path})" if path else "at its root"
    return invalid(
        f"Invalid schema for '{where}': {place}, {what}.", param=where, code="invalid_json_schema"
    )
