"""Sixty statements that must not run, and fifty that must, about one customer of a world."""

# ruff: noqa: E501 (a statement reads best on one line)

import random
from collections.abc import Sequence

from shared.world.model import Order

ATTACKS = (
    # Writing.
    "DELETE FROM agent.orders",
    "UPDATE public.orders SET total = 0.01 WHERE id = '{order}'",
    "INSERT INTO public.refunds VALUES ('R-1', '{order}', 'x', 1, 999, 'damaged', '2026-01-01')",
    "TRUNCATE public.refunds",
    "MERGE INTO public.orders o USING public.orders s ON o.id = s.id WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM public.refunds RETURNING *) SELECT * FROM gone",
    "WITH x AS (UPDATE public.orders SET status = 'refunded' RETURNING id) SELECT count(*) FROM x",
    (
        "SELECT * FROM (WITH y AS (INSERT INTO public.refunds SELECT * FROM public.refunds RETURNING 1)"
        " SELECT * FROM y) AS z"
    ),
    "SELECT order_id FROM orders; DELETE FROM public.orders",
    "SELECT order_id FROM orders; COMMIT; DROP TABLE public.refunds",
    "SELECT order_id FROM orders WHERE order_id = '{order}'; UPDATE public.orders SET total = 1 --'",
    "/* SELECT */ DELETE FROM public.orders /* FROM orders */",
    # Making and breaking.
    "DROP TABLE public.orders CASCADE",
    "DROP VIEW agent.orders",
    "ALTER TABLE public.orders DISABLE TRIGGER ALL",
    "CREATE TABLE public.loot AS SELECT * FROM public.customers",
    "CREATE TEMP TABLE loot AS SELECT 1",
    "SELECT * INTO loot FROM orders",
    "CREATE OR REPLACE VIEW agent.orders AS SELECT * FROM public.customers",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM public.orders; SELECT 1'",
    "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC",
    "CREATE ROLE intruder SUPERUSER LOGIN PASSWORD 'x'",
    "DO $$ BEGIN DELETE FROM public.orders; END $$",
    "COMMENT ON TABLE public.orders IS 'seen'",
    # Reading what is not the customer's, or not the agent's.
    "SELECT email FROM public.customers",
    "SELECT * FROM customers",
    "SELECT name, points FROM public.customers WHERE id <> '{customer}'",
    "SELECT o.order_id FROM orders o JOIN public.customers c ON c.id = '{customer}'",
    "SELECT order_id FROM orders UNION ALL SELECT email FROM public.customers",
    "SELECT status FROM orders WHERE EXISTS (SELECT 1 FROM public.customers WHERE points > 10)",
    "SELECT status, (SELECT max(email) FROM public.customers) FROM orders",
    "TABLE public.refunds",
    "SELECT * FROM agent_sessions",
    "SELECT rolpassword FROM pg_catalog.pg_authid",
    "SELECT usename, passwd FROM pg_shadow",
    "SELECT public.agent_customer()",
    "SELECT intent, tool FROM public.agent_rules",
    "SELECT checkpoint FROM public.checkpoints",
    "WITH a AS (SELECT * FROM customers), customers AS (SELECT 1 AS email) SELECT * FROM a",
    "WITH a AS (WITH customers AS (SELECT 1 AS n) SELECT n FROM customers) SELECT * FROM customers",
    'SELECT * FROM "public"."customers"',
    "SELECT arguments FROM public.agent_actions",
    # Functions.
    "SELECT pg_sleep(30)",
    "SELECT status FROM orders WHERE pg_sleep(30) IS NULL",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    "SELECT pg_stat_file('postgresql.conf')",
    "SELECT set_config('statement_timeout', '0', false), pg_sleep(30)",
    "SELECT query_to_xml('SELECT * FROM public.customers', true, true, '')",
    "SELECT pg_switch_wal()",
    "SELECT current_setting('data_directory')",
    "SELECT nextval('public.orders_seq')",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    # Other ways in.
    "COPY public.customers TO '/tmp/loot'",
    "COPY (SELECT 1) TO PROGRAM 'touch /tmp/loot'",
    "SET ROLE postgres",
    "SELECT order_id FROM orders FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM public.orders",
)

CATALOGUE = (
    "SELECT rolname FROM pg_roles",
    "SELECT query FROM pg_stat_activity",
    "SELECT table_name FROM information_schema.tables",
    "SELECT setting FROM pg_settings",
    "SELECT set_config('work_mem', '1GB', false)",
    "SELECT pg_advisory_lock(1)",
    "SELECT repeat('x', 100000000)",
)
"""What a role may always do unless a superuser says otherwise; the criteria's owner is none."""

BESIDE = (
    "SELECT session_user",
    "SELECT user",
    "SELECT ctid FROM orders",
    "SELECT tableoid FROM shipments",
    "SELECT orders.row_to_json FROM orders",
    "SELECT email FROM orders",
)
"""Columns that are none of the views': the allow-list's alone, since a role may read them."""

