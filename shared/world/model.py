"""What Farol is made of: products, customers, orders, documents, facts, mails, questions.

All values are frozen plain data, so they cross a process boundary as JSON. Money is ``Decimal``
with two places; a date is a ``date``.
"""

from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from shared.llm.messages import Frozen

Language: TypeAlias = Literal["en", "pt"]
Currency: TypeAlias = Literal["BRL", "EUR", "USD"]
Gender: TypeAlias = Literal["m", "f"]
Style: TypeAlias = Literal["plain", "pronouns"]
Difficulty: TypeAlias = Literal["easy", "medium", "hard"]
Span: TypeAlias = tuple[int, int]


class Prices(Frozen):
    """What one unit costs, in each currency Farol sells in."""

    BRL: Decimal
    EUR: Decimal
    USD: Decimal

    def in_(self, currency: Currency) -> Decimal:
        """Return the price in ``currency``."""
        return {"BRL": self.BRL, "EUR": self.EUR, "USD": self.USD}[currency]


class Spec(Frozen):
    """One measured property of a product: ``power 1200 W``. Values use a decimal point."""

    attribute: str
    value: str
    unit: str


class Trouble(Frozen):
    """An error code of a product, with the keys of its cause and remedy."""

    code: str
    cause: str
    remedy: str


class Upkeep(Frozen):
    """A maintenance job and how often it is due."""

    job: str
    every: int
    unit: Literal["days", "weeks", "months"]


class Product(Frozen):
    """Something Farol sells; ``noun`` and ``gender`` say how to write about it."""

    sku: str
    name: str
    brand: str
    category: str
    noun_en: str
    noun_pt: str
    gender: Gender
    prices: Prices
    specs: tuple[Spec, ...]
    troubles: tuple[Trouble, ...]
    upkeep: tuple[Upkeep, ...]

    def spec(self, attribute: str) -> Spec:
        """Return the named property; raises ``KeyError`` where the product has none."""
        return {spec.attribute: spec for spec in self.specs}[attribute]


class Customer(Frozen):
    """Someone who buys; the address never gives the name away."""

    id: str
    name: str
    email: str
    language: Language
    country: Literal["BR", "IE", "US"]
    city: str
    currency: Currency
    points: int
    since: date


class OrderLine(Frozen):
    """Some units of one product at the price of the day."""

    sku: str
    quantity: int
    unit_price: Decimal
    total: Decimal


class Shipment(Frozen):
    """A parcel on its way, or delivered."""

    courier: str
    tracking: str
    shipped_on: date
    delivered_on: date | None


class Refund(Frozen):
    """Money given back for some units of one line."""

    id: str
    sku: str
    quantity: int
    amount: Decimal
    reason: "Reason"
    refunded_on: date


OrderStatus: TypeAlias = Literal["placed", "paid", "shipped", "delivered", "cancelled", "refunded"]


class Order(Frozen):
    """A purchase: ``total`` is the lines' totals plus shipping."""

    id: str
    customer_id: str
    placed_on: date
    currency: Currency
    lines: tuple[OrderLine, ...]
    shipping: Decimal
    total: Decimal
    status: OrderStatus
    shipment: Shipment | None
    refund: Refund | None


class Fact(Frozen):
    """One thing a document says; ``text[start:end]`` is the value as it is written there.

    ``value`` is canonical: a decimal point, or the key of a cause, remedy or category, or a name;
    ``unit`` is empty where there is none.
    """

    id: str
    document_id: str
    subject: str
    attribute: str
    value: str
    unit: str
    span: Span


DocumentKind: TypeAlias = Literal["manual", "policy"]


class Document(Frozen):
    """A text with the truth of every fact in it; ``topic`` names a policy, ``sku`` a product."""

    id: str
    kind: DocumentKind
    language: Language
    title: str
    text: str
    version: str
    effective_on: date
    superseded_on: date | None
    topic: str
    sku: str | None
    brand: str | None
    category: str | None
    style: Style
    facts: tuple[Fact, ...]


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


class Mention(Frozen):
    """Where a mail's body says the value of a field, such as ``requests.0.items.1.quantity``."""

    field: str
    start: int
    end: int


class Item(Frozen):
    """A product as a mail speaks of it; what the mail leaves out is ``None``.

    ``product`` and ``sku`` are as written; ``catalogue_sku`` says which product is meant. A product
    named in the singular without a number ("my Velmora Brisa 320") counts as 1.
    """

    product: str | None
    sku: str | None
    quantity: int | None
    unit_price: Decimal | None
    catalogue_sku: str


class Request(Frozen):
    """One thing a mail asks for; what it does not say is ``None``.

    ``total`` is what the mail states: for an order its items' prices plus ``shipping``; for a
    return or complaint what was paid for the whole order. ``ordered_on`` and ``delivered_on`` look
    back, ``wanted_by`` ahead.
    """

    kind: RequestKind
    order_id: str | None = None
    items: tuple[Item, ...] = ()
    currency: Currency | None = None
    shipping: Decimal | None = None
    total: Decimal | None = None
    ordered_on: date | None = None
    delivered_on: date | None = None
    wanted_by: date | None = None
    reason: Reason | None = None
    resolution: Resolution | None = None


class EmailTruth(Frozen):
    """What a careful reader takes from a mail; ``absent`` names the fields it could have said."""

    language: Language
    customer_name: str | None
    requests: tuple[Request, ...]
    absent: tuple[str, ...]

    @property
    def kind(self) -> RequestKind:
        """The first, or only, intent."""
        return self.requests[0].kind


class Email(Frozen):
    """A customer's mail with its truth. Dates like "yesterday" count from ``sent_on``."""

    id: str
    customer_id: str
    sender: str
    sent_on: date
    subject: str
    body: str
    difficulty: Difficulty
    traits: tuple[str, ...]
    truth: EmailTruth
    mentions: tuple[Mention, ...]

    @property
    def text(self) -> str:
        """The mail as it arrives: headers, an empty line, the body."""
        return (
            f"From: {self.sender}\nDate: {self.sent_on.isoformat()}\n"
            f"Subject: {self.subject}\n\n{self.body}"
        )
