"""What a mail is turned into: the models at the boundary, and how an old version becomes new.

Every model is strict (no coercion), closed (no unknown key) and frozen. Money is ``Decimal`` and
travels as text with two places, because a JSON number becomes a float on the way. Inside a request
the ``quote`` comes before the verdict ``kind``: a model writes left to right, so what it must look
up first has to stand first. This module knows nothing of models, prompts or networks.
"""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.errors import CapstoneError

MONEY = r"^(0|[1-9][0-9]{0,6})\.[0-9]{2}$"

JsonObject: TypeAlias = dict[str, JsonValue]


def _exact(value: object) -> Decimal:
    """Take money as text with two places, or as an exact Decimal; never as a number."""
    if isinstance(value, (str, Decimal)) and re.fullmatch(MONEY, str(value)):
        return Decimal(value)
    raise PydanticCustomError("money", "must be text with two decimal places, such as 129.90")


Money: TypeAlias = Annotated[
    Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "string", "pattern": MONEY})
]


def _day(value: object) -> object:
    """Take ISO's long form only: even in strict mode Pydantic reads "1706745600" as a date."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("day", "must be a date such as 2026-03-09")
    return date.fromisoformat(value)


Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Quantity: TypeAlias = Annotated[int, Field(ge=1, le=999)]
Currency: TypeAlias = Literal["BRL", "EUR", "USD"]
Language: TypeAlias = Literal["en", "pt"]
RequestKind: TypeAlias = Literal["order", "return", "complaint"]
Reason: TypeAlias = Literal[
    "damaged",
    "defective",
    "wrong_item",
    "missing_parts",
    "not_as_described",
    "changed_mind",
    "late_delivery",
    "overcharged",
    "poor_service",
]
Resolution: TypeAlias = Literal["refund", "replacement", "repair", "store_credit", "apology"]


class Boundary(BaseModel):
    """What every value that crosses the boundary has in common."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Problem(Boundary):
    """One thing wrong: where (``requests.0.items.1.quantity``, or a JSON pointer) and why."""

    path: str
    reason: str


class ContractError(CapstoneError):
    """A payload does not keep the contract; ``problems`` says where, ``payload`` is what it was."""

    def __init__(
        self, happened: str, *, problems: tuple[Problem, ...] = (), payload: JsonValue = None
    ) -> None:
        listed = "; ".join(f"{problem.path}: {problem.reason}" for problem in problems)
        super().__init__(f"{happened} {listed}".strip())
        self.problems = problems
        self.payload = payload


class Item(Boundary):
    """A product as the mail speaks of it; what the mail does not say is null."""

    product: str | None = Field(description="Product name, exactly as the mail writes it.")
    sku: str | None = Field(description="Stock keeping unit (SKU), as the mail writes it.")
    quantity: Quantity | None = Field(description="How many units of this product.")
    unit_price: Money | None = Field(
        description="Price of one unit, two decimals, without currency."
    )


class Asked(Boundary):
    """What every request has: the words that make it, then what they were taken to mean."""

    quote: str = Field(description="The sentence of the mail that makes this request, verbatim.")
    kind: RequestKind = Field(description="What the customer wants.")
    items: tuple[Item, ...] = Field(description="The products it is about.")
    currency: Currency | None = Field(description="Currency of the amounts.")
    total: Money | None = Field(description="Total of the whole order, as the mail states it.")


class OrderRequest(Asked):
    """A wish to buy."""

    kind: Literal["order"] = Field(description="The customer wants to buy something.")
    shipping: Money | None = Field(description="Shipping cost, as the mail states it.")
    wanted_by: Day | None = Field(description="Date by which the customer wants the delivery.")


class AfterSale(Asked):
    """What returns and complaints share."""

    order_id: str | None = Field(description="Order number, as the mail writes it.")
    ordered_on: Day | None = Field(description="Date on which the order was placed.")
    delivered_on: Day | None = Field(description="Date on which the parcel was delivered.")
    reason: Reason | None = Field(description="Why the customer writes.")
    resolution: Resolution | None = Field(description="What the customer asks Farol to do.")


class ReturnRequest(AfterSale):
    """A wish to send something back."""

    kind: Literal["return"] = Field(description="The customer wants to send something back.")


