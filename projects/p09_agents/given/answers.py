"""What the customer is told: facts from tool results, written by code, checked on leaving."""

from collections.abc import Callable, Mapping, Sequence

from projects.p09_agents.given.contracts import (
    Fact,
    Json,
    Observation,
    Outcome,
    Plan,
    Query,
    Report,
    Ticket,
)
from projects.p09_agents.given.planning import answered, target, units_wanted
from projects.p09_agents.policy import ungrounded

Told = tuple[Outcome, str, dict[str, str]]

WORDS: Mapping[str, tuple[str, str]] = {
    "status": (
        "Order {order_id} is {status}; its total is {total} {currency}.",
        "O pedido {order_id} está com a situação {status}; o total é {total} {currency}.",
    ),
    "sent": (
        "{courier} carries it, tracking code {tracking}, sent on {shipped_on}.",
        "Quem leva é {courier}, código de rastreio {tracking}, enviado em {shipped_on}.",
    ),
    "delivered": ("It was delivered on {delivered_on}.", "Foi entregue em {delivered_on}."),
    "expected": (
        "The parcel {tracking} is on its way and should arrive on {expected_on}.",
        "A encomenda {tracking} está a caminho e deve chegar em {expected_on}.",
    ),
    "refunded": (
        "We refund {amount} {currency} for order {order_id} (reference {refund_id}).",
        "Vamos devolver {amount} {currency} do pedido {order_id} (referência {refund_id}).",
    ),
    "too_late": (
        "We cannot refund order {order_id}: {days_passed} days passed, {window_days} are allowed.",
        "Não podemos reembolsar o pedido {order_id}: passaram {days_passed} dias de {window_days}.",
    ),
    "not_possible": (
        "We cannot do this for order {order_id}: it is {status}.",
        "Não podemos fazer isso com o pedido {order_id}: a situação é {status}.",
    ),
    "too_many": (
        "Order {order_id} has only {bought} of this product.",
        "O pedido {order_id} tem só {bought} unidades deste produto.",
    ),
    "not_approved": (
        "We looked at order {order_id}, and this refund was not approved.",
        "Analisamos o pedido {order_id}, e este reembolso não foi aprovado.",
    ),
    "unknown_order": (
        "We found no such order of yours. Please check the order number.",
        "Não encontramos esse pedido seu. Confira o número do pedido, por favor.",
    ),
    "which_order": (
        "Which order and product do you mean? Please send the order number.",
        "De qual pedido e produto se trata? Envie o número do pedido, por favor.",
    ),
    "cancelled": ("Order {order_id} is cancelled.", "O pedido {order_id} foi cancelado."),
    "history": ("The answer is {value}.", "A resposta é {value}."),
    "policy": ("{answer}. Our policy says: {quote}", "{answer}. Nossa política diz: {quote}"),
    "no_answer": (
        "Our policies do not say. A colleague will write to you.",
        "Nossas políticas não dizem. Um colega vai escrever para você.",
    ),
    "stopped": (
        "We could not finish this. A colleague will take over.",
        "Não conseguimos concluir. Um colega vai assumir.",
    ),
}  # fmt: skip


def report(
    ticket: Ticket,
    plan: Plan | None,
    observations: Sequence[Observation],
    *,
    stop: str = "",
    said: str = "",
) -> Report:
    """End a ticket: what came of it, the words for the customer, and where each fact is from.

    A text with a number that no tool returned does not leave: it ends as ``ungrounded``.
    """
    queries = tuple(
        Query(sql=str(data["sql"]), rows=int(data["row_count"]))
        for data in answered(observations, "query_orders")
    )
    if stop or plan is None:
        text = _worded("stopped", ticket, {})
        return Report(outcome="stopped", reason=stop or "unread", reply=text, queries=queries)
    if said:
        told = Report(outcome="answered", reason="said", reply=said, queries=queries)
        return _checked(told, {}, ticket, observations)
    outcome, key, facts = ENDINGS[plan.intent](ticket, plan, observations)
    text = " ".join(_worded(part, ticket, facts) for part in key.split("+"))
    told = Report(outcome=outcome, reason=key, reply=text, queries=queries)
    return _checked(told, facts, ticket, observations)


def _worded(key: str, ticket: Ticket, facts: Mapping[str, str]) -> str:
    return WORDS[key][ticket.language == "pt"].format(**facts)


