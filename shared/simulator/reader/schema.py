"""Filling a JSON schema from the prompt: a bounded walk; what each leaf says is found elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from shared.simulator.reader.meaning import Field
from shared.simulator.reader.words import parts

DEEPEST = 24
MOST_NODES = 3_000
LONGEST_ARRAY = 200
JsonObject = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Filled:
    """A leaf's value and how well the prompt supports it; ``None`` found means nothing there."""

    value: JsonValue
    evidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Form:
    """A filled schema, the evidence of each leaf, and the share of leaves that were made up."""

    value: JsonValue
    evidence: tuple[float, ...] = ()
    made_up: float = 0.0


@dataclass
class Walk:
    """The state of one walk: the root for references, what is left to spend, what was seen."""

    root: JsonObject
    depth_limit: int
    nodes: int = MOST_NODES
    deepest: int = 0
    leaves: int = 0
    made_up: int = 0
    evidence: list[float] = field(default_factory=list)


def resolve(schema: JsonValue | JsonObject, root: JsonObject, hops: int = 16) -> JsonObject:
    """Follow references and merge ``allOf``; what cannot be followed is an open schema."""
    if not isinstance(schema, Mapping):
        return {}
    current: JsonObject = schema
    for _ in range(hops):
        reference = current.get("$ref")
        if isinstance(reference, str):
            siblings = {k: v for k, v in current.items() if k != "$ref"}
            target = _pointed(root, reference)
            current = {**target, **siblings}
            continue
        parts_of = current.get("allOf")
        if isinstance(parts_of, list) and parts_of:
            current = _merged(current, parts_of, root)
            continue
        return current
    return {k: v for k, v in current.items() if k not in {"$ref", "allOf"}}


def _pointed(root: JsonObject, reference: str) -> dict[str, JsonValue]:
    node: JsonValue = dict(root)
    for part in reference.lstrip("#").strip("/").split("/"):
        if part:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict):
                node = node.get(name)
            elif isinstance(node, list) and name.isdigit() and int(name) < len(node):
                node = node[int(name)]
            else:
                node = None
    return dict(node) if isinstance(node, dict) else {}


def _merged(
    schema: JsonObject, pieces: Sequence[JsonValue], root: JsonObject
) -> dict[str, JsonValue]:
    merged: dict[str, JsonValue] = {k: v for k, v in schema.items() if k != "allOf"}
    for piece in pieces[:32]:
        part = piece if isinstance(piece, dict) else {}
        if "$ref" in part:
            part = {
                **_pointed(root, str(part["$ref"])),
                **{k: v for k, v in part.items() if k != "$ref"},
            }
        for key, value in part.items():
            mine = merged.get(key)
            if key == "properties" and isinstance(mine, dict) and isinstance(value, dict):
                merged[key] = {**mine, **value}
            elif key == "required" and isinstance(mine, list) and isinstance(value, list):
                merged[key] = [*mine, *value]
            elif key == "allOf" and isinstance(value, list):
                merged[key] = value
            else:
                merged.setdefault(key, value)
    return merged


def branches_of(schema: JsonObject, root: JsonObject) -> tuple[list[JsonObject], bool]:
    """List a union's branches that are not null, and whether null is one."""
    union = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(union, list) and union:
        rest = {k: v for k, v in schema.items() if k in {"description", "title"}}
        found = [resolve(branch, root) for branch in union[:64]]
        kept: list[JsonObject] = [{**rest, **b} for b in found if b.get("type") != "null"]
        return kept, len(kept) < len(found)
    kind = schema.get("type")
    if isinstance(kind, list):
        return [schema], "null" in kind
    return [schema], bool(schema.get("nullable"))


def type_of(schema: JsonObject) -> str:
    """Name a schema's JSON type, told or plain from its other keywords."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "string"


def properties_of(schema: JsonObject) -> dict[str, JsonValue]:
    """Give an object schema's properties."""
    found = schema.get("properties")
    return dict(found) if isinstance(found, dict) else {}


def required_of(schema: JsonObject) -> frozenset[str]:
    """Give the names an object must have."""
    found = schema.get("required")
    return frozenset(str(n) for n in found) if isinstance(found, list) else frozenset()


def leaves_of(schema: JsonObject, root: JsonObject, depth: int = 3) -> list[Field]:
    """List the leaves of an object down to a depth, first branches of unions only."""
    found: list[Field] = []
    for name, sub in list(properties_of(schema).items())[:200]:
        inner = resolve(sub, root)
        branches, nullable = branches_of(inner, root)
        chosen = branches[0] if branches else {}
        kind = type_of(chosen)
        if kind == "object" and depth > 1:
            found.extend(leaves_of(chosen, root, depth - 1))
        else:
            description = str(inner.get("description") or chosen.get("description") or "")
            found.append(Field((name,), name, description, chosen, nullable=nullable))
    return found


def schema_depth(schema: JsonObject, root: JsonObject, limit: int = DEEPEST) -> int:
    """Count how deep objects and arrays nest, to a limit, each reference followed once."""

    def depth(node: JsonValue, left: int, seen: frozenset[str]) -> int:
        if left <= 0 or not isinstance(node, dict):
            return 0
        reference = node.get("$ref")
        if isinstance(reference, str):
            if reference in seen:
                return 0
            seen |= {reference}
        inner = resolve(node, root)
        subs: list[JsonValue] = [
            *list(properties_of(inner).values())[:64],
            *([inner["items"]] if "items" in inner else []),
        ]
        union = [b for key in ("anyOf", "oneOf") for b in (_listed(inner.get(key)))][:16]
        below = max((depth(s, left - 1, seen) for s in subs), default=0)
        return max(
            below + 1 if subs else 0, max((depth(b, left - 1, seen) for b in union), default=0)
        )

    return depth(dict(schema), limit, frozenset())


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def plain_words(name: str) -> str:
    """Write an identifier as words."""
    return " ".join(parts(name))


Leaf = Callable[[Field], Filled]