class Complaint(AfterSale):
    """A grievance."""

    kind: Literal["complaint"] = Field(description="The customer complains about something.")


Request: TypeAlias = Annotated[
    OrderRequest | ReturnRequest | Complaint, Field(discriminator="kind")
]


class Extraction(Boundary):
    """Version 2: everything a mail asks for."""

    version: Literal["2"] = Field(description="Version of this contract.")
    language: Language = Field(description="Language of the mail.")
    customer_name: str | None = Field(description="Name the customer signs with.")
    requests: tuple[Request, ...] = Field(
        min_length=1, max_length=5, description="Each thing the mail asks for, in its order."
    )


class ItemV1(Boundary):
    """Version 1 of an item: prices were whole cents."""

    name: str | None
    qty: Quantity | None
    price_cents: Annotated[int, Field(ge=0, le=999_999_999)] | None


class ExtractionV1(Boundary):
    """Version 1: one request a mail, flat, whatever its kind."""

    version: Literal["1"]
    language: Language
    customer: str | None
    kind: RequestKind
    excerpt: str
    order_number: str | None
    items: tuple[ItemV1, ...]
    currency: Currency | None
    total_cents: Annotated[int, Field(ge=0, le=999_999_999)] | None
    bought_on: Day | None
    arrived_on: Day | None
    motive: Reason | None
    asks_for: Resolution | None


AnyVersion: TypeAlias = Annotated[ExtractionV1 | Extraction, Field(discriminator="version")]
ANY_VERSION: TypeAdapter[ExtractionV1 | Extraction] = TypeAdapter(AnyVersion)


def upcast(payload: ExtractionV1 | Extraction) -> Extraction:
    """Read any version as the newest; version 2 comes back as it is.

    Cents become money with two places. Version 1 let an order carry an order number, past dates, a
    motive or a wish; version 2 has no room for them in an order, so such a payload raises
    ``ContractError`` with a problem for each, and nothing is dropped in silence. ``problems`` name
    version 1's fields.
    """
    # task 1: begin
    if isinstance(payload, Extraction):
        return payload
    shared: JsonObject = {
        "quote": payload.excerpt,
        "kind": payload.kind,
        "items": [_item(item) for item in payload.items],
        "currency": payload.currency,
        "total": _money(payload.total_cents),
    }
    looking_back = payload.model_dump(mode="json", include=set(_AFTER_SALE))
    if payload.kind == "order":
        _refuse_to_drop(looking_back)
        request = shared | {"shipping": None, "wanted_by": None}
    else:
        request = shared | {_AFTER_SALE[name]: value for name, value in looking_back.items()}
    return Extraction.model_validate_json(
        json.dumps(
            {
                "version": "2",
                "language": payload.language,
                "customer_name": payload.customer,
                "requests": [request],
            }
        )
    )
    # task 1: end


_AFTER_SALE = {
    "order_number": "order_id",
    "bought_on": "ordered_on",
    "arrived_on": "delivered_on",
    "motive": "reason",
    "asks_for": "resolution",
}


def _item(item: ItemV1) -> JsonObject:
    price = _money(item.price_cents)
    return {"product": item.name, "sku": None, "quantity": item.qty, "unit_price": price}


def _money(cents: int | None) -> str | None:
    return None if cents is None else str(Decimal(cents).scaleb(-2))


def _refuse_to_drop(fields: JsonObject) -> None:
    lost = [name for name, value in fields.items() if value is not None]
    if lost:
        raise ContractError(
            "Version 2 has no place for these fields in an order.",
            problems=tuple(Problem(path=name, reason="would be lost") for name in lost),
        )


def read(payload: JsonObject) -> Extraction:
    """Read a stored payload of any version; raises ``ContractError`` where it keeps none."""
    try:
        return upcast(ANY_VERSION.validate_json(json.dumps(payload)))
    except ValidationError as error:
        raise ContractError(
            "The payload keeps no version of the contract.",
            problems=tuple(
                Problem(path=".".join(map(str, item["loc"])), reason=item["msg"])
                for item in error.errors(include_input=False, include_url=False)
            ),
        ) from None
