"""The context window as memory: what goes in when not all of it fits.

The model is the kernel and tokens are its memory. Some blocks may never be paged out; the others
compete by priority; and when even the former do not fit, that is an error with a type, not a prompt
that somebody else cuts in the middle.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from pydantic import Field

from shared.errors import ContextOverflowError
from shared.llm.messages import Frozen

BlockKind: TypeAlias = Literal[
    "system", "schema", "tools", "turn", "tool_call", "tool_result", "example", "document"
]
PINNED: frozenset[BlockKind] = frozenset({"system", "schema", "tools"})


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
