"""The short answer, cut out of the sentence that holds it."""

import re

from shared.simulator.reader.asked import Wanted, kinds_for
from shared.simulator.reader.score import english_terms
from shared.simulator.reader.values import Kind, Value, names_in, values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import content, fold, language_of, stem, tokens

NEGATION = frozenset(
    words(
        """not no never cannot can't isn't aren't doesn't don't won't without neither excluded nao
    nunca jamais sem nem exceto except"""
    )
)


def span_in(text: str, question: str, wanted: Wanted, passed: str = "") -> str:
    """Cut the short answer out of its sentence; no name that was ``passed`` before is one."""
    kinds = kinds_for(wanted)
    if kinds:
        value = _nearest(text, question, kinds)
        return value.text if value else text
    if wanted == "yes_no":
        return yes_or_no(text, question)
    if wanted in {"person", "place", "thing"}:
        name = _name(text, question, wanted, fold(passed or question))
        return name or _phrase(text, question) or text
    return text


def _nearest(text: str, question: str, kinds: tuple[Kind, ...]) -> Value | None:
    """Choose the value whose neighbourhood shares most words with the question."""
    values = [v for v in values_in(text) if v.kind in kinds]
    asked = set(content(question)) | {stem(w) for w in tokens(question)}
    asked |= {t for terms in english_terms(question, language_of(question), 1.0) for t in terms}
    fresh = [v for v in values if fold(v.text) not in fold(question)] or values

    def worth(value: Value) -> tuple[float, int, int]:
        before = tokens(text[max(0, value.start - 60) : value.start])
        after = tokens(text[value.end : value.end + 40])
        near = sum(1.0 / (1 + i) for i, w in enumerate(reversed(before)) if stem(w) in asked)
        near += sum(0.9 / (1 + i) for i, w in enumerate(after) if stem(w) in asked)
        return near, -kinds.index(value.kind), -value.start

    return max(fresh, key=worth, default=None)


def _name(text: str, question: str, wanted: Wanted, asked: str) -> str:
    names = [v for v in names_in(text) if fold(v.text) not in asked]
    if wanted == "thing":
        codes = [v for v in values_in(text) if fold(v.text) not in asked and v.kind != "number"]
        names = sorted([*names, *codes], key=lambda v: v.start)
        if not names and text[:1].isupper():
            return ""
    if not names and wanted == "person":
        first = re.match(r"[A-ZÀ-Ý][\w'\u2019-]+(?: [A-ZÀ-Ý][\w'\u2019-]+)*", text)
        return first[0] if first and fold(first[0]) not in asked else ""
    topic = set(content(question))

    def worth(value: Value) -> tuple[float, int]:
        before = tokens(text[max(0, value.start - 50) : value.start])
        return sum(
            1.0 / (1 + i) for i, w in enumerate(reversed(before)) if stem(w) in topic
        ), -value.start

    return max(names, key=worth).text if names else ""


COPULA = re.compile(
    (
        r"\b(?:is|are|was|were|means|called|named|uses?|requires?|includes?|"
        r"supports?|é|são|foi|era|significa|usa|requer|inclui)\b(?: "
        r"(?:called|named|made of|in|by|the|a|an|o|a|um|uma))*\s+"
    ),
    re.IGNORECASE,
)


def _phrase(text: str, question: str) -> str:
    """Take what follows the verb, where the question asks for a thing by its description."""
    asked = set(content(question))
    for verb in COPULA.finditer(text):
        before = {stem(w) for w in tokens(text[: verb.start()])}
        rest = re.split(r"[.;]|, (?:and|but|which|e|mas|que)\b", text[verb.end() :], maxsplit=1)[
            0
        ].strip()
        if before & asked and rest and len(rest) < 120:
            return rest
    return ""


def yes_or_no(text: str, question: str) -> str:
    """Answer yes or no by comparing negations."""
    language = language_of(question)
    negative = sum(w in NEGATION for w in tokens(text)) % 2
    negative ^= sum(w in NEGATION for w in tokens(question)) % 2
    if language == "pt":
        return "Não" if negative else "Sim"
    return "No" if negative else "Yes"
