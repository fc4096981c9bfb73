import pytest

from projects.p09_agents.given.contracts import RefusedError
from projects.p09_agents.sql_guard import check


def test_a_plain_query_comes_back_with_schema_and_limit() -> None:
    statement = check("select status from orders where order_id = 'QX-1234567'")

    assert statement == (
        "SELECT status FROM agent.orders AS orders WHERE order_id = 'QX-1234567' LIMIT 50"
    )


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        ("SELECT order_id FROM orders LIMIT 3", "LIMIT 3"),
        ("SELECT order_id FROM orders LIMIT 9999", "LIMIT 50"),
        ("SELECT order_id FROM orders", "LIMIT 50"),
    ],
)
def test_the_smaller_limit_counts(sql: str, given: str) -> None:
    assert check(sql).endswith(given)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("WITH x AS (DELETE FROM orders RETURNING 1) SELECT * FROM x", "delete"),
        ("SELECT status FROM orders WHERE pg_sleep(9) IS NULL", "pg_sleep"),
        ("SELECT * FROM public.customers", "customers"),
        ("SELECT email FROM orders", "email"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("DROP TABLE orders", "SELECT"),
        ("SELECT * FROM orders FOR UPDATE", "FOR UPDATE"),
        ("SELECT * FROM orders, order_lines", "condition"),
        ("SELECT (((", "cannot be read"),
        ("SELECT total IN (7) FROM orders".replace("7", ", ".join("7" * 500)), "parts"),
        ("SELECT 7".replace("7", " + ".join(["(SELECT 7 FROM orders)"] * 6)), "too much"),
    ],
)
def test_a_refusal_names_what_is_not_allowed(sql: str, named: str) -> None:
    with pytest.raises(RefusedError, match=named):
        check(sql)


def test_a_with_name_does_not_hide_a_table_before_its_definition() -> None:
    sql = "WITH a AS (SELECT * FROM pg_shadow), pg_shadow AS (SELECT 1 AS n) SELECT * FROM a"

    with pytest.raises(RefusedError, match="pg_shadow"):
        check(sql)


def test_a_comment_does_not_reach_the_database() -> None:
    assert "secret" not in check("SELECT status FROM orders -- secret")
