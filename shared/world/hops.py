"""Ask what takes several facts: chains through the policies, and refunds to work out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.world import formats, grammar, money
from shared.world.asking import Hop, Question, RefundTask
from shared.world.model import Language, Product
from shared.world.phrases.books import QUESTIONS
from shared.world.questions import LANGUAGES, Library, spoken
from shared.world.rules import Rules
from shared.world.stream import Stream

CHAINS = 120
REFUNDS = 60
PATH = ("category", "class", "centre", "courier", "desk", "lead", "extension")
STARTS = ("product", "category", "class", "centre", "courier", "desk", "lead")
LEAVES = {
    "class": ("window", "fee"),
    "courier": ("delivery", "liability"),
    "desk": ("answer_time",),
}
SHORTEST, LONGEST = 2, 6


def policy_codes(library: Library) -> dict[str, str]:
    """Find the code of the policy in force that states each attribute."""
    return {
        attribute: subject.split(" ")[0]
        for (subject, attribute), facts in library.by_topic.items()
        if library.texts[facts[0].document_id].kind == "policy"
    }


def draw_chains(draw: Stream, library: Library) -> tuple[Question, ...]:
    """Ask questions of 2 to 6 hops, as many of each length."""
    codes = policy_codes(library)
    chains = []
    for at in range(CHAINS):
        length = SHORTEST + at % (LONGEST - SHORTEST + 1)
        chains.append(_chain(draw.at(at), library, codes, length, f"H{at:04d}"))
    return tuple(chains)


def _chain(
    draw: Stream, library: Library, codes: Mapping[str, str], length: int, number: str
) -> Question:
    first = draw.below(len(PATH) - length + 1)
    path = list(PATH[first : first + length])
    before = path[-2]
    if before in LEAVES and draw.chance(60):
        path[-1] = draw.pick(LEAVES[before])
    language = draw.pick(LANGUAGES)
    subject, shown = _start(draw, library, codes, STARTS[first], language)
    hops: list[Hop] = []
    for attribute in path:
        key = subject if attribute == "category" else f"{codes[attribute]} {subject}"
        hops.append(library.hop(key, attribute))
        subject = hops[-1].value
    phrase = _phrase(shown, [step for step in path if step != "category"], language)
    book = QUESTIONS[language]
    ask = book.ASK["who" if path[-1] == "lead" else "what"]
    return library.question(number, language, "multi_hop", ask.format(x=phrase), hops)


def _start(
    draw: Stream,
    library: Library,
    codes: Mapping[str, str],
    start: str,
    language: Language,
) -> tuple[str, str]:
    """Choose where a chain starts: the subject to look up, and how to speak of it."""
    article, form = QUESTIONS[language].STARTS[start]
    product = draw.pick(library.products)
    words = grammar.words(product, language)
    if start == "product":
        article = article.format(**words) if language == "pt" else article
        return f"{product.name} ({product.sku})", f"{article} {product.name}"
    if start == "category":
        noun = words["noun"]
        shown = grammar.a(noun) if language == "en" else f"{article} {form.format(x=noun)}"
        return product.category, shown
    attribute = PATH[STARTS.index(start)]
    names = [
        subject.partition(" ")[2]
        for subject, other in library.by_topic
        if other == attribute and subject.startswith(codes[attribute])
    ]
    name = draw.pick(names)
    return name, f"{article} {form.format(x=name)}".strip()


def _phrase(shown: str, path: Sequence[str], language: Language) -> str:
    for step in path:
        article, form = QUESTIONS[language].HOPS[step]
        joined = form.format(x=shown, de_x=grammar.of(shown), por_x=grammar.by(shown))
        shown = f"{article} {joined}"
    return shown


def draw_refunds(draw: Stream, library: Library, rules: Rules) -> tuple[RefundTask, ...]:
    """Ask what comes back for a return, by class, tier, time and completeness."""
    codes = policy_codes(library)
    return tuple(_refund(draw.at(at), library, rules, codes, at=at) for at in range(REFUNDS))


@dataclass(frozen=True)
class Sale:
    """A purchase of one product and what comes back of it; money in cents of a euro."""

    product: Product
    points: int
    quantity: int
    returned: int
    price: int
    shipping: int
    days: int


def _refund(
    draw: Stream, library: Library, rules: Rules, codes: Mapping[str, str], *, at: int
) -> RefundTask:
    language = draw.pick(LANGUAGES)
    sale = _sale(draw, library.products, rules)
    back, steps = work_out(rules, sale)
    item, tier = rules.class_for(sale.product.category), rules.tier_for(sale.points)
    return RefundTask(
        id=f"R{at:04d}",
        language=language,
        text=_refund_text(draw, language, sale),
        answer=money.amount(back),
        steps=steps,
        hops=tuple(_needed(library, codes, sale.product, item.name, tier.name)),
    )


def _sale(draw: Stream, products: Sequence[Product], rules: Rules) -> Sale:
    product, points, quantity = draw.pick(products), draw.between(0, 9_500, 10), draw.between(1, 5)
    window = rules.class_for(product.category).window_days + rules.tier_for(points).extra_days
    late = draw.chance(20)
    return Sale(
        product=product,
        points=points,
        quantity=quantity,
        returned=quantity if draw.chance(50) else draw.between(1, quantity),
        price=money.cents(product.prices.EUR),
        shipping=draw.between(400, 3_000, 10),
        days=window + draw.between(1, 12) if late else draw.between(1, window),
    )


def work_out(rules: Rules, sale: Sale) -> tuple[int, tuple[str, ...]]:
    """Work out a refund in cents, and say each step."""
    item, tier = rules.class_for(sale.product.category), rules.tier_for(sale.points)
    window = item.window_days + tier.extra_days
    steps = [
        f"{sale.product.category} -> class {item.name}",
        f"{sale.points} points -> tier {tier.name}",
        f"window {item.window_days} + {tier.extra_days} = {window} days; {sale.days} have passed",
    ]
    if sale.days > window:
        return 0, (*steps, "too late: nothing is refunded")
    goods, discount = sale.price * sale.returned, tier.fee_discount_percent
    # Whole numbers throughout: hundredths of a percent, a half cent rounded up.
    fee = (goods * item.fee_percent * (100 - discount) + 5_000) // 10_000
    steps.append(f"goods {money.amount(goods)} EUR")
    steps.append(f"fee {item.fee_percent}% less {discount}% of it = {money.amount(fee)} EUR")
    whole = sale.returned == sale.quantity
    percent = rules.shipping_back_percent if whole else 0
    postage = money.share(sale.shipping, percent)
    steps.append(f"{percent}% of shipping = {money.amount(postage)} EUR")
    total = goods - fee + postage
    return total, (*steps, f"refund {money.amount(total)} EUR")


def _refund_text(draw: Stream, language: Language, sale: Sale) -> str:
    return spoken(
        draw.pick(QUESTIONS[language].REFUND),
        {
            "points": str(sale.points),
            "quantity": str(sale.quantity),
            "product": sale.product.name,
            "price": formats.euros(draw, money.amount(sale.price), language),
            "shipping": formats.euros(draw, money.amount(sale.shipping), language),
            "days": str(sale.days),
            "returned": str(sale.returned),
        },
    )


def _needed(
    library: Library, codes: Mapping[str, str], product: Product, item: str, tier: str
) -> list[Hop]:
    wanted = [
        (f"{product.name} ({product.sku})", "category"),
        (f"{codes['class']} {product.category}", "class"),
        (f"{codes['window']} {item}", "window"),
        (f"{codes['fee']} {item}", "fee"),
        (f"{codes['threshold']} {tier}", "threshold"),
        (f"{codes['threshold']} {tier}", "extra_days"),
        (f"{codes['threshold']} {tier}", "fee_discount"),
        (codes["shipping_back"], "shipping_back"),
    ]
    return [library.hop(*topic) for topic in wanted if topic in library.by_topic]
