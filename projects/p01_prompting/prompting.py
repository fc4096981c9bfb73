"""What a model is given: a prompt from its file, data that cannot pass for instructions, a budget.

``render`` fills a prompt file (``given/prompt_files.py``) and does nothing else: the same values
always give the same bytes. What somebody else wrote is ``data``; it stands between two marks with a
nonce that occurs nowhere in it.

The context window is memory, and the model its kernel. Some blocks may never be paged out; the
others compete by priority (``allocate``); and when even the former do not fit, that is an error
with a type, not a prompt that somebody else cuts in the middle.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import count, groupby
from typing import Literal, TypeAlias

from pydantic import Field

from projects.p01_prompting.given.prompt_files import (
    Example,
    Kind,
    PromptError,
    Value,
    filled,
    load,
)
from shared.errors import ContextOverflowError
from shared.llm.messages import Frozen, Message, Role, TextPart

MARK = re.compile(r"<([a-z][a-z0-9_]*)-([0-9a-f]{16})>\n")

BlockKind: TypeAlias = Literal[
    "system", "schema", "tools", "turn", "tool_call", "tool_result", "example", "document"
]
PINNED: frozenset[BlockKind] = frozenset({"system", "schema", "tools"})


def render(name: str, version: int, values: Mapping[str, Value]) -> tuple[Message, ...]:
    """Fill a prompt; the same values give the same messages, byte for byte.

    Raises ``PromptError``, with prompt and version in its message (``answer_steps v1``), where
    ``values`` lacks a declared variable, has one that is not declared, or gives one of another
    type: ``text`` and ``data`` take a string, ``examples`` a tuple of ``Example``. Data, and every
    example's text, is put between marks (see ``fenced``), so no text changes how many messages
    there are or who speaks in them, and none is a template itself.
    Templates may also use ``nonce``, and ``example`` in a message with ``each``.
    """
    # task 1: begin
    prompt = load(name, version)
    _check(name, version, prompt.variables, values)
    plain = {key: value for key, value in values.items() if isinstance(value, str)}
    shown = {key: value for key, value in values.items() if not isinstance(value, str)}
    data = {key: text for key, text in plain.items() if prompt.variables[key] == "data"}
    for key, examples in shown.items():
        data |= {f"{key}_{at}": example.text for at, example in enumerate(examples)}
    nonce = nonce_for(data.values())
    known = {**plain, **fenced(data), "nonce": nonce}
    messages: list[Message] = []
    for each, turns in groupby(prompt.messages, key=lambda turn: turn.each):
        together = tuple(turns)
        for extra in _extras(each, shown, known):
            for turn in together:
                text = filled(turn.text, {**known, **extra}, f"{name} v{version}")
                messages.append(Message(role=Role(turn.role), parts=(TextPart(text=text),)))
    return tuple(messages)
    # task 1: end


def _check(
    name: str, version: int, declared: Mapping[str, Kind], values: Mapping[str, Value]
) -> None:
    for verb, keys in (
        ("lacks", declared.keys() - values.keys()),
        ("does not know", values.keys() - declared.keys()),
    ):
        if keys:
            raise PromptError(
                f"Prompt {name} v{version} {verb} {', '.join(sorted(keys))}.",
                advice=f"It takes {', '.join(sorted(declared)) or 'no variables'}.",
            )
    for key, kind in declared.items():
        if isinstance(values[key], str) == (kind == "examples"):
            raise PromptError(
                f"Prompt {name} v{version} takes {kind} for {key}, "
                f"not {type(values[key]).__name__}."
            )


def _extras(
    each: str, shown: Mapping[str, Sequence[Example]], known: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """Give the extra names of a turn: none, or once for every example."""
    if not each:
        yield {}
        return
    for at, example in enumerate(shown.get(each, ())):
        yield {"example": {"text": known[f"{each}_{at}"], "answer": example.answer}}


def fenced(data: Mapping[str, str]) -> dict[str, str]:
    """Put each text between marks of its own: ``<name-nonce>``, the text, ``</name-nonce>``.

    Marks and text stand on lines of their own. All marks share one nonce, ``nonce_for`` the texts.
    """
    nonce = nonce_for(data.values())
    return {name: f"<{name}-{nonce}>\n{text}\n</{name}-{nonce}>" for name, text in data.items()}


def nonce_for(texts: Iterable[str]) -> str:
    """Derive 16 hexadecimal digits that occur in none of ``texts``, and follow from them alone.

    No clock and no random generator: rendering stays pure. Who writes one text cannot foresee the
    nonce without all the others, and a guess that holds would change the text it depends on.
    """
    # task 2: begin
    given = tuple(texts)
    for attempt in count():
        digest = blake2b(digest_size=8)
        for part in (str(attempt), *given):
            raw = part.encode("utf-8", "surrogatepass")
            # Lengths first, or ("ab", "c") and ("a", "bc") would be the same texts.
            digest.update(len(raw).to_bytes(8, "big") + raw)
        nonce = digest.hexdigest()
        if not any(nonce in text for text in given):
            return nonce
    raise AssertionError("counting does not end")
    # task 2: end


def recovered(messages: Sequence[Message]) -> dict[str, str]:
    """Read the data back out of rendered messages, exactly as it was put in."""
    found: dict[str, str] = {}
    for message in messages:
        position = 0
        while mark := MARK.search(message.text, position):
            closing = f"\n</{mark[1]}-{mark[2]}>"
            end = message.text.find(closing, mark.end())
            if end < 0:
                position = mark.end()
                continue
            found.setdefault(mark[1], message.text[mark.end() : end])
            position = end + len(closing)
    return found


class Block(Frozen):
    """A piece of a prompt and what it takes up; ``call`` joins a tool's call and its results."""

    id: str
    kind: BlockKind
    tokens: int = Field(ge=0)
    priority: int = 0
    call: str = ""


