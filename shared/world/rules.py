"""Draw the rules Farol trades by: data first, from which policies are written and answers computed.

The tables point at one another, which is what makes questions of several hops: a category has a
return class, a class an inspection centre, a centre a courier, a courier a claims desk, a desk a
lead, a lead an extension.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from shared.llm.messages import Frozen
from shared.world import money, names
from shared.world.categories import CATEGORIES
from shared.world.stream import Stream

EXTENSIONS = (1001, 9899)


class ReturnClass(Frozen):
    """How goods of a class come back: within ``window_days``, less ``fee_percent``."""

    name: str
    window_days: int
    fee_percent: int
    centre: str


class Courier(Frozen):
    """Who carries parcels, how fast, up to which value, and which desk hears claims."""

    name: str
    delivery_days: int
    liability: Decimal
    desk: str


class Desk(Frozen):
    """A claims desk, its lead, and within how many hours it answers."""

    name: str
    lead: str
    answer_hours: int


class Tier(Frozen):
    """A loyalty tier: from ``points`` on, ``extra_days`` to return and less of the fee."""

    name: str
    points: int
    extra_days: int
    fee_discount_percent: int
    free_shipping_from: Decimal


class Rules(Frozen):
    """Everything the policies of one edition say. Amounts are in euros."""

    version: str
    effective_on: date
    superseded_on: date | None
    classes: tuple[ReturnClass, ...]
    class_of: Mapping[str, str]
    collected_by: Mapping[str, str]
    couriers: tuple[Courier, ...]
    desks: tuple[Desk, ...]
    extensions: Mapping[str, int]
    tiers: tuple[Tier, ...]
    refund_days: Mapping[str, int]
    shipping_back_percent: int
    notice_days: int
    warranty_extra_months: int
    repair_days: int
    cutoff_hour: int
    retention_months: Mapping[str, int]
    privacy_days: int

    def tier_for(self, points: int) -> Tier:
        """Return the highest tier that ``points`` reach."""
        return [tier for tier in self.tiers if tier.points <= points][-1]

    def class_for(self, category: str) -> ReturnClass:
        """Return the return class of a category."""
        return {item.name: item for item in self.classes}[self.class_of[category]]


METHODS = ("card", "transfer", "wallet", "voucher")
RECORDS = ("invoices", "chats", "calls", "browsing")


class Cast(Frozen):
    """The names that stay the same from one edition of the rules to the next."""

    classes: tuple[str, ...]
    centres: tuple[str, ...]
    couriers: tuple[str, ...]
    desks: tuple[str, ...]
    leads: tuple[str, ...]
    tiers: tuple[str, ...]


def draw_cast(draw: Stream, couriers: tuple[str, ...]) -> Cast:
    """Invent the names of classes, centres, desks, leads and tiers."""
    coined = _coined(draw.at("coined"), 15)
    people = _people(draw.at("people"), 4)
    return Cast(
        classes=tuple(coined[:4]),
        centres=tuple(coined[4:8]),
        couriers=couriers,
        desks=tuple(coined[8:11]),
        leads=tuple(people),
        tiers=tuple(coined[11:15]),
    )


def _coined(draw: Stream, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        word = names.brand(draw)
        if word not in found:
            found.append(word)
    return found


def _people(draw: Stream, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        person = names.person(draw, draw.pick(("en", "pt")))
        if person not in found:
            found.append(person)
    return found


def draw_rules(draw: Stream, cast: Cast, today: date, *, superseded: bool) -> Rules:
    """Draw one edition: the one in force, or the one before it."""
    ends = today - timedelta(days=draw.at("ends").between(60, 300))
    major = draw.at("major").between(1, 4) + (0 if superseded else 4)
    classes = tuple(_class(draw.at("class", name), name, cast) for name in cast.classes)
    return Rules(
        version=f"{major}.{draw.at('minor').below(10)}",
        effective_on=ends - timedelta(days=500) if superseded else ends,
        superseded_on=ends if superseded else None,
        classes=classes,
        class_of={
            category.key: draw.at("of", category.key).pick(cast.classes) for category in CATEGORIES
        },
        collected_by={
            centre: draw.at("collected", centre).pick(cast.couriers) for centre in cast.centres
        },
        couriers=tuple(_courier(draw.at("courier", name), name, cast) for name in cast.couriers),
        desks=tuple(
            Desk(name=name, lead=lead, answer_hours=draw.at("desk", name).between(4, 72))
            for name, lead in zip(cast.desks, cast.leads, strict=False)
        ),
        extensions={
            lead: EXTENSIONS[0] + at * 2200 + draw.at("extension", at).below(2200)
            for at, lead in enumerate(cast.leads)
        },
        tiers=_tiers(draw.at("tiers"), cast.tiers),
        refund_days={method: draw.at("refund", method).between(2, 28) for method in METHODS},
        shipping_back_percent=draw.at("back").between(10, 90, 5),
        notice_days=draw.at("notice").between(5, 45),
        warranty_extra_months=draw.at("extra").between(2, 18),
        repair_days=draw.at("repair").between(6, 40),
        cutoff_hour=draw.at("cutoff").between(10, 18),
        retention_months={name: draw.at("keep", name).between(3, 84) for name in RECORDS},
        privacy_days=draw.at("privacy").between(5, 40),
    )


def _class(draw: Stream, name: str, cast: Cast) -> ReturnClass:
    return ReturnClass(
        name=name,
        window_days=draw.between(9, 75),
        fee_percent=draw.between(2, 40, 2),
        centre=draw.pick(cast.centres),
    )


def _courier(draw: Stream, name: str, cast: Cast) -> Courier:
    return Courier(
        name=name,
        delivery_days=draw.between(2, 19),
        liability=money.amount(100 * draw.between(120, 2400, 5)),
        desk=draw.pick(cast.desks),
    )


def _tiers(draw: Stream, tiers: tuple[str, ...]) -> tuple[Tier, ...]:
    points, days, discount, found = 0, 0, 0, list[Tier]()
    for at, name in enumerate(tiers):
        found.append(
            Tier(
                name=name,
                points=points,
                extra_days=days,
                fee_discount_percent=discount,
                free_shipping_from=money.amount(100 * (draw.between(150, 320, 5) - 30 * at)),
            )
        )
        points += draw.between(600, 2900, 50)
        days += draw.between(2, 9)
        discount += draw.between(10, 30, 5)
    return tuple(found)
