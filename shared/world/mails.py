"""Write customers' mails: orders, returns and complaints, each with its ground truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.world import formats, grammar
from shared.world.intents import Intent, write_complaint, write_order, write_return
from shared.world.model import (
    Customer,
    Difficulty,
    Email,
    EmailTruth,
    Mention,
    Order,
    Product,
    RequestKind,
)
from shared.world.scene import Scene
from shared.world.stream import Stream
from shared.world.typos import mistyped
from shared.world.writing import Mark, Page, Piece

EMAILS = 300
KINDS: tuple[tuple[RequestKind, int], ...] = (("order", 36), ("return", 34), ("complaint", 30))
LEVELS: tuple[tuple[Difficulty, int], ...] = (("easy", 30), ("medium", 40), ("hard", 30))
OPTIONAL = {
    "order": ("shipping", "total", "wanted_by"),
    "return": ("order_id", "ordered_on", "delivered_on", "total", "reason", "resolution"),
    "complaint": (
        "order_id",
        "items",
        "ordered_on",
        "delivered_on",
        "total",
        "reason",
        "resolution",
    ),
}
MINOR = {"shipping", "product", "sku", "unit_price"}
ITEM_FIELDS = ("product", "sku", "quantity", "unit_price")


@dataclass(frozen=True)
class Ledger:
    """What mails speak about."""

    today: date
    products: Mapping[str, Product]
    customers: Mapping[str, Customer]
    orders: Sequence[Order]


def draw_emails(draw: Stream, ledger: Ledger, count: int = EMAILS) -> tuple[Email, ...]:
    """Draw mails; the first ``count`` are the same however many are drawn."""
    return tuple(_email(draw.at(index), ledger, index) for index in range(count))


def _email(draw: Stream, ledger: Ledger, index: int) -> Email:
    kind, level = draw.weighted(KINDS), draw.weighted(LEVELS)
    order = _suitable(draw, ledger.orders, kind)
    customer = ledger.customers[order.customer_id]
    scene = Scene(
        draw=draw,
        customer=customer,
        order=order,
        products=ledger.products,
        sent_on=_sending_day(draw, order, ledger.today, kind),
        level=level,
    )
    intents = [_write(scene, kind, 0)]
    traits = []
    if level == "hard" and draw.chance(45):
        intents.append(_second(scene, ledger, kind))
        traits.append("two_intents")
    page, truth_name, more = _compose(scene, ledger, intents)
    return _finished(scene, index, page, name=truth_name, intents=intents, traits=traits + more)


def _suitable(draw: Stream, orders: Sequence[Order], kind: RequestKind) -> Order:
    if kind == "order":
        return draw.pick(orders)
    wanted = {"delivered", "refunded"} if kind == "return" else {"delivered", "refunded", "shipped"}
    return draw.pick([order for order in orders if order.status in wanted])


def _sending_day(draw: Stream, order: Order, today: date, kind: RequestKind) -> date:
    delivered = order.shipment.delivered_on if order.shipment else None
    if kind == "order":
        return today - timedelta(days=draw.below(40))
    if delivered is None:
        return today
    return min(today, delivered + timedelta(days=draw.between(1, 20)))


def _write(scene: Scene, kind: RequestKind, index: int) -> Intent:
    writer = {"order": write_order, "return": write_return, "complaint": write_complaint}[kind]
    return writer(scene, index)


def _second(scene: Scene, ledger: Ledger, first: RequestKind) -> Intent:
    others = [
        order
        for order in ledger.orders
        if order.customer_id == scene.customer.id
        and order.id != scene.order.id
        and order.shipment is not None
        and order.shipment.delivered_on is not None
        and order.shipment.delivered_on < scene.sent_on
    ]
    if first == "order" and others:
        return _write(
            scene.about(scene.draw.pick(others)), scene.draw.pick(("return", "complaint")), 1
        )
    if first != "order":
        return write_order(scene, 1)
    # A customer without an earlier delivery asks for a second, separate order.
    return write_order(scene, 1)


def _compose(
    scene: Scene, ledger: Ledger, intents: Sequence[Intent]
) -> tuple[Page, str | None, list[str]]:
    draw, say = scene.draw, scene.say
    page, traits = Page(), list[str]()
    signed, introduced = not scene.drops(15), False
    name = scene.customer.name
    page.add(*say("greeting")).add("\n\n")
    if scene.level != "easy" and signed and draw.chance(15):
        introduced = True
        page.add(*say("introduction", name=Mark(name, "customer_name"))).add(" ")
    if scene.level != "easy" and draw.chance(40):
        page.add(*say("chat")).add("\n\n" if draw.chance(50) else " ")
    for intent in intents:
        for paragraph in intent.paragraphs:
            page.add(*paragraph).add("\n\n")
    if scene.level != "easy" and draw.chance(25):
        traits.append("aside")
        page.add(*_aside(scene, ledger, intents)).add("\n\n")
    page.add(*say("closing"))
    if signed and not introduced:
        name = name if draw.chance(70) else name.split()[0]
        page.add("\n", Mark(name, "customer_name"))
    traits += _signature(scene, page)
    if scene.level == "hard" and draw.chance(45):
        traits.append("quoted")
        page.add("\n\n", *_quoted(scene, ledger))
    if scene.level != "easy" and draw.chance(50):
        traits.append("typos")
        page = mistyped(page, draw, scene.language, 35)
    return page, (name if signed else None), traits


def _aside(scene: Scene, ledger: Ledger, intents: Sequence[Intent]) -> tuple[Piece, ...]:
    spoken = {item.catalogue_sku for intent in intents for item in intent.request.items}
    other = scene.draw.pick([item for item in ledger.products.values() if item.sku not in spoken])
    words = grammar.words(other, scene.language)
    return scene.say(
        "aside", other=Mark(other.name), o_other=(words.get("o", "") + " ", Mark(other.name))
    )


def _signature(scene: Scene, page: Page) -> list[str]:
    draw, traits = scene.draw, []
    if scene.level != "easy" and draw.chance(50):
        page.add("\n", Mark(scene.customer.city))
    if scene.level == "hard" and draw.chance(50):
        page.add("\n", *scene.say("phone", phone=Mark(_phone(scene))))
        traits.append("phone")
    if scene.level != "easy" and draw.chance(15):
        page.add("\n\n", *scene.say("device"))
    return traits


def _phone(scene: Scene) -> str:
    draw = scene.draw
    if scene.customer.country == "BR":
        return f"({draw.between(11, 89)}) 9{draw.between(1000, 9999)}-{draw.between(1000, 9999)}"
    if scene.customer.country == "IE":
        return f"+353 8{draw.between(3, 9)} {draw.between(100, 999)} {draw.between(1000, 9999)}"
    return f"({draw.between(201, 989)}) 555-{draw.between(1000, 9999)}"


def _quoted(scene: Scene, ledger: Ledger) -> tuple[Piece, ...]:
    """Quote a mail of Farol's about another order: everything in it is beside the point."""
    draw = scene.draw
    other = draw.pick([order for order in ledger.orders if order.id != scene.order.id])
    day = scene.sent_on - timedelta(days=draw.between(30, 90))
    line = draw.pick(other.lines)
    total = formats.money(draw, other.total, scene.customer.currency, plain=True)
    return scene.say(
        "quoted",
        date=Mark(formats.long_date(day, scene.language, american=scene.american)),
        order=Mark(other.id),
        total=Mark(total),
        quantity=Mark(str(line.quantity)),
        product=Mark(ledger.products[line.sku].name),
    )


