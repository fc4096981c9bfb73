"""Line items: cut a text into records that each hold a quantity, a code or a product."""

import re
from dataclasses import replace

from shared.simulator.reader.intent import declines, mends
from shared.simulator.reader.item_row import MODEL, QUANTITY, Item, code_in, product_in, read_row
from shared.simulator.reader.segment import BULLET, sentences
from shared.simulator.reader.values import (
    values_in,
)
from shared.simulator.reader.words import fold

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
TIME_UNITS = re.compile(
    (
        r"\s*(?:days?|weeks?|months?|years?|hours?|minutes?|times?|dias?|"
        r"semanas?|m[eê]s|meses|anos?|horas?|minutos?|vezes|usos?|uses?|"
        r"stars?|of (?:the|my|these)|thing|question|problem|little|bit|"
        r"lot|few)\b"
    ),
    re.IGNORECASE,
)


def items_in(text: str) -> list[Item]:
    """Find the line items of a text, in order."""
    found = _from_lines(text) or _from_prose(text)
    return [item for item in found if item.product or item.code]


def _from_lines(text: str) -> list[Item]:
    lines = [m for m in re.finditer(r"[^\n]+", text) if BULLET.match(m[0]) or "|" in m[0]]
    rows = [(m.start(), BULLET.sub("", m[0], count=1)) for m in lines]
    items = [read_row(row, start, strict=False) for start, row in rows if re.search(r"\d", row)]
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
        item = read_row(_first_clause(text[start:following]), offset + start, strict=True)
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
    return bool(product_in(rest, strict=True) or code_in(rest[:24], at_start=True))


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
    return bool(code_in(text))


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
