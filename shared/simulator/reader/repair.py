"""Repair: keep an answer that was found wanting, except for the fields that were named."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.demands import Place, mended
from shared.simulator.reader.schema import branches_of, properties_of, resolve

PATH = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|\[|/)\d*\]?[A-Za-z_$]?[\w$]*)*")


def repaired(prompt: Prompt, schema: Mapping[str, JsonValue], fresh: JsonValue) -> JsonValue:
    """Join the old answer and a fresh one: new where the feedback names a field, old elsewhere."""
    old = _parsed(prompt.previous)
    if not isinstance(old, dict) or not isinstance(fresh, dict):
        return fresh
    named = _paths(prompt.feedback, schema)
    return Joining(prompt, named).join(old, fresh, ()) if named else fresh


def _parsed(text: str) -> JsonValue:
    start, end = text.find("{"), text.rfind("}")
    try:
        found: JsonValue = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    return found


def _paths(feedback: str, schema: Mapping[str, JsonValue]) -> set[str]:
    """List the field names that feedback mentions, at any depth."""
    known = _names(schema, schema)
    found: set[str] = set()
    for path in PATH.findall(feedback[:20_000]):
        steps = [s for s in re.split(r"[.\[\]/]+", path) if s and not s.isdigit()]
        if steps and all(s in known for s in steps):
            found.add(".".join(steps))
        elif steps and steps[-1] in known:
            found.add(steps[-1])
    return found


def _names(
    node: JsonValue | Mapping[str, JsonValue],
    root: Mapping[str, JsonValue],
    depth: int = 0,
    left: list[int] | None = None,
) -> set[str]:
    budget = left if left is not None else [400]
    budget[0] -= 1
    if depth > 8 or budget[0] < 0:
        return set()
    inner = resolve(node, root)
    branches, _ = branches_of(inner, root)
    found: set[str] = set()
    for branch in branches[:8]:
        for name, sub in properties_of(branch).items():
            found.add(name)
            found |= _names(sub, root, depth + 1, budget)
        if "items" in branch:
            found |= _names(branch["items"], root, depth + 1, budget)
    return found


@dataclass(frozen=True, slots=True)
class Joining:
    """Joins an old answer and a fresh one, where some fields were ``named`` as wrong."""

    prompt: Prompt
    named: set[str]

    def join(self, old: JsonValue, fresh: JsonValue, steps: tuple[str, ...]) -> JsonValue:
        """Keep the old value unless its path, or the end of its path, is named."""
        dotted = ".".join(step for step in steps if not step.isdigit())
        if dotted and any(dotted == n or dotted.endswith(f".{n}") for n in self.named):
            inner = any(n.startswith(f"{dotted}.") for n in self.named)
            if not inner or not isinstance(old, dict):
                text = self.prompt.data_text
                return mended(Place(steps), old, fresh, self.prompt.feedback, text)
        if isinstance(old, dict) and isinstance(fresh, dict):
            return {
                k: self.join(old[k], fresh[k], (*steps, k)) if k in old else fresh[k] for k in fresh
            }
        if isinstance(old, list) and isinstance(fresh, list) and len(old) == len(fresh):
            pairs = enumerate(zip(old, fresh, strict=True))
            return [self.join(a, b, (*steps, str(at))) for at, (a, b) in pairs]
        return old
