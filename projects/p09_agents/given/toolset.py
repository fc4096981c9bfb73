"""A contract for each tool: what it takes, what it says, and what is wrong with a call."""

import json
from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from projects.p09_agents.given.contracts import Call, Json, Observation, Reason, RefusedError
from projects.p09_agents.sql_guard import schema_text
from shared.llm.messages import Tool

MOST_TEXT = 4_000
MOST_DATA = 16_000
MARK = " […cut: the answer was longer]"

OrderId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{7}$", description="order number")]


class Arguments(BaseModel):
    """What a tool takes; nothing else, and nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QueryOrders(Arguments):
    """Read this customer's orders, lines, shipments and refunds with one SQL SELECT."""

    sql: str = Field(description=f"one SELECT over:\n{schema_text()}", max_length=4_000)


class TrackParcel(Arguments):
    """Ask the courier where a parcel is and when it arrives."""

    tracking: str = Field(description="tracking code of the shipment", pattern=r"^[A-Z0-9]{6,20}$")


class QuoteRefund(Arguments):
    """Ask the returns desk whether units of a product may come back, and for how much money."""

    order_id: OrderId
    sku: str = Field(description="code of the product", max_length=40)
    quantity: int = Field(ge=1, le=1_000, description="how many units come back", strict=True)


class SearchPolicies(Arguments):
    """Find what Farol's policies say about a question."""

    query: str = Field(description="what to look for", max_length=1_000)


class Refund(QuoteRefund):
    """Give money back for returned units. It cannot be undone, so a person approves it first."""

    amount: str = Field(pattern=r"^\d{1,9}\.\d{2}$", description="the amount quoted")
    reason: Reason


class CancelOrder(Arguments):
    """Cancel an order that has not been shipped."""

    order_id: OrderId


CONTRACTS: Mapping[str, type[Arguments]] = {
    "query_orders": QueryOrders,
    "track_parcel": TrackParcel,
    "quote_refund": QuoteRefund,
    "search_policies": SearchPolicies,
    "refund": Refund,
    "cancel_order": CancelOrder,
}
IRREVERSIBLE = frozenset({"refund"})


def offered() -> tuple[Tool, ...]:
    """Describe the tools to a model."""
    return tuple(
        Tool(
            name=name,
            description=" ".join((contract.__doc__ or "").split()),
            parameters=contract.model_json_schema(),
        )
        for name, contract in CONTRACTS.items()
    )


def read_arguments(call: Call) -> Arguments:
    """Fit a call to its contract; raises ``RefusedError`` that says what to write instead."""
    contract = CONTRACTS.get(call.name)
    if contract is None:
        known = ", ".join(CONTRACTS)
        raise RefusedError(f"There is no tool {call.name[:60]!r}.", advice=f"Use one of {known}.")
    try:
        return contract.model_validate_json(call.arguments)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)[:5]
        )
        raise RefusedError(
            f"The arguments of {call.name} are wrong: {wrong}.",
            advice="Correct these, leave the others.",
        ) from None


def observed(call: Call, data: Json) -> Observation:
    """Show a tool's answer, cut to what a prompt can bear."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    if len(text) > MOST_DATA:
        data = {name: value for name, value in data.items() if name in {"sql", "row_count"}}
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT] + MARK
    return Observation(call_id=call.id, tool=call.name, status="ok", text=text, data=data)
