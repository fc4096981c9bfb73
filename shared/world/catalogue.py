"""Draw what Farol sells."""

from typing import Literal

from shared.world import money, names
from shared.world.categories import CATEGORIES, REMEDIES, Category, Measure
from shared.world.model import Prices, Product, Spec, Trouble, Upkeep
from shared.world.stream import Stream

PRODUCTS = 40
BRANDS = 9
ENDINGS = (90, 99, 0, 50, 49)
CADENCE: tuple[tuple[Literal["days", "weeks", "months"], tuple[int, int]], ...] = (
    ("days", (2, 29)),
    ("weeks", (2, 26)),
    ("months", (2, 24)),
)


def draw_catalogue(draw: Stream) -> tuple[Product, ...]:
    """Draw the products; names, SKUs and error codes are all different within a world."""
    brands = _different(draw.at("brands"), BRANDS)
    models: set[str] = set()
    codes: set[str] = set()
    products = []
    for index in range(PRODUCTS):
        own = draw.at("product", index)
        category = CATEGORIES[index % len(CATEGORIES)]
        products.append(_product(own, category, own.pick(brands), models, codes))
    return tuple(products)


def _different(draw: Stream, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        name = names.brand(draw)
        if name not in found:
            found.append(name)
    return found


def _product(
    draw: Stream, category: Category, brand: str, models: set[str], codes: set[str]
) -> Product:
    while (model := names.model(draw)) in models:
        continue
    models.add(model)
    sku = f"{brand[:3].upper()}-{draw.code(3)}{draw.between(10, 99)}-{draw.code(3)}"
    return Product(
        sku=sku,
        name=f"{brand} {model}",
        brand=brand,
        category=category.key,
        noun_en=category.noun_en,
        noun_pt=category.noun_pt,
        gender=category.gender,
        prices=_prices(draw, category),
        specs=(
            *(_spec(draw, measure) for measure in category.measures),
            Spec(attribute="warranty", value=str(draw.between(12, 60, 3)), unit="months"),
        ),
        troubles=tuple(_trouble(draw, cause, codes) for cause in draw.sample(category.causes, 4)),
        upkeep=tuple(_upkeep(draw, job) for job in category.jobs),
    )


def _prices(draw: Stream, category: Category) -> Prices:
    low, high = category.price
    reais = 100 * draw.between(low, high) + draw.pick(ENDINGS)
    euros = reais * 10 // draw.between(52, 66)
    dollars = reais * 10 // draw.between(46, 60)
    return Prices(BRL=money.amount(reais), EUR=money.amount(euros), USD=money.amount(dollars))


def _spec(draw: Stream, measure: Measure) -> Spec:
    steps = draw.between(measure.low, measure.high, measure.step)
    value = f"{steps // 10}.{steps % 10}" if measure.places else str(steps)
    return Spec(attribute=measure.attribute, value=value, unit=measure.unit)


def _trouble(draw: Stream, cause: str, codes: set[str]) -> Trouble:
    while (code := error_code(draw)) in codes:
        continue
    codes.add(code)
    return Trouble(code=code, cause=cause, remedy=REMEDIES[cause])


def error_code(draw: Stream) -> str:
    """Invent an error code, such as E718-2K."""
    return f"{draw.pick('EFHKTR')}{draw.between(100, 999)}-{draw.code(2)}"


def _upkeep(draw: Stream, job: str) -> Upkeep:
    unit, (low, high) = draw.pick(CADENCE)
    return Upkeep(job=job, every=draw.between(low, high), unit=unit)
