"""The null control: answers of a valid shape with random content, from the same prompt."""

import json
import re
from collections.abc import Mapping

from pydantic import JsonValue

from shared.llm.messages import ChatRequest
from shared.simulator.dice import Dice
from shared.simulator.plan import Draft, DraftCall
from shared.simulator.reader.invent import FORMATS, number
from shared.simulator.reader.pattern import sample
from shared.simulator.reader.schema import branches_of, properties_of, resolve, type_of

MOST_WORDS = 4_000


def guess(request: ChatRequest, dice: Dice, *, json_mode: bool) -> Draft:
    """Answer without reading: the form that is asked for, filled by chance."""
    words = _words(request)
    forced = request.tool_choice not in {"auto", "none"}
    if request.tools and (forced or (request.tool_choice == "auto" and dice.chance(0.5, "call"))):
        named = [t for t in request.tools if t.name == request.tool_choice]
        tool = named[0] if named else dice.choice(request.tools, "tool")
        value = Guess(tool.parameters, dice.sub("arguments"), words).value(tool.parameters, "", 0)
        return Draft(
            tool_calls=(DraftCall(tool.name, json.dumps(value, ensure_ascii=False)),), evidence=0.5
        )
    if request.response_schema is not None:
        schema = request.response_schema.json_schema
        value = Guess(schema, dice.sub("schema"), words).value(schema, "", 0)
        return Draft(text=json.dumps(value, ensure_ascii=False), evidence=0.5)
    text = " ".join(dice.choice(words, "word", i) for i in range(8))
    return Draft(text=json.dumps({"value": text}) if json_mode else text, evidence=0.5)


def _words(request: ChatRequest) -> list[str]:
    text = " ".join(message.text[:20_000] for message in request.messages)
    return re.findall(r"\w+", text)[:MOST_WORDS] or ["none"]


class Guess:
    """Draws values that keep a schema."""

    def __init__(self, root: Mapping[str, JsonValue], dice: Dice, words: list[str]) -> None:
        self.root = root
        self.dice = dice
        self.words = words
        self.left = 2_000

    def value(self, schema: JsonValue, path: str, depth: int) -> JsonValue:
        """Draw a value for a schema; recursion ends in null or nothing."""
        self.left -= 1
        node = resolve(schema, self.root)
        told = self._told(node, path)
        if told is not None:
            return told
        branches, nullable = branches_of(node, self.root)
        if not branches or (
            nullable and (depth > 8 or self.left < 0 or self.dice.chance(0.2, path, "null"))
        ):
            return None
        chosen = self.dice.choice(branches, path, "branch")
        told = self._told(chosen, path)
        return self._drawn(chosen, path, depth) if told is None else told

    def _told(self, schema: Mapping[str, JsonValue], path: str) -> JsonValue:
        """Give what a schema itself names: its constant, or one of its options."""
        enum = schema.get("enum")
        return (
            self.dice.choice(enum, path) if isinstance(enum, list) and enum else schema.get("const")
        )

    def _drawn(self, chosen: Mapping[str, JsonValue], path: str, depth: int) -> JsonValue:
        kind = type_of(chosen)
        if kind == "object":
            found = properties_of(chosen) if depth <= 12 and self.left > 0 else {}
            return {
                name: self.value(sub, f"{path}/{name}", depth + 1) for name, sub in found.items()
            }
        if kind == "array":
            return self._array(chosen, path, depth)
        return self._scalar(chosen, kind, path)

    def _array(self, schema: Mapping[str, JsonValue], path: str, depth: int) -> JsonValue:
        low, high = schema.get("minItems"), schema.get("maxItems")
        least = low if isinstance(low, int) else 0
        most = high if isinstance(high, int) else least + 2
        drawn = least + int(self.dice.uniform(path, "length") * (min(most, least + 3) - least + 1))
        size = least if depth > 8 or self.left < 0 else drawn
        items = schema.get("items", {})
        return [self.value(items, f"{path}/{i}", depth + 1) for i in range(min(size, 50))]

    def _scalar(self, schema: Mapping[str, JsonValue], kind: str, path: str) -> JsonValue:
        if kind == "null":
            return None
        if kind == "boolean":
            return self.dice.chance(0.5, path)
        if kind in {"integer", "number"}:
            return number(schema, round(self.dice.uniform(path) * 100))
        form, pattern = schema.get("format"), schema.get("pattern")
        if isinstance(form, str) and form in FORMATS:
            return FORMATS[form]
        if isinstance(pattern, str):
            return sample(pattern)
        text = self.dice.choice(self.words, path)
        longest, shortest = schema.get("maxLength"), schema.get("minLength")
        text = text[:longest] if isinstance(longest, int) else text
        return text.ljust(min(shortest, 10_000), "x") if isinstance(shortest, int) else text
