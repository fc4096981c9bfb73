"""Layer (a) around SQL that a model wrote: an allow-list over every node of the statement.

Whoever lists what is forbidden forgets something. So this lists what may stand in a statement:
node types, functions, tables, columns; anything else is refused by name. It knows no database.
"""

import re
from collections.abc import Iterator, Mapping

import sqlglot
from sqlglot import exp

from projects.p09_agents.given.contracts import RefusedError

MOST_ROWS = 50
LONGEST = 4_000
MOST_NODES = 400
MOST_TABLES = 5
OPENING = re.compile(r"[\s(]*(?:select|with|table)\b", re.IGNORECASE)
SCHEMA = "agent"

TABLES: Mapping[str, frozenset[str]] = {
    "orders": frozenset({"order_id", "placed_on", "currency", "shipping", "total", "status"}),
    "order_lines": frozenset({"order_id", "sku", "product", "quantity", "unit_price", "total"}),
    "shipments": frozenset({"order_id", "courier", "tracking", "shipped_on", "delivered_on"}),
    "refunds": frozenset(
        {"order_id", "sku", "quantity", "amount", "reason", "refunded_on"}
    ),
}  # fmt: skip
"""The views a model may read, with all their columns."""

FUNCTIONS = frozenset(
    {"count", "sum", "avg", "min", "max", "coalesce", "lower", "upper", "round", "abs", "extract"}
)

NODES: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered,
    exp.Limit, exp.Offset, exp.Distinct, exp.Subquery, exp.With, exp.CTE, exp.TableAlias,
    exp.Union, exp.Table, exp.Column, exp.Identifier, exp.Alias, exp.Star, exp.Literal,
    exp.Null, exp.Boolean, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT,
    exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like, exp.ILike, exp.Add, exp.Sub,
    exp.Mul, exp.Div, exp.Neg, exp.Case, exp.If, exp.Cast, exp.DataType, exp.Exists, exp.Var,
    exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Coalesce, exp.Lower, exp.Upper, exp.Round,
    exp.Abs, exp.Extract,
)  # fmt: skip
TYPES = frozenset({"DATE", "INT", "BIGINT", "DECIMAL", "TEXT", "VARCHAR", "DOUBLE"})


def check(sql: str) -> str:
    """Return the one statement that may run, with a limit; raises ``RefusedError`` otherwise.

    What runs is written anew from the tree that was checked, so nothing that the parser overlooked
    (a comment, a second statement, an odd escape) can reach the database.

    >>> check("select status from orders where order_id = 'QX-1234567'")
    "SELECT status FROM agent.orders AS orders WHERE order_id = 'QX-1234567' LIMIT 50"
    """
    # task 1: begin
    tree = _parsed(sql)
    nodes = list(tree.walk())
    if len(nodes) > MOST_NODES:
        raise RefusedError(
            f"The statement has {len(nodes)} parts.", advice="Ask something simpler."
        )
    for node in nodes:
        _allow_node(node)
    if sum(isinstance(node, exp.Table) for node in nodes) > MOST_TABLES:
        raise RefusedError("The statement joins too much.", advice=f"At most {MOST_TABLES} tables.")
    for table in list(tree.find_all(exp.Table)):
        _allow_table(table, _visible(table, tree))
    known = _columns(tree) | _aliases(tree)
    for column in tree.find_all(exp.Column):
        _allow_column(column, known)
    return _limited(tree).sql(dialect="postgres", comments=False)
    # task 1: end


def _parsed(sql: str) -> exp.Select | exp.Union:
    if len(sql) > LONGEST or "\x00" in sql:
        raise RefusedError(
            "The statement is too long.", advice=f"Use at most {LONGEST} characters."
        )
    if not OPENING.match(sql):
        raise RefusedError("Only SELECT is allowed.", advice="Write one SELECT.")
    try:
        found = sqlglot.parse(sql, dialect="postgres")
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError) as error:
        reason = str(error).split("\n")[0][:160]
        raise RefusedError(f"The statement cannot be read: {reason}") from None
    statements = [tree for tree in found if tree is not None]
    if len(statements) != 1:
        raise RefusedError(f"There are {len(statements)} statements.", advice="Write exactly one.")
    tree = statements[0]
    if not isinstance(tree, exp.Select | exp.Union):
        raise RefusedError(f"{tree.key.upper()} is not allowed.", advice="Write one SELECT.")
    return tree


