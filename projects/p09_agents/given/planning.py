"""What to do next, as code: a plan followed step by step over what the tools have said.

Looking up, comparing and repeating need no model, so none is asked: the steps of a plan are a pure
function of the plan and the observations. Only questions in words go on to a model.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from projects.p09_agents.given.contracts import Call, Json, Limits, Observation, Plan, Ticket
from projects.p09_agents.given.questions import read_passages, write_sql
from projects.p09_agents.given.talk import Talk, next_turn
from shared.llm.messages import Message


@dataclass(frozen=True)
class Step:
    """What to do next: calls, or nothing more; ``said`` is text for the customer, if any."""

    calls: tuple[Call, ...] = ()
    notes: tuple[Observation, ...] = ()
    said: str = ""
    messages: tuple[Message, ...] = ()
    stop: str = ""


OF_ORDERS = (
    "SELECT o.order_id, o.status, o.placed_on, o.total, o.currency, l.sku, l.product, l.quantity,"
    " s.courier, s.tracking, s.shipped_on, s.delivered_on FROM orders o"
    " JOIN order_lines l ON l.order_id = o.order_id"
    " LEFT JOIN shipments s ON s.order_id = o.order_id"
)


def answered(observations: Sequence[Observation], tool: str) -> list[Json]:
    """List what a tool has answered so far, oldest first."""
    return [o.data for o in observations if o.tool == tool and o.status == "ok"]


def failures(observations: Sequence[Observation], tool: str) -> int:
    """Count the calls of a tool since its last good answer."""
    found = [o.status for o in observations if o.tool == tool]
    return len(found) - (len(found) - found[::-1].index("ok") if "ok" in found else 0)


async def plan_step(
    ticket: Ticket, plan: Plan, observations: Sequence[Observation], limits: Limits, talk: Talk
) -> Step:
    """Follow the plan one step: what is still missing, given what the tools have said."""
    match plan.intent:
        case "rules":
            return await _rules_step(ticket, observations, limits, talk)
        case "purchases":
            return await _purchases_step(ticket, observations, limits, talk)
        case _:
            return _order_step(ticket, plan, observations, limits)


def _order_step(
    ticket: Ticket, plan: Plan, observations: Sequence[Observation], limits: Limits
) -> Step:
    looked = answered(observations, "query_orders")
    if not looked:
        where = f" WHERE o.order_id = '{plan.order_id}'" if plan.order_id else ""
        return _once_more("query_orders", {"sql": OF_ORDERS + where}, observations, limits)
    line = target(ticket, plan, looked[-1]["rows"])
    if line is None:
        return Step()
    if plan.intent == "parcel" and line["tracking"] and not answered(observations, "track_parcel"):
        return _once_more("track_parcel", {"tracking": line["tracking"]}, observations, limits)
    leaves = plan.intent == "cancel" and line["status"] in {"placed", "paid"}
    if leaves and not answered(observations, "cancel_order"):
        return _once_more("cancel_order", {"order_id": line["order_id"]}, observations, limits)
    if plan.intent == "refund" and line["status"] == "delivered":
        return _refund_step(ticket, plan, line, observations, limits)
    return Step()


def _refund_step(
    ticket: Ticket, plan: Plan, line: Json, observations: Sequence[Observation], limits: Limits
) -> Step:
    units = units_wanted(ticket, plan, line)
    if not 0 < units <= line["quantity"]:
        return Step()
    goods = {"order_id": line["order_id"], "sku": line["sku"], "quantity": units}
    quotes = answered(observations, "quote_refund")
    if not quotes:
        return _once_more("quote_refund", goods, observations, limits)
    if not quotes[-1]["eligible"] or plan.reason is None or answered(observations, "refund"):
        return Step()
    if any(o.tool == "refund" and o.status == "refused" for o in observations):
        return Step()
    paid = {**goods, "amount": quotes[-1]["amount"], "reason": plan.reason}
    return _once_more("refund", paid, observations, limits)


NUMBERS = {"a": 1, "an": 1, "one": 1, "um": 1, "uma": 1, "two": 2, "dois": 2, "duas": 2}


def units_wanted(ticket: Ticket, plan: Plan, line: Json) -> int:
    """Say how many units are meant: the number before the product's name, else what was read."""
    before = re.escape(line["product"]).join(
        (r"(\d{1,3}|" + "|".join(NUMBERS) + r")\s+(?:[^\W\d]+\s+){0,3}", "")
    )
    if stated := re.search(rf"\b{before}", ticket.text, re.IGNORECASE):
        word = stated[1].lower()
        return int(word) if word.isdigit() else NUMBERS[word]
    return plan.quantity or (1 if line["quantity"] == 1 else 0)


def _once_more(
    tool: str, arguments: Json, observations: Sequence[Observation], limits: Limits
) -> Step:
    """Make a call, unless it has failed too often already."""
    if failures(observations, tool) > limits.corrections:
        return Step(stop="corrections")
    return Step(calls=(_call(tool, arguments, observations),))


def _call(tool: str, arguments: Json, observations: Sequence[Observation]) -> Call:
    return Call(id=f"c{len(observations)}", name=tool, arguments=json.dumps(arguments))


def target(ticket: Ticket, plan: Plan, rows: Sequence[Json]) -> Json | None:
    """Choose the line of an order that is meant; ``None`` where none is, or it could be several."""
    if plan.order_id:
        rows = [row for row in rows if row["order_id"] == plan.order_id]
    named = [
        r for r in rows if r["product"].lower() in ticket.text.lower() or r["sku"] in ticket.text
    ]
    if not named and plan.product:
        named = [r for r in rows if plan.product.lower() in r["product"].lower()]
    fitting = named or (list(rows) if plan.order_id and plan.intent != "refund" else [])
    fitting = fitting or (list(rows) if len(rows) == 1 and plan.order_id else [])
    orders = {row["order_id"] for row in fitting}
    if len(orders) != 1 or (plan.intent == "refund" and len(fitting) != 1):
        return None
    return fitting[0]


async def _purchases_step(
    ticket: Ticket, observations: Sequence[Observation], limits: Limits, talk: Talk
) -> Step:
    """Have the model write SQL; again where it was refused, or found nothing at all."""
    tried = [o for o in observations if o.tool == "query_orders"]
    if tried and tried[-1].data.get("row_count"):
        return Step()
    if len(tried) > limits.corrections:
        return Step(stop="" if answered(tried, "query_orders") else "corrections")
    sql = await write_sql(ticket, tried, talk)
    if not sql:
        return Step(stop="model_unavailable")
    return Step(calls=(_call("query_orders", {"sql": sql}, observations),))


async def _rules_step(
    ticket: Ticket, observations: Sequence[Observation], limits: Limits, talk: Talk
) -> Step:
    found = answered(observations, "search_policies")
    if not found:
        words = {"query": " ".join(re.findall(r"\w+", ticket.text))[:1_000]}
        return _once_more("search_policies", words, observations, limits)
    if any(o.tool == "read_passages" for o in observations):
        return Step()
    note = await read_passages(ticket, found[-1]["passages"], talk, len(observations))
    return Step(notes=(note,))


async def loop_step(ticket: Ticket, messages: Sequence[Message], talk: Talk) -> Step:
    """Let the model choose freely, from all that has been said."""
    reply = await next_turn(ticket, messages, talk)
    if reply is None:
        return Step(stop="model_unavailable")
    calls = tuple(Call(id=c.id, name=c.name, arguments=c.arguments) for c in reply.tool_calls)
    return Step(calls=calls, said=reply.text, messages=(reply.message,))
