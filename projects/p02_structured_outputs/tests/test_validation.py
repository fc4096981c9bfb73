"""Checks of meaning: against the mail, and of an extraction against itself."""

from typing import Any

import pytest

from projects.p02_structured_outputs.validation import check
from shared.world.world import draw

Payload = dict[str, Any]


def paths(payload: Payload, mail: str) -> set[str]:
    return {problem.path for problem in check(payload, mail)}


def test_the_truth_is_believed(payload: Payload, mail: str) -> None:
    assert check(payload, mail) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quote", "I want to return two Velmora Brisa 320"),
        ("quote", "i want to return 2 x velmora brisa 320"),
        ("quote", "I  want to return"),
        ("quote", ""),
        ("quote", "I"),
        ("order_id", "QQ-7654321"),
        ("order_id", "ZX-123456"),
        ("total", "1299.91"),
        ("total", "57.10"),
        ("currency", "BRL"),
        ("currency", None),
        ("ordered_on", "2026-03-10"),
        ("ordered_on", "2026-03-05"),
        ("delivered_on", "2026-03-21"),
    ],
)
def test_a_field_that_disagrees_with_the_mail_is_named(
    payload: Payload, mail: str, field: str, value: object
) -> None:
    payload["requests"][0][field] = value

    found = paths(payload, mail)

    # Without a currency it is the amount that has none.
    assert f"requests.0.{'total' if value is None else field}" in found


@pytest.mark.parametrize(
    ("field", "value"),
    [("product", "Velmora Brisa 32"), ("sku", "VEL-AB123-XYY"), ("quantity", 7), ("quantity", 3)],
)
def test_an_item_that_disagrees_with_the_mail_is_named(
    payload: Payload, mail: str, field: str, value: object
) -> None:
    payload["requests"][0]["items"][0][field] = value

    assert paths(payload, mail) == {f"requests.0.items.0.{field}"}


def test_an_item_listed_twice_is_named(payload: Payload, mail: str) -> None:
    payload["requests"][0]["items"] *= 2

    assert paths(payload, mail) == {"requests.0.items.1"}


def test_an_order_returned_twice_is_named(payload: Payload, mail: str) -> None:
    payload["requests"] *= 2

    assert paths(payload, mail) == {"requests.1.order_id"}


def test_a_name_that_nobody_signed_is_named(payload: Payload, mail: str) -> None:
    payload["customer_name"] = "Support"

    assert paths(payload, mail) == {"customer_name"}


ORDER_MAIL = """Date: 2026-03-20
Subject: Pedido

Quero 3 unidades do Brisa 320 por R$ 1.299,10 cada e uma Opala 7 por R$ 10,50.
O frete é R$ 20, o total deve dar R$ 3.927,80 ou R$ 3927,79, até 25/03.
"""


def order(**changes: object) -> Payload:
    items = [("Brisa 320", 3, "1299.10"), ("Opala 7", 1, "10.50")]
    return {
        "version": "2",
        "language": "pt",
        "customer_name": None,
        "requests": [
            {
                "quote": "Quero 3 unidades do Brisa 320",
                "kind": "order",
                "items": [
                    {"product": name, "sku": None, "quantity": n, "unit_price": price}
                    for name, n, price in items
                ],
                "currency": "BRL",
                "total": "3927.80",
                "shipping": "20.00",
                "wanted_by": "2026-03-25",
                **changes,
            }
        ],
    }


def test_sums_are_exact_in_decimals() -> None:
    assert check(order(), ORDER_MAIL) == []


def test_a_cent_too_little_is_named() -> None:
    assert paths(order(total="3927.79"), ORDER_MAIL) == {"requests.0.total"}


def test_a_total_without_shipping_is_at_least_the_items() -> None:
    assert check(order(shipping=None), ORDER_MAIL) == []
    assert paths(order(shipping=None, total="1299.10"), ORDER_MAIL) == {"requests.0.total"}


def test_a_day_to_come_lies_after_the_mail() -> None:
    assert paths(order(wanted_by="2025-03-25"), ORDER_MAIL) == {"requests.0.wanted_by"}


def test_counted_days_cannot_be_looked_up_and_are_let_through(payload: Payload) -> None:
    mail = "Date: 2026-03-20\n\nI want to return the box of order ZX-1, it came yesterday."
    request = payload["requests"][0]
    request |= {"quote": "I want to return the box", "order_id": "ZX-1", "items": [], "total": None}
    request |= {"currency": None, "ordered_on": None, "delivered_on": "2026-03-19"}
    payload["customer_name"] = None

    assert check(payload, mail) == []


def test_a_payload_that_keeps_no_contract_has_its_problems_listed(mail: str) -> None:
    assert check({"version": "2"}, mail)


def test_the_truth_of_a_world_is_believed(truth_of: Any) -> None:
    doubted = [
        (email.id, found)
        for email in draw(77).draw_emails(100)
        if (found := check(truth_of(email), email.text))
    ]

    assert doubted == []
