"""What a complaint about an answer demands of one field: bounds, a value, one of some options.

Validators say it in many forms; all name the field and then say, in words or signs, what holds of
its value or what should. A demand that the rejected value meets already was a description of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

from pydantic import JsonValue

from shared.simulator.reader.render import safe_pattern
from shared.simulator.reader.words import fold, stem, tokens

LONGEST = 20_000
LARGEST = 10**15
MOST_PIECES = 400
NUMBER = r"(?<![\w.])(-?\d{1,15}(?:\.\d{1,15})?)(?!\d)"
GAP = r"[^\d\n\"']{0,24}?"
# A clause ends at a mark; a line that is not indented begins another complaint.
PIECE = re.compile(r"\n(?=\S)|\},?\s*(?=\{)|(?<=[.!?])\s+(?=[A-Z\"'`])")
ADDRESS = re.compile(r"https?://\S+")
QUOTED = re.compile(r"(?<!\w)(?:'([^'\n]{1,80})'|\"([^\"\n]{1,80})\"|`([^`\n]{1,80})`)(?!\w)")
MOST = re.compile(
    r"(?:at most|no more than|(?:less|lower|smaller|fewer) than or equal to|not exceed|exceeds?|"
    r"maxim\w*|up to|<=|≤|(?:no|o) maximo|(?:menor|menos) ou igual a|nao (?:pode )?passar? de)"
    + GAP + NUMBER
)  # fmt: skip
LEAST = re.compile(
    r"(?:at least|no (?:less|fewer) than|(?:greater|more|higher) than or equal to|minim\w*|>=|≥|"
    r"pelo menos|(?:no|o) minimo|maior ou igual a)" + GAP + NUMBER
)
UNDER = re.compile(
    r"(?:(?:less|lower|smaller|fewer) than|below|under|(?<!=)<(?!=)|men(?:or|os) (?:do )?que|"
    r"abaixo de)\s*" + NUMBER
)
OVER = re.compile(
    r"(?:(?:greater|more|higher|larger) than|above|over|(?<!=)>(?!=)|ma(?:ior|is) (?:do )?que|"
    r"acima de)\s*" + NUMBER
)
FORMS = ((MOST, True, False), (UNDER, True, True), (LEAST, False, False), (OVER, False, True))
"""Each form of a bound, whether it is an upper one, and whether the bound itself is ruled out."""
EXACTLY = re.compile(
    r"\b(?:use|exactly|(?<!or )equals?(?: to)?|(?:should|must|has to|needs to) be|expected|"
    r"(?:set|change|correct)(?: it)? to|exatamente|(?<!ou )igual a|deve(?:ria)? ser|"
    r"(?:troque|mude|corrija)(?: \w+)? para)[ :=]*" + NUMBER + r"(?![\w%]|\.\d)"
)
TRUTH = re.compile(r"\b(true|false)\b")
CHARACTERS = re.compile(
    r"(?:at most|no more than|maxim\w*|no maximo)\D{0,24}(\d{1,6}) (?:char|carac)"
)
PATTERNED = re.compile(r"\b(?:pattern|regex\w*|regular expression|padrao)\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is: its steps from the root, positions in lists among them."""

    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        """The field's own name."""
        return next((s for s in reversed(self.steps) if not s.isdigit()), "")


def mended(place: Place, old: JsonValue, fresh: JsonValue, feedback: str, text: str) -> JsonValue:
    """Give a field's new value: the one just read, unless what was said of the old forbids it."""
    said = list(_said_of(place, feedback))
    if isinstance(fresh, bool):
        return _truth(old, fresh, said)
    if isinstance(fresh, int | float):
        return _number(old, fresh, said)
    return _text(place, old, fresh, said, text) if isinstance(fresh, str) else fresh


@lru_cache(maxsize=64)
def _pieces(feedback: str) -> tuple[str, ...]:
    return tuple(PIECE.split(ADDRESS.sub(" ", feedback))[:MOST_PIECES])