def _checked(
    told: Report, facts: Mapping[str, str], ticket: Ticket, observations: Sequence[Observation]
) -> Report:
    if ungrounded(told.reply, ticket, observations):
        text = _worded("stopped", ticket, {})
        return Report(outcome="stopped", reason="ungrounded", reply=text, queries=told.queries)
    sources = tuple(
        Fact(name=name, value=value, call_id=_source(value, observations))
        for name, value in facts.items()
    )
    return told.model_copy(update={"facts": sources})


def _source(value: str, observations: Sequence[Observation]) -> str:
    return next((o.call_id for o in reversed(observations) if value in o.text), "")


def _row(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Json | Told:
    """Find the order's line that is meant, or how to say that there is none."""
    looked = answered(observations, "query_orders")
    rows = looked[-1]["rows"] if looked else []
    if line := target(ticket, plan, rows):
        return line
    if plan.order_id and not rows:
        return "refused", "unknown_order", {}
    return "asked_back", "which_order", {}


def _strings(line: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in line.items() if value is not None}


def _status(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    line = _row(ticket, plan, observations)
    if isinstance(line, tuple):
        return line
    key = "status" + ("+sent" if line["tracking"] else "")
    key += "+delivered" if line["delivered_on"] else ""
    wanted = ["order_id", "status", "total", "currency"]
    wanted += ["courier", "tracking", "shipped_on"] if line["tracking"] else []
    wanted += ["delivered_on"] if line["delivered_on"] else []
    return "answered", key, {name: _strings(line)[name] for name in wanted}


def _parcel(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    line = _row(ticket, plan, observations)
    if isinstance(line, tuple):
        return line
    found = answered(observations, "track_parcel")
    if not found or found[-1]["state"] == "delivered":
        return _status(ticket, plan, observations)
    facts = {name: str(found[-1][name]) for name in ("tracking", "expected_on")}
    return "answered", "expected", facts


def _refund(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    line = _row(ticket, plan, observations)
    if isinstance(line, tuple):
        return line
    if paid := answered(observations, "refund"):
        wanted = ("amount", "currency", "order_id", "refund_id")
        return "done", "refunded", {name: str(paid[-1][name]) for name in wanted}
    return _not_refunded(ticket, plan, line, observations)


def _not_refunded(
    ticket: Ticket, plan: Plan, line: Json, observations: Sequence[Observation]
) -> Told:
    """Say why nothing was paid."""
    order = {"order_id": str(line["order_id"])}
    quotes = answered(observations, "quote_refund")
    if line["status"] != "delivered":
        return "refused", "not_possible", {**order, "status": str(line["status"])}
    if units_wanted(ticket, plan, line) > line["quantity"]:
        return "refused", "too_many", {**order, "bought": str(line["quantity"])}
    if quotes and not quotes[-1]["eligible"]:
        days = {name: str(quotes[-1][name]) for name in ("days_passed", "window_days")}
        return "refused", "too_late", {**order, **days}
    if any(o.tool == "refund" for o in observations):
        return "refused", "not_approved", order
    return "asked_back", "which_order", {}


def _cancel(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    line = _row(ticket, plan, observations)
    if isinstance(line, tuple):
        return line
    order = {"order_id": str(line["order_id"])}
    if answered(observations, "cancel_order"):
        return "done", "cancelled", order
    return "refused", "not_possible", {**order, "status": str(line["status"])}


def _history(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    del ticket, plan
    looked = answered(observations, "query_orders")
    values = [str(v) for row in (looked[-1]["rows"] if looked else []) for v in row.values()]
    return ("answered", "history", {"value": ", ".join(values[:40]) or "0"})


def _policy(ticket: Ticket, plan: Plan, observations: Sequence[Observation]) -> Told:
    del ticket, plan
    read = answered(observations, "read_passages")
    if not read:
        return "stopped", "no_answer", {}
    return "answered", "policy", {name: str(read[-1][name]) for name in ("answer", "quote")}


ENDINGS: Mapping[str, Callable[[Ticket, Plan, Sequence[Observation]], Told]] = {
    "status": _status,
    "parcel": _parcel,
    "refund": _refund,
    "cancel": _cancel,
    "purchases": _history,
    "rules": _policy,
}
