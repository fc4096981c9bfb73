"""Check what no schema can: that an extraction agrees with itself and with the mail it came from.

Constrained decoding makes every reply valid and none of them true. These checks are plain functions
from an extraction and a mail to problems; they know the forms in which people write money and
numbers in English and Portuguese, and no model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from projects.p02_structured_outputs.contracts import (
    ContractError,
    Extraction,
    Item,
    JsonObject,
    OrderRequest,
    Problem,
    Request,
    read,
)

MIN_QUOTE_WORDS = 2

_AMOUNT = re.compile(r"\d(?:[\d.,]*\d)?")
_CENTS = re.compile(r"(.*)[.,](\d\d)")
_SENT = re.compile(r"^Date: (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_CURRENCY = {
    "BRL": re.compile(r"R\$|\bBRL\b|\breais\b|\breal\b", re.IGNORECASE),
    "EUR": re.compile(r"€|\bEUR\b|\beuros?\b", re.IGNORECASE),
    "USD": re.compile(r"(?<!R)\$|\bUSD\b|\bd(?:o|ó)l(?:l?ars?|ares)\b", re.IGNORECASE),
}
_NUMBERS = (
    ("one", "a", "an", "um", "uma"), ("two", "both", "dois", "duas"), ("three", "três"),
    ("four", "quatro"), ("five", "cinco"), ("six", "seis"), ("seven", "sete"), ("eight", "oito"),
    ("nine", "nove"), ("ten", "dez"), ("eleven", "onze"), ("twelve", "doze", "dozen", "dúzia"),
)  # fmt: skip
# Days that are counted instead of named; with one of these in a mail no day can be looked up.
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|ago|last|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|hoje|ontem|anteontem|há|passad[ao]|segunda|terça|quarta|quinta|sexta|sábado|domingo)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mail:
    """A mail as a witness: what its writer says, without what the writer quotes."""

    text: str

    @cached_property
    def body(self) -> str:
        """Everything below the headers, or all of it where there are none."""
        return self.text.partition("\n\n")[2] if _SENT.search(self.text) else self.text

    @cached_property
    def own(self) -> str:
        """The subject and the customer's own lines; what starts with > is somebody else's."""
        subject = re.search(r"^Subject: (.*)$", self.text, re.MULTILINE)
        lines = [line for line in self.body.splitlines() if not line.startswith(">")]
        return "\n".join([subject[1] if subject else "", *lines])

    @cached_property
    def sent_on(self) -> date | None:
        """The day the mail was sent, where its headers say so."""
        found = _SENT.search(self.text)
        return date.fromisoformat(found[1]) if found else None

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """Every number in the customer's words, read as money: 1.299,90 and 1,299.90 are one."""
        return frozenset(_amount(written) for written in _AMOUNT.findall(self.own))

    def says(self, text: str) -> bool:
        """Say whether the customer writes ``text``, as words and not inside a longer one."""
        return bool(text.strip()) and bool(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", self.own))

    def counts(self, quantity: int) -> bool:
        """Say whether a number is written, in digits or words; one goes without saying."""
        words = _NUMBERS[quantity - 1] if quantity <= len(_NUMBERS) else ()
        written = "|".join(map(re.escape, (str(quantity), *words)))
        return quantity == 1 or bool(
            re.search(rf"(?<![\w.,])(?:{written})(?:x\b|(?!\w))", self.own, re.IGNORECASE)
        )

    def dates(self, day: date) -> bool:
        """Say whether the mail may name ``day``: its number stands there, or days are counted."""
        written = rf"(?<!\d)0?{day.day}(?:st|nd|rd|th|º)?(?!\d)"
        return bool(re.search(written, self.own) or _RELATIVE.search(self.own))


def _amount(written: str) -> Decimal:
    cents = _CENTS.fullmatch(written)
    whole, fraction = (cents[1], cents[2]) if cents else (written, "00")
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}")


def problems(extraction: Extraction, mail: str) -> list[Problem]:
    """List what is wrong with a valid extraction of ``mail``; an empty list means believable.

    - Citations: ``quote`` stands in the mail's body word for word, and has two words or more.
    - Support: names, order numbers, SKUs, products, amounts, currencies and quantities over one are
      written by the customer, not only in quoted lines (``>``); an item has a product or a SKU. A
      date's day is written, unless the mail counts days ("yesterday").
    - Sums: an order's total is its items plus shipping; where the mail does not say the shipping,
      and for a return or complaint, which may be about a part of an order, it is not less.
      An amount of money has a currency.
    - Order in time: ordered, delivered, sent, wanted by.
    - References: no item twice in a request, no order number twice under one kind.

    Each problem's ``path`` leads to the field, such as ``requests.0.items.1.quantity``.
    """
    # task 7: begin
    witness = Mail(mail)
    found: list[Problem] = []
    if extraction.customer_name is not None and not witness.says(extraction.customer_name):
        found.append(Problem(path="customer_name", reason="is not in the mail"))
    for index, request in enumerate(extraction.requests):
        for check in (_citation, _support, _sums, _times, _items):
            found += [
                Problem(path=f"requests.{index}.{field}", reason=reason)
                for field, reason in check(request, witness)
            ]
    return found + list(_repeated(extraction))
    # task 7: end


