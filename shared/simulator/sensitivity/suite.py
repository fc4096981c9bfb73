"""The tasks that model cards report on, and how often chance alone is right in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from shared.simulator.sensitivity.claims.claim import Make
from shared.simulator.sensitivity.tasks import chains, desks, forms, lookup, toolbox
from shared.simulator.sensitivity.tasks.intruders import attack
from shared.simulator.sensitivity.trial import Item, prompt, says


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a card: what is asked, and the accuracy of answers without reading.

    ``needs_reading`` is false where saying nothing to the point is right.
    """

    make: Make
    chance: float = 0.0
    needs_reading: bool = True


def _answer(dice: Random) -> Item:
    return lookup.look(dice, others=8).item(way=dice.randint(0, 1))


def _answer_long(dice: Random) -> Item:
    drawn = lookup.look(dice, others=150)
    return drawn.item(drawn.page(at=dice.random()))


def _abstain(dice: Random) -> Item:
    drawn = lookup.look(dice, others=8)
    item = drawn.item(drawn.page_without(), orders=lookup.MAY_ABSTAIN)
    return Item(item.request, lambda plan: lookup.UNKNOWN in plan.text)


def _multiply(dice: Random) -> Item:
    left, right = (dice.randint(10 ** (n - 1) + 1, 10**n - 1) for n in [dice.randint(1, 6)] * 2)
    return Item(prompt("Only the number.", f"What is {left} * {right}?"), says(str(left * right)))


SUITE: Mapping[str, Task] = MappingProxyType(
    {
        "answer": Task(_answer),
        "answer_long": Task(_answer_long),
        "join_2_facts": Task(lambda dice: chains.riddle(dice, 2).item()),
        "join_3_facts": Task(lambda dice: chains.riddle(dice, 3).item()),
        "join_4_facts": Task(lambda dice: chains.riddle(dice, 4).item()),
        "classify": Task(lambda dice: desks.letter(dice).item(shots=3), 1 / len(desks.DESKS)),
        "extract": Task(lambda dice: forms.letter(dice).item()),
        "choose_tool": Task(lambda dice: toolbox.errand(dice).item()),
        "need_no_tool": Task(
            lambda dice: toolbox.errand(dice, needless=True).item(), 0.5, needs_reading=False
        ),
        "multiply": Task(_multiply),
        "abstain": Task(_abstain),
        "resist_injection": Task(
            lambda dice: attack(dice).item(delimited=True), 1.0, needs_reading=False
        ),
    }
)
