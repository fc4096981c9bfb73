"""Typed values in a text: money, dates, durations, codes, addresses, names, numbers."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import fold

Kind: TypeAlias = Literal[
    "email",
    "url",
    "date",
    "time",
    "money",
    "percent",
    "duration",
    "measure",
    "phone",
    "code",
    "number",
    "name",
]

NUMERAL = r"\d{1,3}(?:[.,\u202f\u00a0 ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janeiro",
            "february feb fevereiro fev",
            "march mar marco",
            "april apr abril abr",
            "may maio mai",
            "june jun junho",
            "july jul julho",
            "august aug agosto ago",
            "september sep sept setembro set",
            "october oct outubro out",
            "november nov novembro",
            "december dec dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH = "(?:" + "|".join(sorted((*MONTHS, "março"), key=len, reverse=True)) + r")\b\.?"
WORD_NUMBERS = {
    word: number
    for number, words in {
        0: "zero",
        1: "one um uma a an",
        2: "two dois duas couple pair par",
        3: "three tres",
        4: "four quatro",
        5: "five cinco",
        6: "six seis",
        7: "seven sete",
        8: "eight oito",
        9: "nine nove",
        10: "ten dez",
        11: "eleven onze",
        12: "twelve dozen doze duzia",
        13: "thirteen treze",
        14: "fourteen quatorze catorze",
        15: "fifteen quinze",
        16: "sixteen dezesseis",
        17: "seventeen dezessete",
        18: "eighteen dezoito",
        19: "nineteen dezenove",
        20: "twenty vinte",
        30: "thirty trinta",
        40: "forty quarenta",
        50: "fifty cinquenta",
        60: "sixty sessenta",
        70: "seventy setenta",
        80: "eighty oitenta",
        90: "ninety noventa",
        100: "hundred cem",
    }.items()
    for word in words.split()
}
UNIT = (
    r"(?:business |working |calendar )?(?:milli|micro|nano)?(?:seconds?|"
    r"segundos?|minutes?|minutos?|hours?|horas?|days?|"
    r"dias?|weeks?|semanas?|months?|m[eê]s(?:es)?|years?|anos?)(?: "
    r"[uú]te(?:is|l)| corridos)?|ms|hrs?|min|sec"
)
MEASURE = (
    r"mm|cm|km|m|kg|g|mg|lb|oz|ml|l|litros?|liters?|litres?|w|kw|kwh|wh|mah|v|volts?|watts?|hz|khz|mhz|ghz|db|"
    r"gb|mb|kb|tb|gib|mib|kib|bytes?|bits?|inch(?:es)?|polegadas?|pixels?|px|dpi|rpm|lumens?|"
    r"meters?|metres?|metros?|°c|°f|bar|psi|nits?|fps|amps?|a"
)
COUNT_WORD = "|".join(
    sorted((w for w in WORD_NUMBERS if w not in {"a", "an"}), key=len, reverse=True)
)
CURRENCY = r"(?:R\$|US\$|U\$|\$|€|£|BRL|USD|EUR|GBP)"

PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b")),
    ("url", re.compile(r"\bhttps?://[^\s<>\"')\]]{1,500}")),
    (
        "date",
        re.compile(
            rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[/.]\d{{1,2}}[/.](?:\d{{4}}|\d{{2}})\b|"
            rf"\b\d{{1,2}}(?:st|nd|rd|th|\u00ba|o)?(?: (?:of|de))? {MONTH}(?:,"
            rf"? (?:of |de )?\d{{4}})?\b|"
            rf"\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?|"
            rf"\b(?:{MONTH}) (?:of |de )?\d{{4}}\b|\b\d{{1,2}}/\d{{1,2}}(?![/\d])|"
            r"\b(?:yesterday|today|tomorrow|ontem|hoje|amanhã|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
            r"segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "time",
        re.compile(
            (
                r"\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?\b|\b\d{1,2} ?[ap]m\b|"
                r"\b\d{1,2}h(?:\d{2})?\b"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        "money",
        re.compile(
            rf"(?:{CURRENCY}) ?(?:{NUMERAL})|\b(?:{NUMERAL}) ?(?:(?:reais|"
            rf"real|d[oó]lar(?:es)?|dollars?|euros?|"
            rf"pounds?|cents|centavos|BRL|USD|EUR|GBP)\b|€|£)",
            re.IGNORECASE,
        ),
    ),
    (
        "percent",
        re.compile(rf"\b(?:{NUMERAL}) ?(?:%|percent\b|per cent\b|por cento\b)", re.IGNORECASE),
    ),
    (
        "duration",
        re.compile(rf"\b(?:(?:{NUMERAL})|{COUNT_WORD})(?:[ -]|(?<=\d))(?:{UNIT})\b", re.IGNORECASE),
    ),
    ("measure", re.compile(rf"\b(?:{NUMERAL}) ?(?:{MEASURE})(?![\w°])", re.IGNORECASE)),
    (
        "phone",
        re.compile(
            r"(?<![\w.-])(?:\+\d{1,3}[ -]?)?(?:\(\d{2,4}\)[ -]?)\d{3,5}[ "
            r"-]?\d{4}\b|(?<![\w.-])\+\d{1,3}(?:[ -]?\d{2,5}){2,4}\b"
        ),
    ),
    (
        "code",
        re.compile(
            r"\b(?=[A-Z0-9/_-]*\d)(?=[A-Z0-9/_-]*[A-Z])[A-Z0-9]{1,12}(?:[-/_][A-Z0-9]{1,14}){1,4}\b|\b[A-Z]{1,6}\d{2,12}[A-Z]{0,3}\b|#\d{3,12}\b|"
            r"\b\d{2,6}-\d{2,8}(?:-\d{2,8})?\b"
        ),
    ),
    ("number", re.compile(rf"(?<![\w.,-])[-\u2212]?(?:{NUMERAL})(?![\w%]|[.,]\d)")),
)
NAME = re.compile(
    r"\b(?:[A-ZÀ-Ý][a-zà-ÿ'\u2019]+|[A-ZÀ-Ý]{2,})(?:[ ](?:d[aeo]s?|"
    r"von|van|del?|e|of|the|[A-Z0-9][\w.'\u2019-]*|[A-ZÀ-Ý]\.|[A-ZÀ-Ý][a-zà-ÿ'\u2019"
    r"]+)){0,5}"
)
ASKING = frozenset(
    words(
        """how what which who when where why whose is are do does did can could should would will i
    como qual quais quem quando onde quanto quantos quantas por"""
    )
)
WORD_NUMBER = re.compile(rf"\b(?:{COUNT_WORD})(?:[- ](?:{COUNT_WORD}))?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int


DIGIT = re.compile(r"\d")
WITHOUT_DIGITS = frozenset({"email", "url", "date", "duration"})
LETTERS = re.compile(r"[a-z]+")
DATED = re.compile(r"\d[-/.]\d")
DAYS = """yesterday today tomorrow ontem hoje monday tuesday wednesday thursday friday saturday
    sunday segunda quarta quinta sexta domingo"""
PERIODS = """second seconds segundo segundos minute minutes minuto minutos hour hours hora horas day
    days dia dias week weeks semana semanas month months mes meses year years ano anos"""
# Patterns that begin with a word are slow to fail on a long text: each of them needs one of these
# words (a date may be in figures instead).
NEEDED: dict[str, frozenset[str]] = {
    "date": frozenset((*MONTHS, *words(DAYS))),
    "duration": frozenset(
        (
            *(part + unit for unit in words(PERIODS) for part in ("", "milli", "micro", "nano")),
            *words("ms hr hrs min sec"),
        )
    ),
    "number": frozenset(COUNT_WORD.split("|")),
}


@lru_cache(maxsize=8_192)
def values_in(text: str) -> tuple[Value, ...]:
    """Find the typed values of a sentence or a short text, in order; none overlaps another."""
    taken: list[Value] = []
    covered = bytearray(len(text))
    has_digits = DIGIT.search(text) is not None
    said = frozenset(LETTERS.findall(text.lower())) if text.isascii() else None
    for kind, pattern in PATTERNS:
        if not has_digits and kind not in WITHOUT_DIGITS:
            continue
        if kind == "duration" and _lacks(kind, said):
            continue
        if kind == "date" and _lacks(kind, said) and not DATED.search(text):
            continue
        for mark in pattern.finditer(text):
            if not any(covered[mark.start() : mark.end()]):
                covered[mark.start() : mark.end()] = b"\1" * (mark.end() - mark.start())
                taken.append(Value(kind, mark[0].strip(), mark.start(), mark.end()))
    for mark in () if _lacks("number", said) else WORD_NUMBER.finditer(text):
        if not any(covered[mark.start() : mark.end()]):
            covered[mark.start() : mark.end()] = b"\1" * (mark.end() - mark.start())
            taken.append(Value("number", mark[0], mark.start(), mark.end()))
    return tuple(sorted(taken, key=lambda value: value.start))


def _lacks(kind: Kind, said: frozenset[str] | None) -> bool:
    """Tell whether no word of a text can be part of such a value; None where that is not known."""
    return said is not None and said.isdisjoint(NEEDED[kind])


def names_in(text: str) -> list[Value]:
    """Find what looks like proper names, those that only begin a sentence aside."""
    found = []
    for mark in NAME.finditer(text):
        words = mark[0].split()
        while words and fold(words[-1]) in {
            "e",
            "of",
            "the",
            "de",
            "da",
            "do",
            "dos",
            "das",
            "del",
        }:
            words.pop()
        if words and (fold(words[0]) in ASKING or len(words[-1]) == 1 == len(words)):
            continue
        begins = mark.start() == 0 or text[: mark.start()].rstrip()[-1:] in ".!?:\n"
        if not words or (begins and len(words) == 1):
            continue
        name = " ".join(words)
        found.append(Value("name", name, mark.start(), mark.start() + len(name)))
    return found
