"""What the tools do in the database: one search, and two actions that look again before acting."""

from datetime import date
from decimal import Decimal

from projects.p09_agents.given.contracts import Json, RefusedError, Ticket
from projects.p09_agents.given.farol import Connection, plain
from projects.p09_agents.given.toolset import CancelOrder, Refund

SEARCH = """
WITH asked AS (
    SELECT lexeme, 1.0 / count(*) AS weight
    FROM unnest(to_tsvector('simple', %s)) AS q
    JOIN agent_passages p ON p.words @@ to_tsquery('simple', quote_literal(lexeme))
    WHERE p.language = %s GROUP BY lexeme
)
SELECT p.title, p.text
FROM agent_passages p JOIN asked ON p.words @@ to_tsquery('simple', quote_literal(asked.lexeme))
WHERE %s <> '' AND p.language = %s
GROUP BY p.id ORDER BY sum(asked.weight) DESC, p.id LIMIT 4
"""


async def search(connection: Connection, query: str, language: str) -> Json:
    """Find the paragraphs that share the rarest words with a question."""
    cursor = await connection.execute(SEARCH, [query, language] * 2)
    return {"passages": [{"title": t, "text": text} for t, text in await cursor.fetchall()]}


async def refund(connection: Connection, arguments: Refund, ticket: Ticket, today: date) -> Json:
    """Pay a refund, after looking at the order again: much may have happened since the quote."""
    order = await _locked_order(connection, arguments.order_id, ticket.customer_id)
    cursor = await connection.execute(
        "SELECT quantity, total FROM order_lines WHERE order_id = %s AND sku = %s",
        [arguments.order_id, arguments.sku],
    )
    line = await cursor.fetchone()
    paid = Decimal(0) if line is None else Decimal(line[1]) + Decimal(order["shipping"])
    if order["status"] != "delivered" or line is None or arguments.quantity > line[0]:
        raise RefusedError(f"Order {arguments.order_id} has nothing to refund like this.")
    if not 0 < Decimal(arguments.amount) <= paid:
        raise RefusedError("The amount is more than was paid.")
    await connection.execute(
        "INSERT INTO refunds VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [f"R-{arguments.order_id}", arguments.order_id, arguments.sku, arguments.quantity,
         arguments.amount, arguments.reason, today],
    )  # fmt: skip
    await connection.execute(
        "UPDATE orders SET status = 'refunded' WHERE id = %s", [arguments.order_id]
    )
    return {"refund_id": f"R-{arguments.order_id}", "amount": arguments.amount,
            "currency": order["currency"], "order_id": arguments.order_id}  # fmt: skip


async def cancel(connection: Connection, arguments: CancelOrder, ticket: Ticket) -> Json:
    """Cancel an order that is still here."""
    order = await _locked_order(connection, arguments.order_id, ticket.customer_id)
    if order["status"] not in {"placed", "paid"}:
        raise RefusedError(f"Order {arguments.order_id} is {order['status']}; it stays.")
    await connection.execute(
        "UPDATE orders SET status = 'cancelled' WHERE id = %s", [arguments.order_id]
    )
    return {"order_id": arguments.order_id, "status": "cancelled"}


async def _locked_order(connection: Connection, order_id: str, customer_id: str) -> Json:
    cursor = await connection.execute(
        "SELECT status, currency, shipping FROM orders WHERE id = %s AND customer_id = %s"
        " FOR UPDATE",
        [order_id, customer_id],
    )
    row = await cursor.fetchone()
    if row is None:
        raise RefusedError(f"This customer has no order {order_id}.")
    return dict(zip(("status", "currency", "shipping"), map(plain, row), strict=True))