class Allocation(Frozen):
    """The ids that go in, in the order in which they came, and the tokens that they take."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    tokens: int


def allocate(blocks: Sequence[Block], budget: int) -> Allocation:
    """Choose the blocks that go into a prompt of at most ``budget`` tokens.

    System, schema and tools always go in; where they alone do not fit, ``ContextOverflowError`` is
    raised. A tool's call and its results (blocks of one ``call``) go in together or not at all, at
    the highest of their priorities. The rest go in by priority, of equal ones the later first, up
    to the first that does not fit: nothing less important slips in past it. So whatever a budget
    keeps, every larger one keeps too.
    """
    # task 8: begin
    pinned = [block for block in blocks if block.kind in PINNED]
    used = sum(block.tokens for block in pinned)
    if used > budget:
        raise ContextOverflowError(
            f"System, schema and tools take {used} tokens, and the budget is {budget}.",
            advice="Give a larger budget, or shorten the instructions.",
        )
    kept = {id(block) for block in pinned}
    for unit in _units(blocks):
        size = sum(block.tokens for block in unit)
        if used + size > budget:
            break
        used += size
        kept |= {id(block) for block in unit}
    return Allocation(
        kept=tuple(block.id for block in blocks if id(block) in kept),
        dropped=tuple(block.id for block in blocks if id(block) not in kept),
        tokens=used,
    )
    # task 8: end


def _units(blocks: Sequence[Block]) -> list[list[Block]]:
    """Group what belongs together, the most important first."""
    units: dict[str, list[Block]] = {}
    last: dict[str, int] = {}
    for at, block in enumerate(blocks):
        if block.kind not in PINNED:
            key = f"call {block.call}" if block.call else f"block {at}"
            units.setdefault(key, []).append(block)
            last[key] = at
    order = sorted(
        units,
        key=lambda key: (max(block.priority for block in units[key]), last[key]),
        reverse=True,
    )
    return [units[key] for key in order]


def estimated_tokens(text: str) -> int:
    """Estimate a text's tokens from above: three characters each, a few for the message."""
    return len(text) // 3 + 8
