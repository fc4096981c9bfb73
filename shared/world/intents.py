"""Write one intent of a mail, an order, a return or a complaint, and the truth it carries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.world import formats, grammar, money
from shared.world.items import Manner, listed, write_items
from shared.world.model import Item, Order, OrderLine, Product, Reason, Request, Resolution
from shared.world.scene import Scene
from shared.world.stream import Stream
from shared.world.writing import Mark, Piece, Pieces, Slot, fill, joined, written

RETURN_REASONS: tuple[Reason, ...] = (
    "damaged", "defective", "wrong_item", "missing_parts", "not_as_described", "changed_mind",
)  # fmt: skip
ITEM_COMPLAINTS: tuple[Reason, ...] = ("damaged", "defective", "wrong_item", "missing_parts")
ORDER_COMPLAINTS: tuple[Reason, ...] = ("late_delivery", "overcharged", "poor_service")
RETURN_RESOLUTIONS: tuple[Resolution, ...] = ("refund", "replacement", "store_credit")
COMPLAINT_RESOLUTIONS: Mapping[Reason, tuple[Resolution, ...]] = {
    "damaged": ("refund", "replacement", "repair"),
    "defective": ("refund", "replacement", "repair"),
    "wrong_item": ("refund", "replacement"),
    "missing_parts": ("refund", "replacement", "store_credit"),
    "late_delivery": ("refund", "store_credit", "apology"),
    "overcharged": ("refund", "store_credit"),
    "poor_service": ("apology", "store_credit"),
}


@dataclass(frozen=True)
class Intent:
    """A request as written, with its truth."""

    request: Request
    paragraphs: tuple[Pieces, ...]
    traits: tuple[str, ...] = ()


def write_order(scene: Scene, index: int) -> Intent:
    """Ask for new goods at today's prices."""
    draw, base = scene.draw, f"requests.{index}"
    currency = scene.customer.currency
    known = {line.sku for line in scene.order.lines}
    choices = [product for product in scene.products.values() if product.sku not in known]
    limit = draw.weighted(((1, 40), (2, 35), (3, 25))) if index == 0 else 1
    lines = [_new_line(draw, product, scene) for product in draw.sample(choices, limit)]
    priced = not scene.drops(35)
    vague = limit == 1 and lines[0].quantity > 1 and scene.drops(10)
    items, told, fix = write_items(scene, base, lines, Manner(priced=priced, vague=vague, new=True))
    key = (
        "order.second" if index else "order.list" if limit > 1 and draw.chance(45) else "order.ask"
    )
    bulleted = key == "order.list"
    asked = scene.say(key, items=listed(scene, told, bulleted=bulleted))
    rest: list[Pieces] = []
    shipping, total = None, None
    if not vague and not scene.drops(30):
        goods = sum(money.cents(line.total) for line in lines)
        shipping = None if scene.level == "easy" or draw.chance(50) else draw.between(490, 4990, 10)
        total = money.amount(goods + (shipping or 0))
        rest.append(_order_total(scene, base, total, shipping))
    wanted_by = None
    if not scene.drops(40):
        wanted_by = scene.sent_on + timedelta(days=draw.between(5, 30))
        rest.append(_wanted_by(scene, base, wanted_by))
    said_money = total is not None or priced
    request = Request(
        kind="order",
        items=items,
        currency=currency if said_money else None,
        shipping=None if shipping is None else money.amount(shipping),
        total=total,
        wanted_by=wanted_by,
    )
    paragraphs = (asked, joined(rest, " ")) if bulleted and rest else (joined((asked, *rest), " "),)
    return Intent(request, (*paragraphs, *fix), ("correction",) if fix else ())


def _new_line(draw: Stream, product: Product, scene: Scene) -> OrderLine:
    price = product.prices.in_(scene.customer.currency)
    quantity = draw.weighted(((1, 35), (2, 25), (3, 15), (4, 10), (5, 8), (8, 4), (12, 3)))
    total = money.amount(money.cents(price) * quantity)
    return OrderLine(sku=product.sku, quantity=quantity, unit_price=price, total=total)


def _order_total(
    scene: Scene, base: str, total: Decimal, shipping: int | None
) -> tuple[Piece, ...]:
    written = scene.money(total, f"{base}.total")
    if shipping is None:
        return scene.say("order.total", total=written)
    postage = scene.money(money.amount(shipping), f"{base}.shipping")
    return scene.say("order.shipping_total", total=written, shipping=postage)


def _wanted_by(scene: Scene, base: str, day: date) -> tuple[Piece, ...]:
    lead, written = formats.coming_day(
        scene.draw, day, scene.language, american=scene.american, plain=scene.level == "easy"
    )
    return scene.say("order.wanted_by", date=(lead, Mark(written, f"{base}.wanted_by")))


