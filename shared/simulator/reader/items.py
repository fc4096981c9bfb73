"""Line items: cut a text into records that each hold a quantity, a code or a product."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.simulator.reader.intent import declines, mends
from shared.simulator.reader.segment import BULLET, sentences
from shared.simulator.reader.values import (
    COUNT_WORD,
    CURRENCY,
    NUMERAL,
    WORD_NUMBERS,
    Value,
    values_in,
)
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
# One thing, by its article: ``the``, ``my`` or ``one`` and up to four plain words before the name.
SINGLE = re.compile(
    (
        r"\b(?:the|my|an?|one|1|this|um|uma|o|meu|minha|este|esta)(?: "
        r"[a-zà-ÿ-]+){0,4},?(?: the| o| a)?[ ]?\(?$"
    ),
    re.IGNORECASE,
)
NAMED_CODE = re.compile(
    (
        r"\b(?:units? of|unidades? d[aeo]|item|sku|product|produto|article|"
        r"artigo|model|modelo|part|code|c[oó]digo|ref\.?|art\.?)(?:[ "
        r"](?:code|number|no\.?|n[\u00bao]\.?|c[oó]digo))?[ :#]*(?=[A-Z0-9]+[-/][A-Z0-9]"
        r")"
    ),
    re.IGNORECASE,
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
TIME_UNITS = re.compile(
    (
        r"\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|dias?|"
        r"semanas?|m[eê]s|meses|anos?|horas?|minutos?|vezes|usos?|uses?|"
        r"stars?|of (?:the|my|these)|thing|question|problem|little|bit|"
        r"lot|few)\b"
    ),
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


def items_in(text: str) -> list[Item]:
    """Find the line items of a text, in order."""
    found = _from_lines(text) or _from_prose(text)
    return [item for item in found if item.product or item.code]


def _from_lines(text: str) -> list[Item]:
    lines = [m for m in re.finditer(r"[^\n]+", text) if BULLET.match(m[0]) or "|" in m[0]]
    rows = [(m.start(), BULLET.sub("", m[0], count=1)) for m in lines]
    items = [_read(row, start, strict=False) for start, row in rows if re.search(r"\d", row)]
    kept = [i for i in items if i and (i.quantity is not None or i.code)]
    return kept if len(kept) >= 2 or (kept and len(lines) == 1) else []


def _from_prose(text: str) -> list[Item]:
    """Start an item at each quantity that a product or code follows, and at each named code."""
    items: list[Item] = []
    for sentence in sentences(text):
        if declines(sentence.text) or (
            sentence.text.startswith("(") and sentence.text.endswith(")")
        ):
            continue
        found = _in_sentence(sentence.text, sentence.start)
        if found and mends(sentence.text):
            items = _mended(items, found)
        else:
            items.extend(found)
    return items


def _mended(items: list[Item], found: list[Item]) -> list[Item]:
    """Take corrected quantities over into the items they correct."""
    corrected = list(items)
    for new in found:
        for index, old in enumerate(corrected):
            same = _alike(old.product, new.product) or (old.code and old.code == new.code)
            if same and new.quantity is not None:
                corrected[index] = replace(old, quantity=new.quantity)
                break
    return corrected


def _alike(old: str | None, new: str | None) -> bool:
    return bool(old and new) and (
        fold(str(new)) in fold(str(old)) or fold(str(old)) in fold(str(new))
    )


def _in_sentence(text: str, offset: int) -> list[Item]:
    """Read the items of one sentence; ``offset`` is where it stands in its text."""
    starts = _starts(text)
    items = []
    for start, following in zip(starts, [*starts[1:], len(text)], strict=False):
        item = _read(_first_clause(text[start:following]), offset + start, strict=True)
        if item and item.quantity is None and SINGLE.search(text[max(0, start - 48) : start]):
            item = replace(item, quantity=1)
        if item:
            items.append(item)
    return items


def _starts(text: str) -> list[int]:
    """Find where items begin: at quantities, at models' names, at named codes."""
    taken = [
        (v.start, v.end)
        for v in values_in(text)
        if v.kind != "number" and not (v.kind == "measure" and re.match(r"\d+ ?[x\u00d7]", v.text))
    ]
    starts = [
        mark.start()
        for mark in QUANTITY.finditer(text)
        if not any(left <= mark.start() < right for left, right in taken)
        and _counts(text, mark.start(), mark.end())
    ]
    for mark in MODEL.finditer(text):
        inside = any(start <= mark.start() <= start + 60 for start in starts)
        if not inside and not any(left <= mark.start() < right for left, right in taken):
            starts.append(mark.start())
    for mark in NAMED_CODE.finditer(text):
        inside = any(
            start <= mark.start() and not _other_code(text[start : mark.start()])
            for start in starts
        )
        if not inside:
            starts.append(_name_before(text, mark.start()))
    return sorted(dict.fromkeys(starts))


def _counts(text: str, start: int, end: int) -> bool:
    """Tell whether a number counts a product or a code that follows it."""
    rest = text[end : end + 70]
    if TIME_UNITS.match(rest) or _names_on(text, start):
        return False
    return bool(_product(rest, strict=True) or _code(rest[:24], at_start=True))


def _names_on(text: str, at: int) -> bool:
    """Tell whether a number belongs to the name before it, as in ``Model 200``."""
    before = re.search(r"(\S+) $", text[:at])
    return (
        bool(before)
        and before is not None
        and bool(re.fullmatch(r"[A-ZÀ-Ý][\wÀ-ÿ'\u2019]*", before[1]))
        and before.start() > 0
    )


def _other_code(text: str) -> bool:
    return bool(_code(text))


def _name_before(text: str, at: int) -> int:
    """Find where the name begins that a code stands beside: ``the Name, item CODE``."""
    before = re.search(
        r"(?:[A-ZÀ-Ý0-9][\wÀ-ÿ'\u2019.+-]*[ ]){1,8}[A-ZÀ-Ý0-9][\wÀ-ÿ'\u2019.+-]*,?[ ]*\(?$",
        text[:at],
    )
    return before.start() if before else at


def _first_clause(piece: str) -> str:
    """Keep an item's own words: to the end of its sentence."""
    ends = re.search(r"[.!?](?=\s+[A-ZÀ-Ý\"'(])|[.!?]\s*$", piece)
    return piece[: ends.start()] if ends else piece[:300]


def _read(row: str, start: int, *, strict: bool) -> Item | None:
    quantity, rest = _quantity(row)
    code = _code(row)
    product = _product(rest, strict=strict)
    if product is None and not strict:
        product = _product(row, strict=False)
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


def _code(row: str, *, at_start: bool = False) -> str | None:
    codes = [v for v in values_in(row) if v.kind == "code" and not v.text.startswith("#")]
    if at_start:
        codes = [v for v in codes if v.start <= 8]
    return codes[0].text if codes else None


def _product(rest: str, *, strict: bool) -> str | None:
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


def covered(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Give the spans that items take up."""
    return [(item.start, item.start + len(item.text)) for item in items]


def value_at(value: Value, spans: Sequence[tuple[int, int]], offset: int) -> bool:
    """Tell whether a value lies within one of some spans."""
    return any(left <= offset + value.start < right for left, right in spans)
