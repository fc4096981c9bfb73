"""What the agent may do at all: rules that code holds, whatever a model or a tool's answer says.

Three questions: may this call be made for this ticket (``authorise``), may the run go on
(``stop_reason``), may this text leave (``ungrounded``). None asks a model.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from projects.p09_agents.given.contracts import (
    Call,
    Json,
    Limits,
    Observation,
    Plan,
    RefusedError,
    Spend,
    Ticket,
)
from projects.p09_agents.given.farol import transaction
from projects.p09_agents.given.toolset import (
    CancelOrder,
    QueryOrders,
    QuoteRefund,
    Refund,
    SearchPolicies,
    TrackParcel,
    read_arguments,
)
from projects.p09_agents.tools import Toolbox

LITERAL = re.compile(r"'((?:[^']|'')*)'")
PLAIN_LITERAL = re.compile(
    r"placed|paid|shipped|delivered|cancelled|refunded|BRL|EUR|USD|\d{4}-\d\d-\d\d|%?",
    re.IGNORECASE,
)


async def authorise(
    call: Call, plan: Plan, box: Toolbox, observations: Sequence[Observation]
) -> None:
    """Let a call pass or raise ``RefusedError``; a guard that cannot decide refuses.

    The intent was read from the ticket before any tool had answered, and each value of the
    arguments comes from the ticket or from Farol's own tables. So whatever a tool's answer tells
    the model to do, the call it leads to has the wrong tool or a value from nowhere.
    """
    # task 4: begin
    try:
        arguments = read_arguments(call)
        await _rule_allows(call, plan, box)
        await _values_are_known(arguments, plan, box, observations)
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(
            f"{call.name} was not allowed: the guard could not decide ({type(error).__name__}).",
            advice="Nothing was done. Mend the guard, then run the ticket again.",
        ) from error
    # task 4: end


async def _rule_allows(call: Call, plan: Plan, box: Toolbox) -> None:
    found = await _rows(
        box, "SELECT 1 FROM agent_rules WHERE intent = %s AND tool = %s", plan.intent, call.name
    )
    if not found:
        raise RefusedError(f"{call.name} is not allowed for {plan.intent}.")


async def _values_are_known(
    arguments: Any, plan: Plan, box: Toolbox, observations: Sequence[Observation]
) -> None:
    """Trace every value back to the ticket or to the tables; raises ``RefusedError``."""
    match arguments:
        case QueryOrders(sql=sql):
            _from_ticket_or_tables(LITERAL.findall(sql), box, observations)
        case SearchPolicies(query=query):
            _words_of_ticket(query, box)
        case TrackParcel(tracking=tracking):
            await _exists(box, TRACKED, tracking)
        case Refund():
            await _exists(box, SOLD, arguments.order_id, arguments.sku)
            _quoted(arguments, plan, observations)
        case QuoteRefund(order_id=order_id, sku=sku):
            await _exists(box, SOLD, order_id, sku)
        case CancelOrder(order_id=order_id):
            await _exists(box, OWNED, order_id)
        case _:
            raise RefusedError("There is no rule for this tool.")


def _quoted(arguments: Refund, plan: Plan, observations: Sequence[Observation]) -> None:
    """Insist on a quote for the same goods, and on the reason that the customer gave."""
    quotes = [o.data for o in observations if o.tool == "quote_refund" and o.status == "ok"]
    if not any(_covers(quote, arguments) for quote in quotes):
        raise RefusedError(f"No quote allows {arguments.amount} for {arguments.order_id}.")
    if plan.reason not in {None, arguments.reason}:
        raise RefusedError(f"The customer did not say {arguments.reason}.")


def _covers(quote: Json, arguments: Refund) -> bool:
    return (
        bool(quote.get("eligible"))
        and (quote.get("order_id"), quote.get("sku")) == (arguments.order_id, arguments.sku)
        and arguments.quantity <= int(quote.get("quantity", 0))
        and Decimal(arguments.amount) <= Decimal(str(quote.get("amount", "0")))
    )


OWNED = "SELECT 1 FROM orders WHERE customer_id = %s AND id = %s"
SOLD = (
    "SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id"
    " WHERE o.customer_id = %s AND o.id = %s AND l.sku = %s"
)
TRACKED = (
    "SELECT 1 FROM shipments s JOIN orders o ON o.id = s.order_id"
    " WHERE o.customer_id = %s AND s.tracking = %s"
)


async def _rows(box: Toolbox, statement: str, *values: str) -> list[Any]:
    async with transaction(box.owner) as connection:
        cursor = await connection.execute(statement.encode(), values)
        return list(await cursor.fetchall())


async def _exists(box: Toolbox, statement: str, *values: str) -> None:
    if not await _rows(box, statement, box.ticket.customer_id, *values):
        raise RefusedError(f"This customer has nothing like {', '.join(values)}.")


def _from_ticket_or_tables(
    values: Iterable[str], box: Toolbox, observations: Sequence[Observation]
) -> None:
    own = [o.text for o in observations if o.tool == "query_orders" and o.status == "ok"]
    known = "\n".join([box.ticket.text, *own]).lower()
    for value in values:
        if value.strip("%").lower() not in known and not PLAIN_LITERAL.fullmatch(value):
            raise RefusedError(f"The value {value[:60]!r} comes neither from ticket nor tables.")


def _words_of_ticket(query: str, box: Toolbox) -> None:
    known = set(re.findall(r"\w+", box.ticket.text.lower()))
    if strange := set(re.findall(r"\w+", query.lower())) - known:
        raise RefusedError(f"Search for the customer's words, not for {min(strange)[:60]!r}.")


def stop_reason(spend: Spend, limits: Limits, visits: Sequence[str]) -> str:
    """Name the limit that is reached, or nothing; ``visits`` are the states seen so far."""
    # task 6: begin
    if spend.steps >= limits.steps:
        return "steps"
    if spend.tokens >= limits.tokens:
        return "tokens"
    if spend.usd_micros >= limits.usd_micros:
        return "money"
    last = visits[-limits.corrections - 1 :]
    if len(last) > limits.corrections and all(state.startswith(FAILED) for state in last):
        return "corrections"
    if any(visits.count(state) > limits.repeats for state in set(visits)):
        return "repeated_state"
    return ""
    # task 6: end


FAILED = "failed "


def visited(calls: Sequence[Call], observations: Sequence[Observation]) -> str:
    """Name a state: the calls that were made, and whether any of them went well."""
    went_well = any(seen.status == "ok" for seen in observations)
    made = json.dumps([[call.name, call.arguments] for call in calls])
    return ("" if went_well else FAILED) + hashlib.sha256(made.encode()).hexdigest()[:16]


NUMBER = re.compile(r"[A-Za-z]*[-\d]*\d[\w.,:/-]*")


def ungrounded(text: str, ticket: Ticket, observations: Sequence[Observation]) -> list[str]:
    """List the numbers in a text that neither the ticket nor a tool's good answer holds.

    Numbers are whole words with a digit in them: 12 is not found in 120, nor in QX-0000012.
    """
    # task 8: begin
    known = numbers_in(ticket.text)
    for observation in observations:
        if observation.status == "ok":
            known |= numbers_in(observation.text)
    return sorted(numbers_in(text) - known)
    # task 8: end


def numbers_in(text: str) -> set[str]:
    """Cut out the words with digits, without the punctuation around them."""
    return {word.strip(".,:/-").lower() for word in NUMBER.findall(text)}
