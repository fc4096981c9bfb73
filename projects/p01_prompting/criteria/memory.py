"""The context allocator: its rules, on blocks of every kind and budgets of every size."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from shared.criteria import Level, Measured, Raised, Returned, Subject, criterion, fact

from .results import share_of

PINNED = frozenset({"system", "schema", "tools"})
FREE = ("turn", "example", "document")
PROMPTS = 60


class AllocationWire(BaseModel):
    """An allocation as it crosses the boundary."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    tokens: int


Block = Mapping[str, Any]


def drawn(dice: random.Random) -> list[Block]:
    """Draw the blocks of a prompt, tool calls with one to three results not always beside them."""
    blocks: list[Block] = []
    for kind in ("system", *dice.sample(["schema", "tools"], dice.randrange(3))):
        blocks.append(_block(blocks, kind, dice))
    for at in range(dice.randrange(5)):
        blocks.append(_block(blocks, "tool_call", dice, f"c{at}"))
        for _ in range(dice.randrange(1, 4)):
            blocks.append(_block(blocks, "tool_result", dice, f"c{at}"))
    for _ in range(dice.randrange(12)):
        blocks.append(_block(blocks, dice.choice(FREE), dice))
    dice.shuffle(blocks)
    return blocks


def _block(others: Sequence[Block], kind: str, dice: random.Random, call: str = "") -> Block:
    return {
        "id": f"{kind} {len(others)}",
        "kind": kind,
        "tokens": dice.choice((0, 1, dice.randrange(2, 90), dice.randrange(90, 500))),
        "priority": dice.randrange(-3, 6),
        "call": call,
    }


@fact(timeout_s=90)
async def allocations(subject: Subject, seed: int) -> list[tuple[str, dict[str, bool]]]:
    """Allocate the same blocks within budgets from nothing to more than enough."""
    dice, results = random.Random(seed), []
    for at in range(PROMPTS):
        blocks = drawn(dice)
        whole = sum(block["tokens"] for block in blocks)
        pinned = sum(block["tokens"] for block in blocks if block["kind"] in PINNED)
        budgets = {0, pinned - 1, pinned, pinned + 1, whole - 1, whole, whole + 99}
        budgets |= {dice.randrange(whole + 1) for _ in range(8)}
        asked = sorted(b for b in budgets if b >= 0)
        outcomes = {
            budget: await subject.attempt("prompting.allocate", blocks=blocks, budget=budget)
            for budget in dice.sample(asked, len(asked))  # remembering the last one is no help
        }
        before: frozenset[str] = frozenset()
        for budget in asked:
            outcome = outcomes[budget]
            held = _held(blocks, budget, pinned, outcome, before)
            results.append((f"prompt {at}, budget {budget}", held))
            if isinstance(outcome, Returned):
                before = frozenset(AllocationWire.model_validate(outcome.value).kept)
    return results


def _held(
    blocks: Sequence[Block], budget: int, pinned: int, outcome: object, before: frozenset[str]
) -> dict[str, bool]:
    """Say which rules an allocation keeps."""
    if budget < pinned:
        refused = isinstance(outcome, Raised) and "ContextOverflowError" in outcome.types
        return {"budget": refused, "pinned": refused, "pairs": refused, "monotone": refused}
    if not isinstance(outcome, Returned):
        return dict.fromkeys(("budget", "pinned", "pairs", "monotone"), False)
    got = AllocationWire.model_validate(outcome.value)
    kept = set(got.kept)
    tokens = sum(block["tokens"] for block in blocks if block["id"] in kept)
    calls = {block["call"] for block in blocks if block["call"]}
    parts = [{b["id"] for b in blocks if b["call"] == call} for call in calls]
    order = [block["id"] for block in blocks if block["id"] in kept]
    whole = tokens == sum(b["tokens"] for b in blocks) or len(kept) < len(blocks)
    return {
        "budget": tokens == got.tokens <= budget and list(got.kept) == order and whole,
        "pinned": {b["id"] for b in blocks if b["kind"] in PINNED} <= kept,
        "pairs": all(part <= kept or part.isdisjoint(kept) for part in parts),
        "monotone": before <= kept and _by_priority(blocks, kept) and _whole(blocks, budget, kept),
    }


def _by_priority(blocks: Sequence[Block], kept: set[str]) -> bool:
    """Tell whether nothing that stands alone went in while something more important did not."""
    alone = [b for b in blocks if b["kind"] not in PINNED and not b["call"]]
    inside = [b["priority"] for b in alone if b["id"] in kept]
    outside = [b["priority"] for b in alone if b["id"] not in kept]
    return not inside or not outside or min(inside) >= max(outside)


def _whole(blocks: Sequence[Block], budget: int, kept: set[str]) -> bool:
    """Tell whether what goes in goes on up to the first that does not fit.

    Each on its own place: calls at the highest of their priorities, of equal blocks the later
    first. Where a call is as important as something else the contract leaves the order open.
    """
    units: dict[str, list[tuple[int, Block]]] = {}
    for at, block in enumerate(blocks):
        if block["kind"] not in PINNED:
            units.setdefault(block["call"] or f"alone {at}", []).append((at, block))
    ranks = {
        name: (max(block["priority"] for _, block in unit), unit[-1][0])
        for name, unit in units.items()
    }
    shared = [rank for name, (rank, _) in ranks.items() if not name.startswith("alone")]
    if any(sum(rank == other for other, _ in ranks.values()) > 1 for rank in shared):
        return True
    expected = {block["id"] for block in blocks if block["kind"] in PINNED}
    room = budget - sum(block["tokens"] for block in blocks if block["id"] in expected)
    for name in sorted(units, key=lambda name: ranks[name], reverse=True):
        room -= sum(block["tokens"] for _, block in units[name])
        if room < 0:
            break
        expected |= {block["id"] for _, block in units[name]}
    return kept == expected


# Reference, seeds 101 to 105: 1 each time, as for 8b to 8d. Guarantees, so no margin.
@criterion("P01.8a", level=Level.ROBUST, at_least=1.0)
def budgets_are_hard(allocations: list[tuple[str, dict[str, bool]]]) -> Measured:
    """What goes in never exceeds the budget, keeps its order, and is all of it where all fits."""
    return share_of((case, held["budget"]) for case, held in allocations)


@criterion("P01.8b", level=Level.ROBUST, at_least=1.0)
def pinned_blocks_stay(allocations: list[tuple[str, dict[str, bool]]]) -> Measured:
    """System, schema and tools are never dropped; where they do not fit, a typed error says so."""
    return share_of((case, held["pinned"]) for case, held in allocations)


@criterion("P01.8c", level=Level.ROBUST, at_least=1.0)
def calls_keep_their_results(allocations: list[tuple[str, dict[str, bool]]]) -> Measured:
    """A tool's call and its results go in together or not at all."""
    return share_of((case, held["pairs"]) for case, held in allocations)


@criterion("P01.8d", level=Level.ROBUST, at_least=1.0)
def more_budget_keeps_more(allocations: list[tuple[str, dict[str, bool]]]) -> Measured:
    """Whatever a budget keeps, a larger one keeps too, and the important before the rest.

    Taking a small block in where a more important one did not fit breaks it, and so does leaving
    one out that fits.
    """
    return share_of((case, held["monotone"]) for case, held in allocations)
