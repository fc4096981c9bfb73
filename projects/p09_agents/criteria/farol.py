"""Farol, with enough orders to write tickets about."""

import random
from functools import lru_cache
from itertools import count

from shared.world.world import World, draw

from .tasks import MAKERS, draw_tasks

REFUNDS = 9
"""As many refunds as one fact works out, and one to spare."""


@lru_cache(maxsize=2)
def draw_world(seed: int) -> World:
    """Draw the first world, of those a seed leads to, that has enough for every kind of ticket.

    Of worlds drawn blindly a third has fewer than five orders that may still be refunded.
    """
    return next(world for at in count() if _has_enough(world := draw(_numbered(seed, at)), seed))


def _numbered(seed: int, at: int) -> int:
    return random.Random(f"{seed}/world {at}").getrandbits(40) if at else seed


def _has_enough(world: World, seed: int) -> bool:
    refunds = [task for task in draw_tasks(world, seed, many=3) if task.refund]
    return len(refunds) >= REFUNDS and len(draw_tasks(world, seed)) == sum(MAKERS.values())