def write_return(scene: Scene, index: int) -> Intent:
    """Ask to send goods back."""
    draw, base, order = scene.draw, f"requests.{index}", scene.order
    lines = draw.sample(order.lines, 1 if index else draw.weighted(((1, 75), (2, 25))))
    lines = [_part(draw, line) for line in lines]
    vague = len(lines) == 1 and lines[0].quantity > 1 and scene.drops(15)
    items, told, fix = write_items(scene, base, lines, Manner(priced=draw.chance(20), vague=vague))
    named = bool(index) or not scene.drops(20)
    slots: dict[str, Slot] = {"items": listed(scene, told, bulleted=False)}
    if named:
        slots["order"] = Mark(order.id, f"{base}.order_id")
    key = "return.second" if index else "return.ask" if named else "return.ask_no_order"
    reason = None if scene.drops(15) else draw.pick(RETURN_REASONS)
    resolution = None if scene.drops(25) else _fitting(draw, reason)
    request, extra = _looking_back(
        scene,
        base,
        Request(
            kind="return",
            order_id=order.id if named else None,
            items=items,
            reason=reason,
            resolution=resolution,
        ),
        lines,
    )
    return Intent(
        request, ((*scene.say(key, **slots), *extra), *fix), ("correction",) if fix else ()
    )


def _fitting(draw: Stream, reason: Reason | None) -> Resolution:
    if reason == "changed_mind":
        return draw.pick(("refund", "store_credit"))
    return draw.pick(RETURN_RESOLUTIONS)


def _part(draw: Stream, line: OrderLine) -> OrderLine:
    quantity = draw.between(1, line.quantity)
    total = money.amount(money.cents(line.unit_price) * quantity)
    return line.model_copy(update={"quantity": quantity, "total": total})


def write_complaint(scene: Scene, index: int) -> Intent:
    """Complain about an order, or about goods in it."""
    draw, base, order = scene.draw, f"requests.{index}", scene.order
    arrived = order.shipment is not None and order.shipment.delivered_on is not None
    about_items = arrived and draw.chance(60)
    named = bool(index) or not scene.drops(20)
    slots: dict[str, Slot] = {"order": Mark(order.id, f"{base}.order_id")} if named else {}
    key = "complaint.second" if index else "complaint.ask" if named else "complaint.ask_no_order"
    body = list(scene.say(key, **slots))
    items: tuple[Item, ...] = ()
    fix: tuple[Pieces, ...] = ()
    lines = [_part(draw, draw.pick(order.lines))]
    if about_items:
        items, told, fix = write_items(
            scene, base, lines, Manner(priced=draw.chance(15), vague=False)
        )
        goods = listed(scene, told, bulleted=False)
        body += (" ", *scene.say("complaint.items", items=goods))
    causes = ITEM_COMPLAINTS if about_items else ORDER_COMPLAINTS
    reason = draw.pick(causes if arrived else ("late_delivery", "poor_service"))
    resolution = None if scene.drops(30) else draw.pick(COMPLAINT_RESOLUTIONS[reason])
    request, extra = _looking_back(
        scene,
        base,
        Request(
            kind="complaint",
            order_id=order.id if named else None,
            items=items,
            reason=reason,
            resolution=resolution,
        ),
        lines,
    )
    return Intent(request, ((*body, *extra), *fix), ("correction",) if fix else ())


def _looking_back(
    scene: Scene, base: str, request: Request, lines: Sequence[OrderLine]
) -> tuple[Request, tuple[Piece, ...]]:
    """Tell, in some order, when it was bought and came, what was paid, why, and what is wanted."""
    order = scene.order
    delivered = order.shipment.delivered_on if order.shipment else None
    said: dict[str, object] = {}
    history: list[Pieces] = []
    if not scene.drops(45):
        said["ordered_on"] = order.placed_on
        history.append(
            scene.say("ordered_on", when=scene.past(order.placed_on, f"{base}.ordered_on"))
        )
    if delivered and not scene.drops(50):
        said["delivered_on"] = delivered
        history.append(
            scene.say("delivered_on", when=scene.past(delivered, f"{base}.delivered_on"))
        )
    if not scene.drops(60):
        said["total"] = order.total
        history.append(scene.say("paid", total=scene.money(order.total, f"{base}.total")))
    if request.reason:
        reason = _reason(scene, base, request.reason, lines, named=bool(request.items))
        history.insert(scene.draw.below(len(history) + 1), (reason,))
    if request.resolution:
        wish = scene.draw.pick(scene.phrases[f"resolution.{request.resolution}"])
        history.append((Mark(wish, f"{base}.resolution"),))
    if "total" in said or any(item.unit_price is not None for item in request.items):
        said["currency"] = order.currency
    pieces = tuple(piece for sentence in history for piece in (" ", *sentence))
    return request.model_copy(update=said), pieces


def _reason(
    scene: Scene, base: str, reason: Reason, lines: Sequence[OrderLine], *, named: bool
) -> Mark:
    key = reason if reason != "late_delivery" else _late(scene.order)
    words: dict[str, Slot] = {**grammar.words(scene.products[lines[0].sku], scene.language)}
    thing = _thing(scene, words, single=named and lines[0].quantity == 1)
    words |= {"the_thing": thing, "The_thing": thing[:1].upper() + thing[1:]}
    pieces = fill(scene.draw.pick(scene.phrases[f"reason.{key}"]), words)
    return Mark(written(pieces), f"{base}.reason")


def _late(order: Order) -> str:
    arrived = order.shipment is not None and order.shipment.delivered_on is not None
    return "late_arrived" if arrived else "late_pending"


def _thing(scene: Scene, words: Mapping[str, Slot], *, single: bool) -> str:
    if scene.language == "en":
        return f"the {words['noun']}" if single else f"one {words['noun']}"
    return f"{words['o']} {words['noun']}" if single else f"{words['um']} {words['noun']}"
