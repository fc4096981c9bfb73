from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.world import draw
from shared.world.rows import COLUMNS


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_orders_add_up_and_refer_to_what_exists(seed: int) -> None:
    world = draw(seed)
    customers = {customer.id for customer in world.customers}
    skus = {product.sku for product in world.products}

    for order in world.orders:
        assert order.customer_id in customers
        assert all(line.sku in skus for line in order.lines)
        assert all(line.total == line.unit_price * line.quantity for line in order.lines)
        assert order.total == sum((line.total for line in order.lines), order.shipping)
        assert order.total.as_tuple().exponent == -2


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_what_happened_to_an_order_happened_in_order(seed: int) -> None:
    world = draw(seed)
    for order in world.orders:
        parcel, refund = order.shipment, order.refund
        days = [order.placed_on]
        days += [parcel.shipped_on] if parcel else []
        days += [parcel.delivered_on] if parcel and parcel.delivered_on else []
        days += [refund.refunded_on] if refund else []
        assert days == sorted(days)
        assert days[-1] <= world.today
        assert (refund is not None) == (order.status == "refunded")


def test_a_refund_is_no_more_than_was_paid_for_its_line() -> None:
    for order in draw(7).orders:
        if order.refund:
            line = next(line for line in order.lines if line.sku == order.refund.sku)
            assert Decimal(0) < order.refund.amount <= line.total


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_ids_are_unique(seed: int) -> None:
    world = draw(seed)
    ids = [
        *(product.sku for product in world.products),
        *(product.name for product in world.products),
        *(trouble.code for product in world.products for trouble in product.troubles),
        *(customer.id for customer in world.customers),
        *(customer.name for customer in world.customers),
        *(order.id for order in world.orders),
        *(mail.id for mail in world.draw_emails(50)),
    ]

    assert max(Counter(ids).values()) == 1


def test_rows_fit_their_columns() -> None:
    for table, rows in draw(7).rows.items():
        assert rows
        assert all(len(row) == len(COLUMNS[table]) for row in rows)
