"""Draws what tickets are about: orders that fit, and what may come back for them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from shared.world.hops import Sale, work_out
from shared.world.model import Customer, Order, OrderLine, Product
from shared.world.money import amount, cents
from shared.world.world import World

from .phrases import ONE, PHRASES, UNITS, Language

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """A ticket with what must come of it.

    ``told`` lists what the reply must hold, each in any of its wordings. ``status`` is what the
    order's status becomes and ``refund`` the row that is added; a task without either changes
    nothing. ``must_refuse`` marks those that ask for a change that may not be made.
    """

    ticket: Json
    kind: str
    told: tuple[tuple[str, ...], ...] = ()
    order: str = ""
    status: str = ""
    refund: tuple[str, ...] = ()
    must_refuse: bool = False


@dataclass
class Drawer:
    """Draws tasks from one world, each about an order of its own."""

    world: World
    draw: random.Random
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Index the world."""
        self.customers = {c.id: c for c in self.world.customers}
        self.products = {p.sku: p for p in self.world.products}
        self.orders = self.draw.sample(self.world.orders, len(self.world.orders))

    def take(self, fits: Callable[[Order], bool]) -> Iterator[Order]:
        """Yield orders that fit and that no other task is about."""
        for order in self.orders:
            if order.id not in self.used and fits(order):
                self.used.add(order.id)
                yield order

    def days(self, order: Order) -> int:
        """Count the days since delivery; a large number where there was none."""
        delivered = order.shipment.delivered_on if order.shipment else None
        return (self.world.today - delivered).days if delivered else 10_000

    def window(self, order: Order, line: OrderLine) -> int:
        """Say within how many days a line may come back."""
        tier = self.world.rules.tier_for(self.customers[order.customer_id].points)
        product = self.products[line.sku]
        return self.world.rules.class_for(product.category).window_days + tier.extra_days

    def quote(self, order: Order, line: OrderLine, units: int) -> Decimal:
        """Work out what comes back."""
        sale = Sale(
            product=self.products[line.sku],
            points=self.customers[order.customer_id].points,
            quantity=line.quantity,
            returned=units,
            price=cents(line.unit_price),
            shipping=cents(order.shipping),
            days=self.days(order),
        )
        return amount(work_out(self.world.rules, sale)[0])

    def ticket(self, kind: str, customer: Customer, **values: str) -> Json:
        """Write a ticket in the customer's language."""
        number = f"T{len(self.used):03d}-{self.draw.randrange(10**6):06d}"
        text = self.draw.choice(PHRASES[kind][customer.language])
        return {
            "id": number,
            "customer_id": customer.id,
            "language": customer.language,
            "text": text.format(name=customer.name, **values),
        }

    def units(self, language: Language, product: Product, count: int) -> str:
        """Say how many of a product."""
        forms = ONE if count == 1 else UNITS
        return self.draw.choice(forms[language]).format(count=count, product=product.name)
