"""Slots: find in a text the value that one field of a schema asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.simulator.reader.aspects import aspect_at, aspect_named
from shared.simulator.reader.dictionary import thesaurus
from shared.simulator.reader.meaning import Field, Meaning
from shared.simulator.reader.score import synonyms_of
from shared.simulator.reader.segment import Sentence, sentences
from shared.simulator.reader.translate import concepts
from shared.simulator.reader.values import Kind, Value, names_in, values_in
from shared.simulator.reader.words import fold, is_stop, language_of, stem, tokens

KINDS: dict[Meaning, tuple[Kind, ...]] = {
    "email": ("email",),
    "url": ("url",),
    "date": ("date",),
    "time": ("time",),
    "money": ("money", "number"),
    "percent": ("percent", "number"),
    "duration": ("duration", "number"),
    "measure": ("measure", "number"),
    "phone": ("phone",),
    "code": ("code",),
    "number": ("number", "duration", "measure"),
}
SYNONYMS: dict[str, str] = {
    w: group[0]
    for group in (
        ("order", "purchas", "bought", "buy", "pedido"),
        ("deliver", "arriv", "receiv", "got", "came"),
        ("total", "sum", "overal", "altogeth", "paid", "pay", "charg"),
        ("pric", "cost", "unit", "each", "apiec"),
        ("quantiti", "quantity", "quantit", "unit", "piec", "qty"),
        ("address", "street", "liv"),
        ("refund", "reimburs", "money"),
        ("name", "call", "regard", "sincer", "thank"),
    )
    for w in group
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that may fill a slot, with how well the words around it fit the field."""

    value: Value
    fit: float
    sentence: Sentence


