"""Farol's orders as the service keeps them, drawn from the seed."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from shared.world.model import Order
from shared.world.world import draw

Json: TypeAlias = dict[str, Any]
FOLDER = Path(__file__).parents[1]
GRADERS = {"criteria", "mutants", "tests"}


def orders_of(seed: int) -> list[Json]:
    """Write a world's orders as the service's plain data."""
    world = draw(seed)
    names = {product.sku: product.name for product in world.products}
    return [_plain(order, names) for order in world.orders]


def _plain(order: Order, names: dict[str, str]) -> Json:
    lines = [
        {
            "sku": line.sku,
            "name": names[line.sku],
            "quantity": line.quantity,
            "total_cents": int(line.total * 100),
        }
        for line in order.lines
    ]
    return {
        "id": order.id,
        "customer_id": order.customer_id,
        "placed_on": order.placed_on.isoformat(),
        "status": order.status,
        "currency": order.currency,
        "total_cents": int(order.total * 100),
        "lines": lines,
    }


def later(orders: Sequence[Json], draw: random.Random, count: int) -> list[Json]:
    """Make new orders of the same customers, on the same days as some that exist."""
    made = []
    for _ in range(count):
        like = draw.choice(orders)
        made.append({**like, "id": f"NW-{draw.randrange(10**9):09d}"})
    return made


def mark(draw: random.Random) -> str:
    """Draw a mark that a recording upstream finds in a question."""
    return f"Q-{draw.getrandbits(32):08x}"


def modules() -> list[Path]:
    """List the service's own modules, wherever in its folder they are."""
    files = sorted(FOLDER.rglob("*.py"))
    return [file for file in files if GRADERS.isdisjoint(file.relative_to(FOLDER).parts)]
