"""Draw who buys from Farol, and what: customers and their orders, with totals that add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.world import money, names
from shared.world.model import (
    Currency,
    Customer,
    Language,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Reason,
    Refund,
    Shipment,
)
from shared.world.stream import Stream

CUSTOMERS = 120
ORDERS = 300
FREE_SHIPPING = 35
HOMES: tuple[tuple[tuple[str, Language, Currency], int], ...] = (
    (("BR", "pt", "BRL"), 50),
    (("US", "en", "USD"), 24),
    (("IE", "en", "EUR"), 22),
    (("BR", "en", "BRL"), 4),
)
POSTAGE: dict[Currency, tuple[int, int]] = {
    "BRL": (1490, 8990),
    "EUR": (390, 1890),
    "USD": (490, 2490),
}
STATUSES: tuple[tuple[OrderStatus, int], ...] = (
    ("delivered", 62),
    ("refunded", 12),
    ("shipped", 10),
    ("paid", 7),
    ("placed", 4),
    ("cancelled", 5),
)
REASONS: tuple[Reason, ...] = (
    "damaged",
    "defective",
    "wrong_item",
    "missing_parts",
    "not_as_described",
    "changed_mind",
)


@dataclass(frozen=True)
class Market:
    """Who may buy what, and who carries it."""

    customers: Sequence[Customer]
    products: Sequence[Product]
    couriers: Sequence[str]


def draw_customers(draw: Stream, today: date) -> tuple[Customer, ...]:
    """Draw the customers, half of whom write Portuguese."""
    seen: set[str] = set()
    return tuple(_customer(draw.at(index), today, seen) for index in range(CUSTOMERS))


def _customer(draw: Stream, today: date, seen: set[str]) -> Customer:
    country, language, currency = draw.weighted(HOMES)
    while (name := names.person(draw, language)) in seen:
        continue
    seen.add(name)
    while (email := names.address(draw)) in seen:
        continue
    seen.add(email)
    while (number := f"C-{draw.between(100_000, 999_999)}") in seen:
        continue
    seen.add(number)
    return Customer.model_validate(
        {
            "id": number,
            "name": name,
            "email": email,
            "language": language,
            "country": country,
            "city": draw.pick(names.CITIES[country]),
            "currency": currency,
            "points": draw.between(0, 9_800),
            "since": today - timedelta(days=draw.between(420, 2_600)),
        }
    )


def draw_orders(
    draw: Stream,
    today: date,
    customers: Sequence[Customer],
    products: Sequence[Product],
    couriers: Sequence[str],
) -> tuple[Order, ...]:
    """Draw the orders, oldest first; every customer and product mentioned exists."""
    prefix, seen = draw.code(2, "ABCDEFGHJKLMNPQRSTVWXYZ"), set[str]()
    orders = []
    for index in range(ORDERS):
        own = draw.at(index)
        while (number := f"{prefix}-{own.between(1_000_000, 9_999_999)}") in seen:
            continue
        seen.add(number)
        orders.append(_order(own, number, today, Market(customers, products, couriers)))
    return tuple(sorted(orders, key=lambda order: (order.placed_on, order.id)))


def _order(draw: Stream, number: str, today: date, market: Market) -> Order:
    customer = draw.pick(market.customers)
    lines = _lines(draw, customer.currency, market.products)
    low, high = POSTAGE[customer.currency]
    shipping = 0 if draw.chance(FREE_SHIPPING) else draw.between(low, high, 10)
    status = draw.weighted(STATUSES)
    settled = status in {"delivered", "refunded"}
    placed_on = today - timedelta(days=draw.between(45, 400) if settled else draw.between(1, 9))
    shipment = _shipment(draw, status, placed_on, today, market.couriers)
    return Order(
        id=number,
        customer_id=customer.id,
        placed_on=placed_on,
        currency=customer.currency,
        lines=lines,
        shipping=money.amount(shipping),
        total=money.amount(sum(money.cents(line.total) for line in lines) + shipping),
        status=status,
        shipment=shipment,
        refund=_refund(draw, number, lines, shipment) if status == "refunded" else None,
    )


def _lines(draw: Stream, currency: Currency, products: Sequence[Product]) -> tuple[OrderLine, ...]:
    chosen = draw.sample(products, draw.weighted(((1, 45), (2, 35), (3, 15), (4, 5))))
    return tuple(_line(draw, product.sku, product.prices.in_(currency)) for product in chosen)


def _line(draw: Stream, sku: str, price: Decimal) -> OrderLine:
    quantity = draw.weighted(((1, 55), (2, 25), (3, 12), (4, 5), (6, 3)))
    # Now and then a line was bought at a lower price than today's.
    percent = draw.weighted(((100, 70), (95, 10), (90, 15), (85, 5)))
    paid = money.share(money.cents(price), percent)
    return OrderLine(
        sku=sku,
        quantity=quantity,
        unit_price=money.amount(paid),
        total=money.amount(paid * quantity),
    )


def _shipment(
    draw: Stream, status: OrderStatus, placed_on: date, today: date, couriers: Sequence[str]
) -> Shipment | None:
    if status in {"placed", "paid", "cancelled"}:
        return None
    shipped_on = placed_on + timedelta(days=draw.between(1, 4))
    delivered_on = shipped_on + timedelta(days=draw.between(1, 14))
    return Shipment(
        courier=draw.pick(couriers),
        tracking=draw.code(3) + str(draw.between(10**8, 10**9 - 1)),
        shipped_on=min(shipped_on, today),
        delivered_on=None if status == "shipped" else delivered_on,
    )


def _refund(
    draw: Stream, order_id: str, lines: Sequence[OrderLine], shipment: Shipment | None
) -> Refund | None:
    if shipment is None or shipment.delivered_on is None:
        return None
    line = draw.pick(lines)
    quantity = draw.between(1, line.quantity)
    return Refund(
        id=f"R-{order_id}",
        sku=line.sku,
        quantity=quantity,
        amount=money.amount(money.cents(line.unit_price) * quantity),
        reason=draw.pick(REASONS),
        refunded_on=shipment.delivered_on + timedelta(days=draw.between(3, 22)),
    )