class Scope:
    """A text to fill slots from, cut into sentences with their values once."""

    def __init__(self, text: str, base: Sequence[Sentence] | None = None) -> None:
        self.text = text
        self.language = language_of(text)
        self.sentences = list(base) if base is not None else sentences(text)
        self.used: set[tuple[int, int]] = set()
        self._stems: dict[str, tuple[tuple[str, ...], ...]] = {}

    def stems(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Give each word's English stems, stop words as empty groups."""
        if text not in self._stems:
            self._stems[text] = tuple(
                () if is_stop(w, self.language) else self._stem(w) for w in tokens(text)
            )
        return self._stems[text]

    def _stem(self, word: str) -> tuple[str, ...]:
        if self.language == "pt":
            return (*concepts(word, 1.0), stem(word))
        return (stem(word),)


def candidates(scope: Scope, field: Field, kinds: Sequence[Kind]) -> list[Candidate]:
    """List the values of some kinds with their fit, best first; ties keep the text's order."""
    found = []
    for sentence in scope.sentences:
        for value in values_in(sentence.text):
            if value.kind in kinds:
                placed = replace(value, start=value.start, end=value.end)
                fit = _fit(scope, sentence.text, placed, field) - 0.3 * kinds.index(value.kind)
                fit += _of_aspect(field, sentence.text, placed)
                if (sentence.start + value.start, sentence.start + value.end) in scope.used:
                    fit -= 0.5
                found.append(Candidate(placed, fit, sentence))
    found.sort(key=lambda c: -c.fit)
    return found


def _of_aspect(field: Field, text: str, value: Value) -> float:
    """Favour a date or an amount of the very thing the field asks about; rule out another's."""
    if value.kind not in {"date", "money"}:
        return 0.0
    wanted = aspect_named(value.kind, field.name, field.description)
    if not wanted:
        return 0.0
    there = aspect_at(value.kind, text, value.start, value.end)
    if there == wanted:
        return 1.0
    return -1.5 if there or (value.kind == "date" and field.nullable) else -0.2


def _fit(scope: Scope, text: str, value: Value, field: Field) -> float:
    """Weigh the words around a value: near before it most, then after, then its sentence."""
    before = scope.stems(text[max(0, value.start - 70) : value.start])
    after = scope.stems(text[value.end : value.end + 40])
    whole = scope.stems(text)
    names = field.name_words
    total = 0.0
    for word in field.words:
        weight = 1.0 if word in names else 0.6
        near = _nearest(word, list(reversed(before)))
        close = _nearest(word, after)
        there = 0.25 if any(_same(word, group) for group in whole) else 0.0
        total += weight * max(near, 0.8 * close, there)
    label = text[max(0, value.start - 40) : value.start].rstrip()
    return total * (1.25 if label.endswith(":") else 1.0)


def _nearest(word: str, groups: Sequence[tuple[str, ...]]) -> float:
    for distance, group in enumerate(groups):
        if _same(word, group):
            return 1.0 / (1.0 + 0.18 * distance)
    return 0.0


def _same(word: str, group: tuple[str, ...]) -> bool:
    if word in group:
        return True
    main = SYNONYMS.get(word)
    if main is not None and any(SYNONYMS.get(other) == main for other in group):
        return True
    return any(word in _related(other) for other in group if other)


def _related(term: str) -> frozenset[str]:
    return synonyms_of(term, 1.0) if term in thesaurus() else frozenset()


# A short line that ends in a comma, or a word of parting, and the name on the line after it.
SIGN_OFF = re.compile(
    r"^[ \t]*(?:[^\n,.:;!?]{2,40},|(?:best|kind|warm|many)?[ ]?(?:regards|"
    r"wishes|thanks|cheers|sincerely|atenciosamente|cordialmente|"
    r"obrigad[oa]|abra[cç]os?|grat[oa]|att)[.!]?)[ \t]*\n+[ \t]*[-\u2013—]?[ "
    r"\t]*"
    r"([A-ZÀ-Ý][\w'\u2019-]+(?: (?:d[aeo]s?|e|von|van|del?|[A-ZÀ-Ý][\w'\u2019.-]*)){"
    r"0,5})[ \t]*(?=\n|$|,)",
    re.IGNORECASE | re.MULTILINE,
)
INTRODUCED = re.compile(
    r"\b(?:[Mm]y name is|[Tt]his is|I am|I'm|[Nn]ame ?:|[Mm]e chamo|"
    r"[Mm]eu nome [eé]|(?:[Ee]u )?[Ss]ou (?:o|a)|(?:[Aa]qui|[Qq]uem "
    r"escreve)(?: quem escreve)? [eé](?: o| a)?|[Ff]rom ?:|[Dd]e "
    r"?:|[Nn]ome ?:|[Cc]ustomer ?:|[Cc]liente ?:)[ ]*"
    r"([A-ZÀ-Ý][\w'\u2019-]+(?: (?:d[aeo]s?|e|von|van|del?) [A-ZÀ-Ý][\w'\u2019-]+|"
    r" [A-ZÀ-Ý]\.| [A-ZÀ-Ý][\w'\u2019-]+){0,5})"
)
CAPITALISED = re.compile(r"[A-ZÀ-Ý]")


def person_in(text: str) -> str:
    """Find who writes: introduced, or signing at the end."""
    introduced = INTRODUCED.search(text)
    signed = [
        m for m in SIGN_OFF.finditer(text) if m.start() > len(text) // 4 and CAPITALISED.match(m[1])
    ]
    names = [m[1].strip() for m in (introduced, *signed[-1:]) if m]
    if not names:
        lines = [line.strip(" -\u2013—") for line in text.strip().split("\n") if line.strip()]
        last = lines[-1] if lines else ""
        if (
            re.fullmatch(
                r"[A-ZÀ-Ý][\w'\u2019.-]+(?: (?:d[aeo]s?|e|[A-ZÀ-Ý][\w'\u2019.-]*)){0,5}", last
            )
            and len(lines) > 1
        ):
            names = [last]
    return max(names, key=len).rstrip(".") if names else ""


def best_sentence(scope: Scope, words: Sequence[str]) -> Sentence | None:
    """Find the sentence that shares most with a field's words."""
    best, most = None, 0.0
    for sentence in scope.sentences:
        groups = scope.stems(sentence.text)
        shared = sum(any(_same(word, group) for group in groups) for word in words)
        value = shared / (1 + 0.01 * len(groups)) if len(groups) > 2 else 0.0
        if value > most:
            best, most = sentence, value
    return best


def name_near(scope: Scope, field: Field) -> str:
    """Find the proper name whose neighbourhood fits a field best."""
    best, most = "", -1.0
    for sentence in scope.sentences:
        for value in names_in(sentence.text):
            fit = _fit(scope, sentence.text, value, field)
            if fit > most and fold(value.text) not in {"i", "hi", "ola"}:
                best, most = value.text, fit
    return best


PLACED = re.compile(
    r"\b(?:in|at|from|to|near|for|em|no|na|para|de|city|cidade)\s*:?\s*$", re.IGNORECASE
)


def place_in(scope: Scope) -> str:
    """Find the first proper name that a preposition of place stands before."""
    for sentence in scope.sentences:
        for value in names_in(sentence.text):
            if PLACED.search(sentence.text[max(0, value.start - 10) : value.start]):
                return value.text
    return ""
