"""How people write numbers, money and days in English and Portuguese."""

from datetime import date
from decimal import Decimal

from shared.world.model import Currency, Language
from shared.world.stream import Stream

MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
MONTHS_PT = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
    "outubro", "novembro", "dezembro",
)  # fmt: skip
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_PT = (
    "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado",
    "domingo",
)  # fmt: skip
WORDS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS_PT_M = (
    "zero",
    "um",
    "dois",
    "três",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
)
WORDS_PT_F = ("zero", "uma", "duas", *WORDS_PT_M[3:])
WEEK = 7
SURE_DAY = 12
SURE_YEAR = 330
"""Days within which a day without a year is told from the same day of another year: 11 months."""

MONEY: dict[Currency, tuple[str, ...]] = {
    "USD": ("${en}", "${en}", "US$ {en}", "{en} USD", "${bare_en}", "{en} dollars"),
    "EUR": ("€{en}", "€{en}", "EUR {en}", "{pt} €", "€{bare_en}", "{en} euro"),
    "BRL": ("R$ {pt}", "R$ {pt}", "R${pt}", "R$ {bare_pt}", "{pt} reais", "BRL {pt}"),
}


def grouped(value: Decimal, language: Language) -> str:
    """Write an amount with two places: 1,299.90 in English, 1.299,90 in Portuguese."""
    text = f"{value:,.2f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def money(draw: Stream, value: Decimal, currency: Currency, *, plain: bool) -> str:
    """Write an amount of money, in the usual form or one of several that people use."""
    form = MONEY[currency][0] if plain else draw.pick(MONEY[currency])
    english, portuguese = grouped(value, "en"), grouped(value, "pt")
    return form.format(
        en=english,
        pt=portuguese,
        bare_en=english.replace(",", ""),
        bare_pt=portuguese.replace(".", ""),
    )


def euros(draw: Stream, value: Decimal, language: Language) -> str:
    """Write an amount in euros the way Farol's own pages do."""
    text = grouped(value, language)
    forms = ("€{n}", "EUR {n}") if language == "en" else ("€ {n}", "{n} euros")
    return draw.pick(forms).format(n=text)


def count_word(count: int, language: Language, *, feminine: bool = False) -> str:
    """Spell a small whole number."""
    if language == "en":
        return WORDS_EN[count]
    return (WORDS_PT_F if feminine else WORDS_PT_M)[count]


def long_date(day: date, language: Language, *, american: bool = False) -> str:
    """Write a day in full: 3 March 2026, March 3, 2026, 3 de março de 2026."""
    if language == "pt":
        return f"{_first(day)} de {MONTHS_PT[day.month - 1]} de {day.year}"
    month = MONTHS_EN[day.month - 1]
    return f"{month} {day.day}, {day.year}" if american else f"{day.day} {month} {day.year}"


def past_day(
    draw: Stream, day: date, sent_on: date, language: Language, *, american: bool, plain: bool
) -> tuple[str, str]:
    """Write a day gone by, as (preposition, day); relative forms count from ``sent_on``.

    A bare weekday is the latest one before ``sent_on``; a day without a year lies in the past
    eleven months.
    """
    if not plain and draw.chance(45) and (near := _near(draw, (sent_on - day).days, day, language)):
        return near
    long_ago = (sent_on - day).days > SURE_YEAR
    return _calendar(draw, day, language, american=american, plain=plain, dated=long_ago)


def coming_day(
    draw: Stream, day: date, language: Language, *, american: bool, plain: bool
) -> tuple[str, str]:
    """Write a day to come, as (article, day), to stand after "by" or "até"."""
    lead, written = _calendar(draw, day, language, american=american, plain=plain)
    return ("o dia " if lead == "no dia " else "", written)


def _near(draw: Stream, ago: int, day: date, language: Language) -> tuple[str, str] | None:
    english = language == "en"
    if ago <= 1:
        return ("", (("today", "hoje"), ("yesterday", "ontem"))[ago][not english])
    if ago < WEEK and draw.chance(50):
        if english:
            return ("on ", DAYS_EN[day.weekday()])
        name = DAYS_PT[day.weekday()]
        return ("no " if name in {"sábado", "domingo"} else "na ", name)
    if ago < WEEK:
        word = count_word(ago, language)
        return ("", f"{word} days ago") if english else ("", f"há {word} dias")
    if ago % WEEK == 0 and ago <= 4 * WEEK:
        return _weeks(ago // WEEK, language)
    return None


def _weeks(count: int, language: Language) -> tuple[str, str]:
    word = count_word(count, language, feminine=True)
    if language == "en":
        return ("", "a week ago" if count == 1 else f"{word} weeks ago")
    return ("", "há uma semana" if count == 1 else f"há {word} semanas")


def _calendar(
    draw: Stream,
    day: date,
    language: Language,
    *,
    american: bool,
    plain: bool,
    dated: bool = False,
) -> tuple[str, str]:
    """Write a day of the calendar; ``dated`` insists on its year."""
    full = long_date(day, language, american=american)
    if plain:
        return ("on " if language == "en" else "em ", full)
    if language == "pt":
        return draw.pick(
            (
                ("em ", full),
                ("no dia ", full if dated else f"{_first(day)} de {MONTHS_PT[day.month - 1]}"),
                ("em ", f"{day.day:02d}/{day.month:02d}/{day.year}"),
                ("no dia ", full if dated else f"{day.day:02d}/{day.month:02d}"),
                ("em ", f"{day.day}/{day.month}/{day.year % 100:02d}"),
            )
        )
    month = MONTHS_EN[day.month - 1]
    spoken = f"{month} {_ordinal(day.day)}" if american else f"{_ordinal(day.day)} {month}"
    short = f"{month[:3]} {day.day}" if american else f"{day.day} {month[:3]}"
    forms = [full, full if dated else spoken, day.isoformat(), full if dated else short]
    # Only a day beyond the twelfth can be told from a month, so only such a day is written so.
    if day.day > SURE_DAY and american:
        forms.append(f"{day.month:02d}/{day.day:02d}/{day.year}")
    elif day.day > SURE_DAY:
        forms.append(f"{day.day:02d}/{day.month:02d}/{day.year}")
    return ("on ", draw.pick(forms))


def _first(day: date) -> str:
    return "1º" if day.day == 1 else str(day.day)


def _ordinal(number_of_day: int) -> str:
    if number_of_day in {11, 12, 13}:
        return f"{number_of_day}th"
    return f"{number_of_day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number_of_day % 10, 'th') }"