def _allow_node(node: exp.Expr) -> None:
    """Refuse what is not on the list; subclasses are other nodes and count for themselves."""
    kind = type(node)
    if kind not in NODES:
        name = node.name if isinstance(node, exp.Anonymous) else node.key
        what = "function" if isinstance(node, exp.Func) else "construct"
        raise RefusedError(
            f"The {what} {name} is not allowed.",
            advice=f"Functions: {', '.join(sorted(FUNCTIONS))}.",
        )
    if kind is exp.With and (
        node.args.get("recursive") or node.find_ancestor(exp.With, exp.Subquery)
    ):
        raise RefusedError("WITH may neither recur nor nest.", advice="Put it first, once.")
    if kind is exp.Join and not (node.args.get("on") or node.args.get("using")):
        raise RefusedError("A join needs its condition.", advice="Write JOIN … ON ….")
    if kind is exp.DataType and str(node.this.value) not in TYPES:
        raise RefusedError(f"The type {node.sql()} is not allowed.")
    if kind is exp.Select and (node.args.get("into") or node.args.get("locks")):
        raise RefusedError("INTO and FOR UPDATE are not allowed.", advice="Only read.")


def _visible(table: exp.Table, tree: exp.Expr) -> set[str]:
    """List the WITH names that a table's place can see: those defined before it.

    A name that is used before its definition means the real table of that name.
    """
    defined = list(tree.find_all(exp.CTE))
    inside = table.find_ancestor(exp.CTE)
    before = defined if inside is None else defined[: [id(c) for c in defined].index(id(inside))]
    return {cte.alias.lower() for cte in before}


def _allow_table(table: exp.Table, names: set[str]) -> None:
    name, schema = table.name.lower(), table.db.lower()
    if isinstance(table.this, exp.Func):
        raise RefusedError(f"The function {table.this.sql()[:60]} is not allowed as a table.")
    if table.catalog or schema not in {"", SCHEMA} or (name not in TABLES and name not in names):
        raise RefusedError(
            f"The table {table.sql()[:80]} is not allowed.", advice=f"Tables: {', '.join(TABLES)}."
        )
    if name in names and not schema:
        return
    table.set("db", exp.to_identifier(SCHEMA))
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(name)))


def _columns(tree: exp.Expr) -> set[str]:
    """List the columns of the tables in use."""
    used = (table.name.lower() for table in tree.find_all(exp.Table))
    return {column for name in used for column in TABLES.get(name, ())}


def _aliases(tree: exp.Expr) -> set[str]:
    """List the names that the statement itself gives to columns."""
    given = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    return given | {c.name.lower() for t in tree.find_all(exp.TableAlias) for c in _listed(t)}


def _listed(alias: exp.Expr) -> Iterator[exp.Expr]:
    yield from alias.args.get("columns") or ()


def _allow_column(column: exp.Column, known: set[str]) -> None:
    if isinstance(column.this, exp.Star):
        return
    if column.name.lower() not in known:
        raise RefusedError(
            f"The column {column.name[:60]} is not allowed here.",
            advice=f"Columns here: {', '.join(sorted(known)) or 'none'}.",
        )


def _limited(tree: exp.Select | exp.Union) -> exp.Select | exp.Union:
    """Force a limit: the smaller of what was asked for and ours."""
    asked = tree.args.get("limit")
    count = asked.expression if asked is not None else None
    if isinstance(count, exp.Literal) and count.is_int:
        return tree.limit(min(int(count.name), MOST_ROWS))
    return tree.limit(MOST_ROWS)


def schema_text() -> str:
    """Describe to a model what it may read."""
    lines = [f"{name}({', '.join(sorted(columns))})" for name, columns in TABLES.items()]
    values = "orders.status is one of placed, paid, shipped, delivered, cancelled, refunded."
    return "\n".join([*lines, values, "All rows belong to the customer of the ticket."])
