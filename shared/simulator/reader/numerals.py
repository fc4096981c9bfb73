"""Numbers, amounts and dates as they are written, read as what they are."""

import re

from shared.simulator.reader.values import MONTHS, NUMERAL, WORD_NUMBERS
from shared.simulator.reader.words import fold


def number_of(text: str) -> float | None:
    """Read a number written with digits, in either decimal convention, or in words."""
    digits = re.search(rf"[-\u2212]?(?:{NUMERAL})", text)
    if digits:
        return _read_digits(digits[0])
    total, seen = 0, False
    for word in re.findall(r"[^\W\d_]+", text):
        value = WORD_NUMBERS.get(fold(word))
        if value is not None:
            seen = True
            total = total * value if value == 100 and total else total + value
    return float(total) if seen else None


def _read_digits(text: str) -> float | None:
    text = text.replace("\u2212", "-").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        mark, after = text[last], len(text) - last - 1
        other = "," if mark == "." else "."
        if other in text or text.count(mark) > 1:
            is_decimal = text.count(mark) == 1
        else:
            is_decimal = after != 3 or text.lstrip("-").startswith("0")
        whole = text[:last].replace(".", "").replace(",", "") if is_decimal else text
        text = (
            f"{whole}.{text[last + 1 :]}" if is_decimal else text.replace(".", "").replace(",", "")
        )
    try:
        return float(text)
    except ValueError:
        return None


def currency_of(text: str) -> str | None:
    """Name the currency of an amount, as ISO 4217."""
    folded = fold(text)
    for code, marks in (
        ("BRL", ("r$", "brl", "reais", "real", "centavo")),
        ("EUR", ("€", "eur")),
        ("GBP", ("£", "gbp", "pound")),
        ("USD", ("$", "usd", "dolar", "dollar")),
    ):
        if any(mark in folded for mark in marks):
            return code
    return None


def iso_date(text: str, *, month_first: bool = False, year: int | None = None) -> str | None:
    """Write a date as ISO 8601 where the text says enough."""
    folded = fold(text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", folded):
        return folded
    numbers = [int(n) for n in re.findall(r"\d+", folded)]
    month = next((MONTHS[w] for w in re.findall(r"[a-z]+", folded) if w in MONTHS), None)
    if month:
        years = [n for n in numbers if n > 31] or ([year] if year else [])
        days = [n for n in numbers if 1 <= n <= 31]
        return f"{years[0]:04d}-{month:02d}-{days[0]:02d}" if years and days else None
    if len(numbers) == 2 and year:
        numbers.append(year)
    if len(numbers) != 3:
        return None
    first, second, third = numbers
    day, mon = (
        (second, first)
        if (month_first and second <= 31 and first <= 12) or second > 12
        else (first, second)
    )
    full = third + 2000 if third < 100 else third
    return f"{full:04d}-{mon:02d}-{day:02d}" if 1 <= mon <= 12 and 1 <= day <= 31 else None
