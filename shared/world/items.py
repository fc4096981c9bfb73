"""Write the goods a mail speaks of: how many of what, at which price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.world import formats, grammar
from shared.world.model import Item, OrderLine, Product
from shared.world.scene import Scene
from shared.world.writing import Mark, Piece, Pieces, Slot, fill, joined

SMALL = 10


@dataclass(frozen=True)
class Manner:
    """How an item is told: with a price, a vague number, as new, with a wrong number first."""

    priced: bool
    vague: bool
    new: bool = False
    wrong: bool = False


@dataclass(frozen=True)
class Count:
    """A number as written: agreeing with the product, with "unidade", and whether in digits."""

    own: Slot
    feminine: Slot
    digits: bool
    kind: str


def write_items(
    scene: Scene, base: str, lines: Sequence[OrderLine], manner: Manner
) -> tuple[tuple[Item, ...], list[Pieces], tuple[Pieces, ...]]:
    """Write each line; a hard mail may state a wrong number first and correct it later."""
    wrong = (
        len(lines) == 1
        and not manner.vague
        and scene.level == "hard"
        and lines[0].quantity > 1
        and scene.draw.chance(50)
    )
    told = replace(manner, wrong=wrong)
    items, written = list[Item](), list[Pieces]()
    for at, line in enumerate(lines):
        item, pieces = _item(scene, f"{base}.items.{at}", line, told)
        items.append(item)
        written.append(pieces)
    fix = (_correction(scene, f"{base}.items.0.quantity", lines[0], items[0]),) if wrong else ()
    return tuple(items), written, fix


def _item(scene: Scene, base: str, line: OrderLine, manner: Manner) -> tuple[Item, Pieces]:
    draw, product = scene.draw, scene.products[line.sku]
    form = draw.weighted((("name", 50), ("both", 30), ("sku", 20)))
    name = product.name
    if scene.level == "hard" and form == "name" and draw.chance(30):
        name = name.removeprefix(product.brand).strip()
    count = _count(scene, f"{base}.quantity", line, product, manner)
    slots: dict[str, Slot] = {
        **grammar.words(product, scene.language),
        "quantity": count.own,
        "quantity_f": count.feminine,
        "product": Mark(name, f"{base}.product"),
        "sku": Mark(product.sku, f"{base}.sku"),
    }
    pieces = [*fill(draw.pick(_forms(scene, count, "_sku" if form == "sku" else "")), slots)]
    if form == "both":
        pieces += scene.say("item.sku", sku=slots["sku"])
    if manner.priced:
        key = "item.price_one" if line.quantity == 1 else "item.price"
        pieces += scene.say(key, price=scene.money(line.unit_price, f"{base}.unit_price"))
    item = Item(
        product=None if form == "sku" else name,
        sku=None if form == "name" else product.sku,
        quantity=None if manner.vague else line.quantity,
        unit_price=line.unit_price if manner.priced else None,
        catalogue_sku=product.sku,
    )
    return item, tuple(pieces)


def _forms(scene: Scene, count: Count, suffix: str) -> Sequence[str]:
    """Choose the sentences that fit: nobody writes "two x"."""
    forms = scene.phrases[f"item.{count.kind}{suffix}"]
    if count.digits:
        return forms
    return [form for form in forms if "}x" not in form and "} x" not in form]


def _count(scene: Scene, key: str, line: OrderLine, product: Product, manner: Manner) -> Count:
    draw = scene.draw
    if manner.vague:
        return Count("", "", digits=False, kind="some")
    if manner.wrong:
        shown = Mark(str(line.quantity - 1))
        return Count(shown, shown, digits=True, kind="one" if line.quantity == 2 else "many")
    if line.quantity == 1 and scene.level != "easy" and draw.chance(50):
        words = grammar.words(product, scene.language)
        article = fill(
            draw.pick(scene.phrases["item.article_new" if manner.new else "item.article"]),
            {**words},
        )
        written = Mark("".join(str(piece) for piece in article), key)
        return Count(written, written, digits=False, kind="mine")
    kind = "one" if line.quantity == 1 else "many"
    if scene.level == "hard" and line.quantity <= SMALL and draw.chance(50):
        own, feminine = (
            Mark(formats.count_word(line.quantity, scene.language, feminine=feminine), key)
            for feminine in (product.gender == "f", True)
        )
        return Count(own, feminine, digits=False, kind=kind)
    digits = Mark(str(line.quantity), key)
    return Count(digits, digits, digits=True, kind=kind)


def _correction(scene: Scene, key: str, line: OrderLine, item: Item) -> Pieces:
    product = scene.products[line.sku]
    return scene.say(
        "correction",
        quantity=Mark(str(line.quantity), key),
        wrong=Mark(str(line.quantity - 1)),
        product=Mark(item.product or product.sku),
        do=grammar.words(product, scene.language).get("do", "") if item.product else "de",
    )


def listed(scene: Scene, written: Sequence[Pieces], *, bulleted: bool) -> tuple[Piece, ...]:
    """Join items in a sentence, or as a list."""
    if bulleted:
        return joined([("- ", *line) for line in written], "\n")
    return joined(written, ", ", " and " if scene.language == "en" else " e ")