def _finished(
    scene: Scene,
    index: int,
    page: Page,
    *,
    name: str | None,
    intents: Sequence[Intent],
    traits: Sequence[str],
) -> Email:
    body, spans = page.read()
    requests = tuple(intent.request for intent in intents)
    absent = [] if name else ["customer_name"]
    for at, intent in enumerate(intents):
        absent += [f"requests.{at}.{field}" for field in _absent(intent)]
    traits = [*traits, *(trait for intent in intents for trait in intent.traits)]
    if any(field.rpartition(".")[2] not in MINOR for field in absent):
        traits.append("missing_fields")
    subject, marks = _subject(scene, intents[0])
    return Email(
        id=f"M{index:04d}-{scene.draw.code(6)}",
        customer_id=scene.customer.id,
        sender=scene.customer.email,
        sent_on=scene.sent_on,
        subject=subject,
        body=body,
        difficulty=scene.level,
        traits=tuple(dict.fromkeys(traits + marks)),
        truth=EmailTruth(
            language=scene.language, customer_name=name, requests=requests, absent=tuple(absent)
        ),
        mentions=tuple(Mention(field=key, start=start, end=end) for key, start, end in spans),
    )


def _absent(intent: Intent) -> list[str]:
    request = intent.request
    missing = [field for field in OPTIONAL[request.kind] if not getattr(request, field)]
    for at, item in enumerate(request.items):
        missing += [f"items.{at}.{field}" for field in ITEM_FIELDS if getattr(item, field) is None]
    return missing


def _subject(scene: Scene, intent: Intent) -> tuple[str, list[str]]:
    if scene.level == "hard" and scene.draw.chance(40):
        return scene.draw.pick(scene.phrases["subject.vague"]), ["vague_subject"]
    words = scene.draw.pick(scene.phrases[f"subject.{intent.request.kind}"])
    order = intent.request.order_id
    return (f"{words} {order}" if order and scene.draw.chance(35) else words), []
