"""Questions in words as SQL, over tables that the prompt describes."""

import pytest

from shared.simulator.reader.sql import select, tables_in

TABLES = """Tables:
orders(order_id, placed_on, currency, total, status)
shipments(order_id, courier, tracking, delivered_on)
orders.status is one of placed, paid, delivered, cancelled."""


@pytest.mark.parametrize(
    ("asked", "sql"),
    [
        ("How many orders have I placed so far?", "SELECT COUNT(*) FROM orders"),
        (
            "How many of my orders were delivered?",
            "SELECT COUNT(*) FROM orders WHERE status = 'delivered'",
        ),
        ("Quantos pedidos eu já fiz?", "SELECT COUNT(*) FROM orders"),
        ("How much did I spend in total on my orders?", "SELECT SUM(total) FROM orders"),
        (
            "What is the status of order QX-1234567?",
            "SELECT status FROM orders WHERE order_id = 'QX-1234567'",
        ),
    ],
)
def test_a_question_becomes_the_query_it_calls_for(asked: str, sql: str) -> None:
    assert select(TABLES, asked) == sql


def test_other_tables_give_another_query() -> None:
    described = TABLES.replace("orders(", "purchases(")

    assert select(described, "How many purchases are there?") == "SELECT COUNT(*) FROM purchases"


def test_without_a_table_that_fits_there_is_no_query() -> None:
    assert select(TABLES, "Good morning!") == ""
    assert select("No tables here.", "How many orders are there?") == ""


def test_tables_are_found_one_a_line() -> None:
    assert [table.name for table in tables_in(TABLES)] == ["orders", "shipments"]
