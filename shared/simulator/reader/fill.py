"""Schema filling: walk a schema, find each leaf in the prompt, write it as its field wants."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from shared.simulator.profiles import Limits
from shared.simulator.reader import invent
from shared.simulator.reader.aid import Aid, without_replies
from shared.simulator.reader.classify import choose, english_stems, score_label
from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.intent import requests_in
from shared.simulator.reader.item_row import Item
from shared.simulator.reader.items import items_in
from shared.simulator.reader.keep import keeps
from shared.simulator.reader.labels import labels_in
from shared.simulator.reader.leaves import Leaves
from shared.simulator.reader.meaning import Field, meaning_of
from shared.simulator.reader.schema import (
    DEEPEST,
    LONGEST_ARRAY,
    Filled,
    Form,
    JsonObject,
    Walk,
    branches_of,
    leaves_of,
    properties_of,
    required_of,
    resolve,
    type_of,
)
from shared.simulator.reader.segment import BULLET
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.slots import Scope
from shared.simulator.reader.words import fold, parts

MOST_TURNS = 2
"""How often a recursive definition is filled on one path before it is cut short."""
NONE = Filled(None, 0.0)
CAUSES = re.compile(
    r"\b(?:reason|why|cause|motive|motivo|causa|problem|defect|issue|sentiment|severity)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a walk is: the path, the text in view, the line item in view."""

    path: tuple[str, ...]
    scope: Scope
    item: Item | None = None
    named: str = ""
    told: str = ""
    references: tuple[str, ...] = ()