Complaints = Iterator[tuple[str, str]]


def _citation(request: Request, mail: Mail) -> Complaints:
    if len(request.quote.split()) < MIN_QUOTE_WORDS or request.quote not in mail.body:
        yield "quote", "is not word for word in the mail"


def _support(request: Request, mail: Mail) -> Complaints:
    after_sale = None if isinstance(request, OrderRequest) else request
    if after_sale and after_sale.order_id is not None and not mail.says(after_sale.order_id):
        yield "order_id", "is not in the customer's words"
    if request.currency and not _CURRENCY[request.currency].search(mail.own):
        yield "currency", "is not in the customer's words"
    for field, money in _amounts(request):
        if money not in mail.amounts:
            yield field, "is not in the customer's words"
        if request.currency is None:
            yield field, "has no currency"
    for field, day in _days(request):
        if not mail.dates(day):
            yield field, "is not in the customer's words"


def _amounts(request: Request) -> Iterator[tuple[str, Decimal]]:
    shipping = request.shipping if isinstance(request, OrderRequest) else None
    named = {"total": request.total, "shipping": shipping}
    named |= {f"items.{at}.unit_price": item.unit_price for at, item in enumerate(request.items)}
    return ((field, money) for field, money in named.items() if money is not None)


def _days(request: Request) -> Iterator[tuple[str, date]]:
    if isinstance(request, OrderRequest):
        named = {"wanted_by": request.wanted_by}
    else:
        named = {"ordered_on": request.ordered_on, "delivered_on": request.delivered_on}
    return ((field, day) for field, day in named.items() if day is not None)


def _sums(request: Request, _mail: Mail) -> Complaints:
    known = [
        item.unit_price * item.quantity
        for item in request.items
        if item.unit_price is not None and item.quantity is not None
    ]
    if request.total is None:
        return
    goods = sum(known, Decimal(0))
    shipping = request.shipping if isinstance(request, OrderRequest) else None
    if request.total < goods + (shipping or 0):
        yield "total", "is less than what it is made of"
        return
    complete = shipping is not None and len(known) == len(request.items)
    if complete and request.total != goods + (shipping or 0):
        yield "total", "is not the items plus shipping"


def _times(request: Request, mail: Mail) -> Complaints:
    days = dict(_days(request))
    order = ("ordered_on", "delivered_on", "sent_on", "wanted_by")
    known = [(f, day) for f in order if (day := mail.sent_on if f == "sent_on" else days.get(f))]
    for (earlier, first), (later, second) in pairwise(known):
        if first > second:
            yield (later if earlier == "sent_on" else earlier), f"is on the wrong side of {later}"


def _items(request: Request, mail: Mail) -> Complaints:
    for at, item in enumerate(request.items):
        for field, reason in _item(item, mail):
            yield f"items.{at}.{field}", reason
        if any(_same(item, other) for other in request.items[:at]):
            yield f"items.{at}", "is listed twice"


def _item(item: Item, mail: Mail) -> Complaints:
    if item.product is None and item.sku is None:
        yield "product", "is missing, and so is the SKU"
    for field, written in (("product", item.product), ("sku", item.sku)):
        if written is not None and not mail.says(written):
            yield field, "is not in the customer's words"
    if item.quantity is not None and not mail.counts(item.quantity):
        yield "quantity", "is not in the customer's words"


def _same(one: Item, other: Item) -> bool:
    if one.sku and other.sku:
        return one.sku == other.sku
    return bool(one.product) and one.product == other.product


def _repeated(extraction: Extraction) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for at, request in enumerate(extraction.requests):
        number = None if isinstance(request, OrderRequest) else request.order_id
        if number is not None and (request.kind, number) in seen:
            yield Problem(path=f"requests.{at}.order_id", reason="is asked about twice")
        seen.add((request.kind, number or ""))


def check(payload: JsonObject, mail: str) -> list[Problem]:
    """Check a stored payload of any version; one that keeps no contract has its problems listed."""
    try:
        return problems(read(payload), mail)
    except ContractError as error:
        return list(error.problems)
