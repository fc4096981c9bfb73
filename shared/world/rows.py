"""Farol's trade as tables: the schema, and rows ready to copy into PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from shared.world.model import Customer, Order, Product

Cell: TypeAlias = str | int | Decimal | date | None
Rows: TypeAlias = Mapping[str, Sequence[tuple[Cell, ...]]]

SCHEMA = """
CREATE TABLE customers (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    language text NOT NULL CHECK (language IN ('en', 'pt')),
    country text NOT NULL CHECK (country IN ('BR', 'IE', 'US')),
    city text NOT NULL,
    currency text NOT NULL CHECK (currency IN ('BRL', 'EUR', 'USD')),
    points integer NOT NULL CHECK (points >= 0),
    since date NOT NULL
);
CREATE TABLE products (
    sku text PRIMARY KEY,
    name text NOT NULL UNIQUE,
    brand text NOT NULL,
    category text NOT NULL,
    price_brl numeric(12, 2) NOT NULL CHECK (price_brl > 0),
    price_eur numeric(12, 2) NOT NULL CHECK (price_eur > 0),
    price_usd numeric(12, 2) NOT NULL CHECK (price_usd > 0)
);
CREATE TABLE orders (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    placed_on date NOT NULL,
    currency text NOT NULL CHECK (currency IN ('BRL', 'EUR', 'USD')),
    shipping numeric(12, 2) NOT NULL CHECK (shipping >= 0),
    total numeric(12, 2) NOT NULL CHECK (total > 0),
    status text NOT NULL
        CHECK (status IN ('placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded'))
);
CREATE TABLE order_lines (
    order_id text NOT NULL REFERENCES orders (id),
    sku text NOT NULL REFERENCES products (sku),
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL CHECK (unit_price > 0),
    total numeric(12, 2) NOT NULL CHECK (total = quantity * unit_price),
    PRIMARY KEY (order_id, sku)
);
CREATE TABLE shipments (
    order_id text PRIMARY KEY REFERENCES orders (id),
    courier text NOT NULL,
    tracking text NOT NULL UNIQUE,
    shipped_on date NOT NULL,
    delivered_on date CHECK (delivered_on >= shipped_on)
);
CREATE TABLE refunds (
    id text PRIMARY KEY,
    order_id text NOT NULL REFERENCES orders (id),
    sku text NOT NULL REFERENCES products (sku),
    quantity integer NOT NULL CHECK (quantity > 0),
    amount numeric(12, 2) NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    refunded_on date NOT NULL
);
"""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customers": (
        "id", "name", "email", "language", "country", "city", "currency", "points", "since",
    ),
    "products": ("sku", "name", "brand", "category", "price_brl", "price_eur", "price_usd"),
    "orders": ("id", "customer_id", "placed_on", "currency", "shipping", "total", "status"),
    "order_lines": ("order_id", "sku", "quantity", "unit_price", "total"),
    "shipments": ("order_id", "courier", "tracking", "shipped_on", "delivered_on"),
    "refunds": ("id", "order_id", "sku", "quantity", "amount", "reason", "refunded_on"),
}  # fmt: skip


def table_rows(
    customers: Sequence[Customer], products: Sequence[Product], orders: Sequence[Order]
) -> Rows:
    """List each table's rows, in an order that satisfies every reference."""
    return {
        "customers": [
            (c.id, c.name, c.email, c.language, c.country, c.city, c.currency, c.points, c.since)
            for c in customers
        ],
        "products": [
            (p.sku, p.name, p.brand, p.category, p.prices.BRL, p.prices.EUR, p.prices.USD)
            for p in products
        ],
        "orders": [
            (o.id, o.customer_id, o.placed_on, o.currency, o.shipping, o.total, o.status)
            for o in orders
        ],
        "order_lines": [
            (order.id, line.sku, line.quantity, line.unit_price, line.total)
            for order in orders
            for line in order.lines
        ],
        "shipments": list(_shipments(orders)),
        "refunds": list(_refunds(orders)),
    }


def copy_statement(table: str) -> str:
    """Write the COPY statement that takes a table's rows."""
    return f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN"


def _shipments(orders: Sequence[Order]) -> Iterator[tuple[Cell, ...]]:
    for order in orders:
        if parcel := order.shipment:
            yield order.id, parcel.courier, parcel.tracking, parcel.shipped_on, parcel.delivered_on


def _refunds(orders: Sequence[Order]) -> Iterator[tuple[Cell, ...]]:
    for order in orders:
        if back := order.refund:
            yield (
                back.id,
                order.id,
                back.sku,
                back.quantity,
                back.amount,
                back.reason,
                back.refunded_on,
            )
