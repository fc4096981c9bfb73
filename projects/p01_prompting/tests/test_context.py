"""The allocator keeps its promises for every prompt and every budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.p01_prompting.prompting import PINNED, Block, BlockKind, allocate
from shared.errors import ContextOverflowError

KINDS: list[BlockKind] = ["turn", "example", "document", "tool_call", "tool_result", "tools"]


@st.composite
def prompts(draw: st.DrawFn) -> list[Block]:
    size = draw(st.integers(0, 8))
    made = [Block(id="s", kind="system", tokens=draw(st.integers(0, 20)))]
    for at in range(size):
        kind = draw(st.sampled_from(KINDS))
        call = draw(st.sampled_from("ab")) if kind.startswith("tool_") else ""
        priority, tokens = draw(st.integers(-2, 2)), draw(st.integers(0, 40))
        made.append(Block(id=f"{at}", kind=kind, tokens=tokens, priority=priority, call=call))
    return made


@settings(max_examples=60, deadline=None)
@given(prompts(), st.integers(0, 250), st.integers(0, 50))
def test_every_promise_is_kept(blocks: list[Block], budget: int, more: int) -> None:
    pinned = sum(block.tokens for block in blocks if block.kind in PINNED)
    if pinned > budget:
        with pytest.raises(ContextOverflowError, match=f"{pinned}"):
            allocate(blocks, budget)
        return

    got, wider = allocate(blocks, budget), allocate(blocks, budget + more)

    kept = set(got.kept)
    assert got.tokens == sum(block.tokens for block in blocks if block.id in kept) <= budget
    assert {block.id for block in blocks if block.kind in PINNED} <= kept <= set(wider.kept)
    assert list(got.kept) == [block.id for block in blocks if block.id in kept]
    for call in "ab":
        parts = {block.id for block in blocks if block.call == call}
        assert parts <= kept or not parts & kept


def test_nothing_small_slips_past_something_important() -> None:
    blocks = [
        Block(id="big", kind="document", tokens=10, priority=2),
        Block(id="small", kind="document", tokens=3, priority=1),
    ]

    assert allocate(blocks, 5).kept == ()
    assert allocate(blocks, 10).kept == ("big",)


def test_of_equal_blocks_the_later_stays() -> None:
    turns = [Block(id=name, kind="turn", tokens=5) for name in ("old", "new")]

    assert allocate(turns, 5).kept == ("new",)
