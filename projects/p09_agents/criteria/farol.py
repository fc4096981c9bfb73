"""Farol, with enough orders to write tickets about."""

import random
from functools import lru_cache
from itertools import count

from shared.world.world import World, draw

from .drawer import Task
from .tasks import MAKERS, draw_tasks

REFUNDS = 9
"""One fact works out seven; two are to spare."""


@lru_cache(maxsize=2)
def draw_world(seed: int) -> World:
    """Draw the first world, of those a seed leads to, that has enough for every kind of ticket.

    Of worlds drawn blindly a third has fewer than five orders that may still be refunded.
    """
    return next(world for at in count() if _has_enough(world := draw(_derived(seed, at)), seed))


def numbered(world: World, seed: int) -> list[Task]:
    """Draw refunds that are to be paid, each of an order that its ticket names."""
    tasks = draw_tasks(world, seed, many=3)
    return [task for task in tasks if task.refund and task.order in task.ticket["text"]]


def _derived(seed: int, at: int) -> int:
    return random.Random(f"{seed}/world {at}").getrandbits(40) if at else seed


def _has_enough(world: World, seed: int) -> bool:
    whole = len(draw_tasks(world, seed)) == sum(MAKERS.values())
    return whole and len(numbered(world, seed)) >= REFUNDS