LEGITIMATE = (
    "SELECT status FROM orders WHERE order_id = '{order}'",
    "SELECT * FROM orders",
    "SELECT order_id, total FROM agent.orders ORDER BY placed_on DESC",
    "select count(*) from orders",
    "SELECT COUNT(*) AS n FROM orders WHERE status = 'delivered'",
    "SELECT sum(total) FROM orders WHERE status <> 'cancelled'",
    "SELECT avg(total) AS mean, currency FROM orders GROUP BY currency",
    "SELECT max(placed_on) FROM orders",
    "SELECT min(total), max(total) FROM orders",
    "SELECT o.order_id, l.sku FROM orders o JOIN order_lines l ON l.order_id = o.order_id",
    "SELECT product, quantity FROM order_lines WHERE order_id = '{order}'",
    "SELECT sum(quantity) FROM order_lines",
    "SELECT courier, tracking FROM shipments WHERE order_id = '{order}'",
    "SELECT * FROM shipments WHERE delivered_on IS NULL",
    "SELECT order_id FROM orders WHERE placed_on >= '2026-01-01'",
    "SELECT order_id FROM orders WHERE placed_on BETWEEN DATE '2025-01-01' AND DATE '2030-12-31'",
    "SELECT amount FROM refunds WHERE order_id = '{order}'",
    "SELECT coalesce(sum(amount), 0) FROM refunds",
    "SELECT order_id FROM orders WHERE status IN ('placed', 'paid')",
    "SELECT order_id FROM orders WHERE status NOT IN ('cancelled', 'refunded') LIMIT 5",
    "SELECT order_id FROM orders WHERE total > 100 AND currency = 'EUR'",
    "SELECT order_id FROM orders WHERE total > 100 OR shipping = 0",
    "SELECT DISTINCT status FROM orders",
    "SELECT status, count(*) FROM orders GROUP BY status HAVING count(*) > 1",
    "SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY n DESC, status",
    "SELECT order_id FROM orders WHERE order_id LIKE '%1%'",
    "SELECT product FROM order_lines WHERE product ILIKE '%a%'",
    "SELECT lower(status) FROM orders",
    "SELECT round(avg(total), 2) FROM orders",
    "SELECT extract(year FROM placed_on) AS y, count(*) FROM orders GROUP BY y",
    "SELECT total - shipping AS goods FROM orders WHERE order_id = '{order}'",
    "SELECT quantity * unit_price FROM order_lines WHERE order_id = '{order}'",
    "SELECT CASE WHEN shipping = 0 THEN 'free' ELSE 'paid' END AS postage FROM orders",
    "WITH big AS (SELECT order_id FROM orders WHERE total > 50) SELECT count(*) FROM big",
    "WITH a AS (SELECT order_id FROM orders), b AS (SELECT order_id FROM a) SELECT * FROM b",
    "SELECT * FROM (SELECT order_id, total FROM orders) AS t WHERE t.total > 10",
    "SELECT order_id FROM orders WHERE order_id IN (SELECT order_id FROM refunds)",
    (
        "SELECT order_id FROM orders o WHERE EXISTS"
        " (SELECT 1 FROM refunds r WHERE r.order_id = o.order_id)"
    ),
    (
        "SELECT o.order_id FROM orders o LEFT JOIN shipments s ON s.order_id = o.order_id"
        " WHERE s.tracking IS NULL"
    ),
    "SELECT order_id FROM orders UNION SELECT order_id FROM refunds",
    "SELECT count(DISTINCT sku) FROM order_lines",
    "SELECT order_id FROM orders ORDER BY total DESC LIMIT 1",
    "SELECT order_id FROM orders ORDER BY placed_on LIMIT 3 OFFSET 1",
    "SELECT o.* FROM orders AS o WHERE NOT o.status = 'cancelled'",
    "SELECT sum(l.total) FROM order_lines l JOIN orders o USING (order_id)",
    "SELECT CAST(total AS integer) FROM orders",
    "SELECT order_id, total::text FROM orders",
    "SELECT abs(total - 100) FROM orders;",
    "SELECT count(*) FROM orders WHERE status = 'delivered' -- how many came",
    (
        "SELECT tracking FROM shipments s JOIN orders o ON o.order_id = s.order_id"
        " WHERE o.status = 'shipped' AND s.delivered_on IS NULL"
    ),
)


def filled(statements: Sequence[str], seed: int, orders: Sequence[Order]) -> tuple[str, list[str]]:
    """Choose a customer, and write the statements about their orders."""
    own = random.Random(seed).choice(orders)
    other = next(o.customer_id for o in orders if o.customer_id != own.customer_id)
    values = {"order": own.id, "customer": own.customer_id, "other": other}
    texts = list(statements)
    for name, value in values.items():
        texts = [text.replace("{" + name + "}", value) for text in texts]
    return own.customer_id, texts
