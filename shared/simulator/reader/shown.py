"""A schema that a prompt shows instead of sending: as JSON Schema, an example, or named keys."""

import json
import re
from collections.abc import Mapping

from pydantic import JsonValue

from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.words import fold

WANTS_JSON = re.compile(r"\bjson\b")
KEYS = re.compile(
    (
        r"\b(?:keys?|fields?|properties|attributes|chaves?|campos?)\b[^:\n.]{0,"
        r"60}?(?::|\bnamed\b|\bcalled\b|\bare\b|\s)\s*((?:[\"'`]?[A-Za-z_]\w{0,"
        r"40}[\"'`]?(?:\s*\([^)\n]{0,120}\))?(?:\s*,\s*(?:and |e )?|"
        r"\s+and\s+|\s+e\s+|\s*$|\.|\n|\s+(?=(?:from|in|of|with|for|"
        r"de|do|da|para)\b)))+)"
    ),
)
KEY = re.compile(r"[\"'`]?([A-Za-z_]\w{0,40})[\"'`]?(?:\s*\(([^)\n]{0,120})\))?")
BULLET_KEY = re.compile(
    (
        r"^[ \t]*[-*•][ \t]*[\"'`*]{0,3}([A-Za-z_]\w{0,40})[\"'`*]{0,"
        r"3}[ \t]*(?:\(([^)\n]{0,80})\))?[ \t]*[:\u2013—-][ \t]*(.{0,"
        r"300})$"
    ),
    re.MULTILINE,
)
NAMES = {
    "integer": "integer",
    "int": "integer",
    "number": "number",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "bool": "boolean",
    "array": "array",
    "list": "array",
    "string": "string",
    "str": "string",
    "object": "object",
}


def schema_shown(prompt: Prompt, *, json_mode: bool) -> Mapping[str, JsonValue] | None:
    """Find the schema of the JSON that a prompt asks for in words, or None if it wants none."""
    wants = json_mode or bool(WANTS_JSON.search(fold(prompt.orders[:40_000])))
    if not wants:
        return None
    texts = [*prompt.shown, prompt.orders, prompt.message if json_mode else ""]
    for text in texts:
        found = _embedded(text)
        if found is not None:
            return found
    outputs = [e.output for e in prompt.examples if e.output.strip().startswith("{")]
    for output in outputs[:1]:
        found = _embedded(output)
        if found is not None:
            return found
    keys = _keys(prompt.orders)
    if keys:
        return _object(keys)
    if json_mode:
        return _object({"answer": {"type": "string"}})
    return None


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _embedded(text: str) -> Mapping[str, JsonValue] | None:
    """Read the first JSON object in a text: a schema as it is, an example as its schema."""
    decoder = json.JSONDecoder()
    tried = 0
    for mark in re.finditer(r"\{", text[:200_000]):
        tried += 1
        if tried > 20:
            break
        try:
            value, _ = decoder.raw_decode(text, mark.start())
        except (ValueError, RecursionError):
            loose = _loose(text[mark.start() : mark.start() + 6_000])
            if loose:
                return _object(loose)
            continue
        if isinstance(value, dict) and value:
            wrapped = value.get("schema")
            if isinstance(wrapped, dict) and "properties" in wrapped:
                value = wrapped
            if "properties" in value or "$ref" in value or "anyOf" in value or "oneOf" in value:
                return value
            return _exemplified(value)
    return None


def _loose(text: str) -> dict[str, JsonValue]:
    """Read a sketch such as ``{"name": string, "kind": "a" | "b"}``."""
    rows = re.findall(
        r"[\"']?([A-Za-z_]\w{0,40})[\"']?\s*\??:\s*([^,\n{}\[\]]{1,200})(?=[,\n}])",
        text[: _end(text)],
    )
    return {name: _typed(told) for name, told in rows} if len(rows) >= 1 and text.rstrip() else {}


def _end(text: str) -> int:
    depth = 0
    for index, mark in enumerate(text):
        depth += (mark == "{") - (mark == "}")
        if depth == 0:
            return index + 1
    return 0


def _typed(told: str) -> JsonValue:
    words = [w for w in re.findall(r"[A-Za-z]+", told.lower()) if w in NAMES]
    options = re.findall(r"[\"']([^\"'\n|]{1,60})[\"']", told)
    listed: JsonValue = {"type": "string"}
    nullable = bool(re.search(r"\bnull\b|\bopcional\b|\boptional\b", told, re.IGNORECASE))
    if len(options) >= 2 and "|" in told:
        return {"type": ["string", "null"] if nullable else "string", "enum": list(options)}
    kind = NAMES[words[0]] if words else "string"
    if kind == "array":
        return {"type": "array", "items": listed, "description": told}
    return {
        "type": [kind, "null"] if nullable else kind,
        "description": "" if words else told.strip(" \"'<>"),
    }


def _exemplified(value: JsonValue, name: str = "", depth: int = 0) -> Mapping[str, JsonValue]:
    """Give the schema of an example."""
    if depth > 8:
        return {}
    if isinstance(value, dict):
        return _object({str(k): dict(_exemplified(v, str(k), depth + 1)) for k, v in value.items()})
    if isinstance(value, list):
        first = _exemplified(value[0], name, depth + 1) if value else {"type": "string"}
        return {"type": "array", "items": dict(first)}
    if isinstance(value, str):
        return _exemplified_text(value)
    types: dict[type, JsonValue] = {bool: "boolean", int: "integer", float: "number"}
    return {"type": types.get(type(value), ["string", "null"])}


def _exemplified_text(text: str) -> Mapping[str, JsonValue]:
    """Read an example's text: options, the name of a type, a description, or a mere example."""
    if "|" in text and len(text) < 300:
        return {"type": "string", "enum": [o.strip(" \"'") for o in text.split("|")]}
    bare = text.strip("<>. ").lower()
    if bare in NAMES:
        return {"type": NAMES[bare]}
    told = text if text.startswith(("<", "...")) or " " in text else ""
    return {"type": "string", "description": told}


def _keys(orders: str) -> dict[str, JsonValue]:
    bullets = BULLET_KEY.findall(orders[:20_000])
    if len(bullets) >= 2 and all("_" in n or n.islower() for n, _, _ in bullets):
        return {name: _told(kind, told) for name, kind, told in bullets}
    found = KEYS.search(orders[:20_000])
    if not found:
        return {}
    names = [
        (n, told)
        for n, told in KEY.findall(found[1])
        if n.lower() not in {"and", "e", "or", "json"}
    ]
    return {name: _told("", told) for name, told in names}


def _told(kind: str, told: str) -> JsonValue:
    typed = _typed(f"{kind} {told}" if kind else told)
    if isinstance(typed, dict) and told:
        return {**typed, "description": told.strip()}
    return typed
