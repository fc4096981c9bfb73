"""Writing a found value as its field wants it: type, format, bounds and pattern."""

import re
from datetime import date, timedelta
from functools import lru_cache

from pydantic import JsonValue

from shared.simulator.reader.aspects import aspect_named
from shared.simulator.reader.meaning import Field, Meaning
from shared.simulator.reader.numerals import currency_of, iso_date, number_of
from shared.simulator.reader.words import fold

NESTED = re.compile(r"\((?:[^()\\]|\\.)*(?:[+*}|?]|\)[+*{?])(?:[^()\\]|\\.)*\)[+*{]|[+*}]\)?[+*]")
LONGEST_PATTERN = 200
LONGEST_MATCHED = 80
WANTS_CENTS = re.compile(r"\bcents?\b|\bcentavos?\b|_cents\b")
WANTS_PLACES = re.compile(r"\{2\}|two decimal|2 decimal|duas casas|decimal")


@lru_cache(maxsize=256)
def safe_pattern(pattern: str) -> re.Pattern[str] | None:
    """Compile a schema's pattern where it cannot run away: short, no nested repeats."""
    if (
        len(pattern) > LONGEST_PATTERN
        or NESTED.search(pattern)
        or len(re.findall(r"[+*]|,\}", pattern)) > 6
    ):
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def fits_pattern(text: str, pattern: JsonValue) -> bool:
    """Tell whether a text keeps a pattern; one that is unsafe to run is taken as kept."""
    if not isinstance(pattern, str):
        return True
    compiled = safe_pattern(pattern)
    return compiled is None or bool(compiled.search(text[:LONGEST_MATCHED]))


def render(
    field: Field, meaning: Meaning, text: str, *, today: date | None, month_first: bool
) -> JsonValue:
    """Write a text found in the prompt as the field's JSON value, or None where it cannot be."""
    if field.type in {"number", "integer"}:
        return _number(field, text)
    if meaning == "date":
        written = iso_date(text, month_first=month_first)
        if written is None and today is not None:
            ahead = aspect_named("date", field.name, field.description) == "deadline"
            written = dated(text, today, month_first=month_first, ahead=ahead)
        return written if written or _wants_iso(field) else text
    if meaning == "money" and field.type == "string":
        return _money(field, text)
    if meaning == "currency":
        return currency_of(text)
    return _shorten(field, text.strip())


def _wants_iso(field: Field) -> bool:
    told = fold(field.description)
    return (
        field.schema.get("format") in {"date", "date-time"}
        or "iso" in told
        or "yyyy" in told
        or "pattern" in field.schema
    )


def _number(field: Field, text: str) -> JsonValue:
    value = number_of(text)
    if value is None:
        return None
    told = fold(f"{field.name} {field.description}")
    if WANTS_CENTS.search(told) and not re.search(r"\bcents\b|centavos", fold(text)):
        value = round(value * 100)
    return clamp(field, value)


def clamp(field: Field, value: float) -> JsonValue:
    """Keep a number within its field's bounds, whole where integers are asked for."""
    low, high = field.schema.get("minimum"), field.schema.get("maximum")
    if isinstance(low, int | float) and not isinstance(low, bool):
        value = max(value, low)
    if isinstance(high, int | float) and not isinstance(high, bool):
        value = min(value, high)
    if field.type == "integer":
        return round(value) if abs(value) < 1e15 else 0
    return int(value) if value == int(value) and abs(value) < 1e15 else round(value, 6)


def _money(field: Field, text: str) -> JsonValue:
    value = number_of(text)
    if value is None:
        return None
    told = fold(field.description) + str(field.schema.get("pattern", ""))
    pattern = field.schema.get("pattern")
    for written in (f"{value:.2f}", f"{value:g}", text.strip()):
        if (isinstance(pattern, str) and fits_pattern(written, pattern)) or (
            pattern is None and WANTS_PLACES.search(told)
        ):
            return written
    return text.strip() if pattern is None else None


def _shorten(field: Field, text: str) -> JsonValue:
    longest = field.schema.get("maxLength")
    if isinstance(longest, int) and 0 <= longest < len(text):
        text = text[:longest]
    return text if fits_pattern(text, field.schema.get("pattern")) else None


REFERENCE = re.compile(
    (
        r"(?:^|[\n,(])[ \t]*(?:date|sent(?: on)?|today(?: is|'s date)?(?: "
        r"is)?|received|data|enviad[oa](?: em)?|hoje(?: [eé])?)[ \t]*:?[ "
        r"\t]*(\d{4}-\d{2}-\d{2}|[^\n]{6,30})"
    ),
    re.IGNORECASE,
)
WEEKDAYS = {
    w: i
    for i, ws in enumerate(
        (
            "monday segunda segunda-feira",
            "tuesday terca terca-feira",
            "wednesday quarta quarta-feira",
            "thursday quinta quinta-feira",
            "friday sexta sexta-feira",
            "saturday sabado",
            "sunday domingo",
        )
    )
    for w in ws.split()
}


def reference_date(text: str) -> date | None:
    """Find the day a text was written on, where a header or the prompt says so."""
    for mark in REFERENCE.finditer(text[:20_000]):
        written = iso_date(mark[1].strip())
        if written:
            try:
                return date.fromisoformat(written)
            except ValueError:
                continue
    return None


def dated(text: str, today: date, *, month_first: bool, ahead: bool) -> str | None:
    """Write a date that leaves out its year, or a day by its name, as seen from ``today``."""
    folded = fold(text)
    days = {"yesterday": -1, "ontem": -1, "today": 0, "hoje": 0, "tomorrow": 1, "amanha": 1}
    if folded in days:
        return (today + timedelta(days=days[folded])).isoformat()
    if folded in WEEKDAYS:
        gap = (today.weekday() - WEEKDAYS[folded]) % 7 or 7
        return (
            today + timedelta(days=7 - gap if ahead and gap < 7 else gap if ahead else -gap)
        ).isoformat()
    for year in (today.year, today.year + (1 if ahead else -1)):
        written = iso_date(text, month_first=month_first, year=year)
        if written and (written >= today.isoformat()) == ahead:
            return written
    return iso_date(text, month_first=month_first, year=today.year)