def _said_of(place: Place, feedback: str) -> Iterator[str]:
    """Cut a complaint into pieces and yield those that name a field, in this place or any."""
    mention = re.compile(rf"(?<!\w){re.escape(place.name)}(?!\w)")
    path = re.compile(
        rf"(?<![\w$])(?:[\w$]{{1,60}}(?:[./]|\[|\]\.?))*{re.escape(place.name)}(?!\w)"
    )
    for piece in _pieces(feedback[:LONGEST]):
        found = mention.search(piece)
        if found is None:
            continue
        steps = re.split(r"[./\[\]]+", next((m[0] for m in path.finditer(piece)), place.name))
        if any(s.isdigit() for s in steps) and tuple(steps) != place.steps[-len(steps) :]:
            continue
        yield piece


def _truth(old: JsonValue, fresh: bool, said: Sequence[str]) -> bool:  # noqa: FBT001 - the value
    told = {mark for piece in said for mark in TRUTH.findall(fold(piece))}
    told -= {str(old).lower()}
    return told == {"true"} if len(told) == 1 else fresh


def _number(old: JsonValue, fresh: float, said: Sequence[str]) -> float:
    was = float(old) if isinstance(old, int | float) and abs(old) < LARGEST else None
    whole = isinstance(fresh, int)
    low, high = float("-inf"), float("inf")
    for piece in map(fold, said):
        exact = [n for n in map(float, EXACTLY.findall(piece)) if n != was]
        if exact and (exact[0].is_integer() or not whole):
            return int(exact[0]) if whole else exact[0]
        lows, highs = _bounds(piece, was, whole=whole)
        low, high = max([low, *lows]), min([high, *highs])
    if low > high:
        return fresh
    if fresh > high:
        return floor(high) if whole else high
    return (ceil(low) if whole else low) if fresh < low else fresh


def _bounds(piece: str, was: float | None, *, whole: bool) -> tuple[list[float], list[float]]:
    """Read the lower and the upper bounds that a piece names, each as the last allowed value."""
    told = [
        (float(bound), upper, strict)
        for pattern, upper, strict in FORMS
        for bound in pattern.findall(piece)
    ]
    # "9 is greater than 5" says what is wrong with 9, not what should hold of it.
    if was is not None and all(_met(was, *one) for one in told):
        told = [(bound, not upper, not strict) for bound, upper, strict in told]
    last = [(_last(n, upper, whole) if strict else n, upper) for n, upper, strict in told]
    return [n for n, upper in last if not upper], [n for n, upper in last if upper]


def _met(was: float, bound: float, upper: bool, strict: bool) -> bool:  # noqa: FBT001 (plain facts)
    return not strict if was == bound else (was < bound) is upper


def _last(bound: float, below: bool, whole: bool) -> float:  # noqa: FBT001 (plain facts)
    """Give the last value on one side of a bound that is not allowed itself."""
    if whole:
        return ceil(bound) - 1 if below else floor(bound) + 1
    return bound - 0.01 if below else bound + 0.01


def _text(place: Place, old: JsonValue, fresh: str, said: Sequence[str], text: str) -> str:
    for piece in said:
        longest = CHARACTERS.search(fold(piece))
        if longest and len(fresh) > int(longest[1]):
            return _cut(fresh, int(longest[1]))
        quoted = [a or b or c for a, b, c in QUOTED.findall(piece)]
        if PATTERNED.search(fold(piece)):
            return _patterned(quoted, text) or fresh
        known = {fold(str(old)), fold(place.name)}
        options = [q for q in quoted if fold(q) not in known]
        if options and (fresh == old or len(options) > 1) and fresh not in options:
            return _nearest(options, str(old), text)
    return fresh


def _cut(text: str, longest: int) -> str:
    head = text[:longest]
    return head if text[longest : longest + 1].isspace() else head.rsplit(" ", 1)[0]


def _patterned(quoted: Sequence[str], text: str) -> str:
    """Find a word of the text that keeps a pattern which a complaint quotes."""
    for pattern in quoted:
        compiled = safe_pattern(pattern)
        for word in text[:LONGEST].split() if compiled else ():
            bare = word.strip(".,;:!?()[]\"'")
            if compiled and compiled.fullmatch(bare):
                return bare
    return ""


def _nearest(options: Sequence[str], old: str, text: str) -> str:
    """Choose the option that is nearest to what was said, else the one the text speaks of."""
    wanted = {stem(w) for w in tokens(old)}
    there = {stem(w) for w in tokens(text[:LONGEST])}

    def likeness(option: str) -> tuple[int, int]:
        words = {stem(w) for w in tokens(option)}
        return len(words & wanted), len(words & there)

    return max(options, key=likeness)
