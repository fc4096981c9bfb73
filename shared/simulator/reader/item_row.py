"""One line item: its quantity, product, code and price."""

import re
from dataclasses import dataclass

from shared.simulator.reader.values import COUNT_WORD, CURRENCY, NUMERAL, WORD_NUMBERS, values_in
from shared.simulator.reader.words import fold

UNITS = (
    r"(?:units?|unidades?|un\.?|pcs\.?|pieces?|pe[cç]as?|pairs?|"
    r"pares|sets?|boxes|caixas?|packs?|copies|x|\u00d7)"
)


QUANTITY = re.compile(
    rf"(?<![\w.,$€£/:#-])(?<!\$ )(?:(\d{{1,4}})|({COUNT_WORD}))(?![\w]*[-/.:,"
    rf"]\d)(?:[ ]?[x\u00d7](?=[\s])|[ ]{UNITS}\b(?: (?:of|de|d[oa]s?)\b)?|"
    rf"(?=[ ]))"
    r"(?:[ ](?:of|de|d[oa]s?|the|item|product|produto|o|a|your|my)\b)*[ ]*(?:\((?:the |o |a )?)?",
    re.IGNORECASE,
)


TRAILING = re.compile(
    (
        rf"(?:[x\u00d7][ ]?(\d{{1,4}})\b|\b(?:qty|quantity|quantidade|"
        rf"qtd)\.?[ ]?[:=]?[ ]?(\d{{1,4}})\b|[-\u2013—,(][ ]?(\d{{1,4}})[ "
        rf"]{UNITS}\b)"
    ),
    re.IGNORECASE,
)


CAPITAL = re.compile(r"[A-ZÀ-Ý0-9][\wÀ-ÿ'\u2019.+-]*")


# A model's name: capitalised words and a number.
MODEL = re.compile(
    r"(?<![\w'\u2019-])(?:[A-ZÀ-Ý][a-zà-ÿ'\u2019]{2,}[ ]){1,3}\d{2,"
    r"4}\b(?![-/.,:]\d)(?:[ ][A-ZÀ-Ý]\w*)?"
)


PRICE = re.compile(
    (
        rf"(?:{CURRENCY} ?(?:{NUMERAL})|(?:{NUMERAL}) ?(?:reais|euros?|"
        rf"dollars?|d[oó]lares|EUR|USD|BRL|GBP|€|£))"
    ),
    re.IGNORECASE,
)


EACH = re.compile(
    (
        r"\b(?:each|apiece|per (?:unit|piece)|a piece|a unit|an? unidade|"
        r"cada|por unidade|unit price|pre[cç]o unit)"
    ),
    re.IGNORECASE,
)


STOPPERS = re.compile(
    r"[,;:()\[\]\n|]|[.!?](?=\s|$)|\s[-\u2013—]\s|\b(?:for|at|with|"
    r"and|but|that|which|because|por|com|e|mas|que|no valor|item|"
    r"sku|code|c[oó]digo|art\.?|ref\.?|from|in my|on my|of my|to|"
    r"via|is|are|was|were|has|arrived|came|order|pedido|"
    r"do pedido|from order|in order|na|para|[eé]|veio|chegou|chegaram|"
    r"est[aá]|foi|foram|não|not|stopped|parou|doesn|don|please|each|"
    r"cada)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A record: its whole text, and what was read of quantity, product, code and price."""

    text: str
    start: int
    product: str | None
    code: str | None
    quantity: int | None
    price: str | None


def read_row(row: str, start: int, *, strict: bool) -> Item | None:
    """Read one row; ``strict`` wants a product written like a name. None where nothing is left."""
    quantity, rest = _quantity(row)
    code = code_in(row)
    product = product_in(rest, strict=strict)
    if product is None and not strict:
        product = product_in(row, strict=False)
    model = MODEL.search(row)
    if model and (product is None or product.islower()):
        product = model[0]
    if product and code and product.islower():
        product = None
    if product and not re.search(
        r"[A-Za-zÀ-ÿ]{3}", re.sub(UNITS, "", product, flags=re.IGNORECASE)
    ):
        product = None
    if product and code and fold(code) in fold(product):
        product = product.replace(code, "").strip(" -\u2013—,()") or None
    product = re.sub(r"(?:[ ](?:a|o|back|de volta|of|de))+$", "", product) if product else None
    return Item(row, start, product, code, quantity, _price(row))


def _quantity(row: str) -> tuple[int | None, str]:
    leading = QUANTITY.match(row.strip(" \"'*"))
    if leading:
        number = int(leading[1]) if leading[1] else WORD_NUMBERS.get(fold(leading[2]), 1)
        return number, row.strip(" \"'*")[leading.end() :]
    trailing = TRAILING.search(row)
    if trailing:
        return int(next(g for g in trailing.groups() if g)), row[: trailing.start()]
    return None, row


def code_in(row: str, *, at_start: bool = False) -> str | None:
    """Find the first code of a row, or of its beginning."""
    codes = [v for v in values_in(row) if v.kind == "code" and not v.text.startswith("#")]
    if at_start:
        codes = [v for v in codes if v.start <= 8]
    return codes[0].text if codes else None


def product_in(rest: str, *, strict: bool) -> str | None:
    """Read a product's name: the words up to the first mark or small word that ends a name."""
    rest = rest.lstrip(" \"'“*")
    stop = STOPPERS.search(rest)
    name = rest[: stop.start()] if stop else rest
    money = PRICE.search(name)
    name = (name[: money.start()] if money else name).strip(" \"'”*-\u2013—")
    words = name.split()
    if not words or len(words) > 9:
        return None
    if values_in(name) and all(v.kind == "code" for v in values_in(name)) and len(words) == 1:
        return None
    capitals = sum(bool(CAPITAL.fullmatch(w)) for w in words)
    if strict and (not words[0][:1].isupper() or capitals * 2 < len(words)):
        return None
    return name


def _price(row: str) -> str | None:
    """Take the amount of one unit: the one marked as such, else the only one."""
    prices = list(PRICE.finditer(row))
    marked = [
        p
        for p in prices
        if EACH.search(row[p.end() : p.end() + 16])
        or EACH.search(row[max(0, p.start() - 24) : p.start()])
    ]
    if marked:
        return marked[0][0]
    return prices[0][0] if len(prices) == 1 else (prices[0][0] if prices else None)