class Filler:
    """Fills schemas from one prompt."""

    def __init__(self, prompt: Prompt, limits: Limits, slips: Slips, aid: Aid) -> None:
        self.prompt = prompt
        self.limits = limits
        self.slips = slips
        self.leaves = Leaves(prompt, limits, slips, aid)
        self.text = without_replies(prompt.data_text)

    def fill(self, schema: JsonObject) -> Form:
        """Fill a schema."""
        walk = Walk(schema, self.limits.depth)
        value = self._node(walk, schema, Frame((), Scope(self.text)), 0)
        return Form(value.value, tuple(walk.evidence), walk.made_up / max(1, walk.leaves))

    def _node(self, walk: Walk, schema: JsonValue | JsonObject, frame: Frame, depth: int) -> Filled:
        walk.nodes -= 1
        reference = str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""
        node = resolve(schema, walk.root)
        branches, nullable = branches_of(node, walk.root)
        if "const" in node or not branches:
            return Filled(node.get("const"))
        turns = frame.references.count(reference) if reference else 0
        if turns >= MOST_TURNS or walk.nodes <= 0 or depth > DEEPEST:
            return Filled(self._least(walk, schema), 0.0)
        chosen = branches[0] if len(branches) == 1 else self._branch(walk, branches, frame)
        if "const" in chosen:
            return Filled(chosen["const"])
        told = str(node.get("description") or "") or frame.told
        references = (*frame.references, reference) if reference else frame.references
        inner = replace(frame, told=told, references=references)
        return self._chosen(walk, chosen, inner, depth, nullable=nullable)

    def _chosen(
        self, walk: Walk, schema: JsonObject, frame: Frame, depth: int, *, nullable: bool
    ) -> Filled:
        kind = type_of(schema)
        if kind == "object":
            return self._object(walk, schema, frame, depth, nullable=nullable)
        if kind == "array":
            return self._array(walk, schema, frame, depth)
        return self._leaf(walk, schema, frame, depth, nullable=nullable)

    def _least(self, walk: Walk, schema: JsonValue | JsonObject) -> JsonValue:
        """Give the smallest value that keeps a schema, where there is no going deeper."""
        return invent.least(schema, walk.root)

    def _branch(self, walk: Walk, branches: Sequence[JsonObject], frame: Frame) -> JsonObject:
        """Choose a union's branch: its tag and descriptions against the text."""
        labels: dict[str, str] = {}
        for index, branch in enumerate(branches):
            tags, names, told = [], [], [str(branch.get("description") or "")]
            for name, sub in properties_of(branch).items():
                inner = resolve(sub, walk.root)
                if "const" in inner or len(list_of(inner.get("enum"))) == 1:
                    tags.append(str(inner.get("const") or list_of(inner.get("enum"))[0]))
                    told.append(str(inner.get("description") or ""))
                else:
                    names.append(" ".join(parts(name)))
            told += [] if tags else names
            labels[" ".join(tags) or str(branch.get("title") or f"branch {index}")] = " ".join(told)
        if len(labels) < len(branches):
            return branches[0]
        chosen = choose(
            labels, frame.scope.text, self.limits, self.prompt.examples, self.prompt.orders
        ).label
        return branches[list(labels).index(chosen)]

    def _object(
        self, walk: Walk, schema: JsonObject, frame: Frame, depth: int, *, nullable: bool
    ) -> Filled:
        required = required_of(schema)
        filled: dict[str, JsonValue] = {}
        found: list[float] = []
        for name, sub in list(properties_of(schema).items())[:400]:
            inner = replace(frame, path=(*frame.path, name), named=name, told="")
            value = self._node(walk, sub, inner, depth + 1)
            if value.value is None and name not in required and value.evidence <= 0.0:
                continue
            filled[name] = value.value
            found.append(value.evidence)
        if not properties_of(schema) and schema.get("additionalProperties") not in {False, None}:
            return self._open(walk, schema, frame)
        if nullable and found and max(found) <= 0.0:
            return NONE
        return Filled(filled, sum(found) / len(found) if found else 1.0)

    def _open(self, walk: Walk, schema: JsonObject, frame: Frame) -> Filled:
        """Fill an open object with the labelled lines of the text."""
        values = schema.get("additionalProperties")
        rows = re.findall(
            r"^[ \t]*([A-Za-zÀ-ÿ][\w À-ÿ-]{0,40}?)[ \t]*[:=][ \t]*(\S[^\n]{0,200})$",
            frame.scope.text,
            re.MULTILINE,
        )
        filled: dict[str, JsonValue] = {}
        for key, text in rows[:50]:
            if isinstance(values, dict) and type_of(resolve(values, walk.root)) != "string":
                inner = replace(frame, scope=Scope(text), path=(*frame.path, key), named=key)
                filled[key] = self._node(walk, values, inner, DEEPEST - 1).value
            else:
                filled[key] = text
        return Filled(filled, 0.5)

    def _array(self, walk: Walk, schema: JsonObject, frame: Frame, depth: int) -> Filled:
        items = resolve(schema.get("items", {}), walk.root)
        low = schema.get("minItems")
        high = schema.get("maxItems")
        least = low if isinstance(low, int) else 0
        most = high if isinstance(high, int) else LONGEST_ARRAY
        branches, _ = branches_of(items, walk.root)
        kinds = {type_of(branch) for branch in branches}
        if "object" in kinds:
            values = self._records(walk, items, branches, frame, depth)
        else:
            values = self._plain_list(walk, items, frame, depth, least)
        values = values[: max(0, min(most, LONGEST_ARRAY))]
        while len(values) < min(least, LONGEST_ARRAY):
            one = self._node(walk, items, frame, depth + 1)
            values.append(one if one.value is not None else Filled(self._least(walk, items), 0.0))
        found = [v.evidence for v in values]
        return Filled([v.value for v in values], sum(found) / len(found) if found else 0.4)

    def _records(
        self,
        walk: Walk,
        items: JsonObject,
        branches: Sequence[JsonObject],
        frame: Frame,
        depth: int,
    ) -> list[Filled]:
        leaves = leaves_of(branches[0], walk.root)
        meanings = {meaning_of(leaf) for leaf in leaves}
        nested = any(
            type_of(resolve(s, walk.root)) == "array" for s in properties_of(branches[0]).values()
        )
        if (
            not nested
            and meanings & {"product", "code"}
            and meanings & {"number", "money", "product"}
        ):
            return [
                self._node(
                    walk, items, replace(frame, scope=Scope(item.text), item=item), depth + 1
                )
                for item in self._items(frame)[:LONGEST_ARRAY]
            ]
        return [
            self._node(walk, items, replace(frame, scope=Scope(piece)), depth + 1)
            for piece in self._pieces(frame, leaves, nested=nested)[:LONGEST_ARRAY]
        ]

    def _items(self, frame: Frame) -> list[Item]:
        found = items_in(frame.scope.text)
        if len(found) > 1 and self.slips.happens(f"items {frame.path}"):
            found = found[:-1]
        return found

    def _pieces(self, frame: Frame, leaves: Sequence[Field], *, nested: bool) -> list[str]:
        """Cut a text into what may each be one record: bullets, passages, else the whole."""
        text = frame.scope.text
        rows = [line for line in text.split("\n") if BULLET.match(line)]
        if len(rows) >= 2 and not nested:
            return [BULLET.sub("", row, count=1) for row in rows]
        if nested or not leaves:
            return requests_in(text, frame.scope.sentences)
        return self.leaves.records_in(frame.scope, leaves) or [text]

    def _plain_list(
        self, walk: Walk, items: JsonObject, frame: Frame, depth: int, least: int
    ) -> list[Filled]:
        enum = items.get("enum")
        field = self._field(items, frame)
        if isinstance(enum, list):
            present = english_stems(frame.scope.text[:40_000], self.limits.vocabulary)
            scored = [
                (score_label(str(label), "", present, self.limits), label) for label in enum[:400]
            ]
            return [Filled(label, min(1.0, value)) for value, label in scored if value >= 0.6]
        if type_of(items) == "array":
            return [self._node(walk, items, frame, depth + 1)] if least else []
        return [v for v in self.leaves.many(field, frame.scope) if keeps(items, v.value)]

    def _field(self, schema: JsonObject, frame: Frame, *, nullable: bool = False) -> Field:
        told = str(schema.get("description") or "") or frame.told
        return Field(frame.path, frame.named, told, schema, nullable=nullable)

    def _leaf(
        self, walk: Walk, schema: JsonObject, frame: Frame, depth: int, *, nullable: bool
    ) -> Filled:
        walk.leaves += 1
        field = self._field(schema, frame, nullable=nullable)
        deep = min(1.0, depth / max(1, self.limits.depth))
        label = "/".join(frame.path)
        value = (
            self._enum(field, frame)
            if "enum" in schema
            else self.leaves.one(field, frame.scope, frame.item)
        )
        if depth > self.limits.depth or self.slips.happens(
            f"leaf {label}", depth=deep, thin_evidence=1 - value.evidence
        ):
            value = self.leaves.wrong(field, frame.scope, value)
        if value.value is not None and not keeps(schema, value.value):
            value = NONE
        if value.value is None and not nullable:
            walk.made_up += "default" not in schema
            value = Filled(invent.leaf(schema, frame.scope.text, self.slips, label), 0.0)
        walk.evidence.append(value.evidence)
        return value

    def _enum(self, field: Field, frame: Frame) -> Filled:
        options = {str(o): o for o in list_of(field.schema.get("enum"))[:2_000] if o is not None}
        if not options:
            return NONE
        if len(options) == 1:
            return Filled(next(iter(options.values())))
        special = self.leaves.special_enum(field, options, frame.scope)
        if special is not None:
            return special
        told = dict.fromkeys(options, "")
        hint = f"{field.description}\n{self.prompt.orders}"
        listed = {k: v for k, v in labels_in(self.prompt.orders).items() if k in told}
        choice = choose(
            {**told, **listed},
            frame.scope.text,
            self.limits,
            self.prompt.examples,
            hint,
            wishes=not CAUSES.search(fold(f"{field.name} {field.description}")),
        )
        if field.nullable and choice.evidence < 0.2:
            return NONE
        return Filled(options[choice.label], choice.evidence)


def list_of(value: JsonValue) -> list[JsonValue]:
    """Take a JSON list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []
