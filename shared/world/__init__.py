"""Farol, the company all projects share, drawn from a seed with the truth of every fact.

>>> from shared.world import draw
>>> draw(7).emails[0].truth.kind in {"order", "return", "complaint"}
True
"""

from shared.world.asking import (
    Dialogue,
    Evidence,
    Hop,
    Poisoned,
    Question,
    RefundTask,
    Ticket,
)
from shared.world.model import (
    Customer,
    Document,
    Email,
    EmailTruth,
    Fact,
    Item,
    Mention,
    Order,
    Product,
    Request,
)
from shared.world.world import World, draw

__all__ = [
    "Customer",
    "Dialogue",
    "Document",
    "Email",
    "EmailTruth",
    "Evidence",
    "Fact",
    "Hop",
    "Item",
    "Mention",
    "Order",
    "Poisoned",
    "Product",
    "Question",
    "RefundTask",
    "Request",
    "Ticket",
    "World",
    "draw",
]
