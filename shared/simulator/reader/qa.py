"""Extractive question answering: find the sentence, then the span of the type asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.simulator.reader.asked import Wanted, kinds_for, wanted_by
from shared.simulator.reader.score import Page, Scored, SentenceScorer, english_terms
from shared.simulator.reader.segment import Sentence
from shared.simulator.reader.translate import is_portuguese
from shared.simulator.reader.values import Kind, Value, names_in, values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import (
    Language,
    content,
    fold,
    is_stop,
    language_of,
    stem,
    tokens,
)

NEGATION = frozenset(
    words(
        """not no never cannot can't isn't aren't doesn't don't won't without neither excluded nao
    nunca jamais sem nem exceto except"""
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: its sentence, the short span, the ids behind it, and how good the evidence is."""

    sentence: str
    span: str
    evidence: float
    sources: tuple[str, ...] = ()
    support: tuple[Sentence, ...] = ()
    others: tuple[tuple[str, float], ...] = ()
    wanted: Wanted = "sentence"


TYPED = 40
"""How many sentences, best first, are looked at for a value of the type asked for."""
NOTHING = Found("", "", 0.0)


def find(page: Page, question: str, hops: int, scorer: SentenceScorer | None = None) -> Found:
    """Answer a question from a page, joining up to ``hops`` facts."""
    if not page.sentences or not question.strip():
        return NOTHING
    wanted = wanted_by(question)
    language: Language = "pt" if is_portuguese(question) else "en"
    question = core(question)
    ranked = _typed(page.score(question, scorer, language), wanted, question)
    if not ranked:
        return NOTHING
    chain = _chain(page, question, wanted, ranked, hops)
    best = chain[-1]
    sentence = best.sentence
    evidence = _evidence(chain, question, page, wanted)
    others = tuple(
        (span_in(s.sentence.text, question, wanted, page), s.score)
        for s in ranked[:6]
        if s.sentence is not sentence
    )
    sources = dict.fromkeys(
        page.passages[s.sentence.passage].id
        for s in reversed(chain)
        if page.passages[s.sentence.passage].id
    )
    return Found(
        sentence=sentence.text,
        span=span_in(sentence.text, question, wanted, page),
        evidence=evidence,
        sources=tuple(sources),
        support=tuple(s.sentence for s in chain),
        others=others,
        wanted=wanted,
    )


ASKED = re.compile(
    r"\b(?:how (?:long|much|many|old|far|often|soon|heavy|tall|big|"
    r"large|fast|wide)|(?:what|which) (?:kind|type|sort) of|(?:within|"
    r"in|for) how (?:many|long)|"
    r"quanto tempo|quant[oa]s?|qual (?:é|e|foi|será)|em que|de que|com que)\b",
    re.IGNORECASE,
)


def core(question: str) -> str:
    """Drop the words that only say what type of answer is asked for."""
    bare = " ".join(ASKED.sub(" ", question).split())
    return bare if content(bare) else question


def has_type(text: str, wanted: Wanted) -> bool:
    """Tell whether a sentence holds a value of the type asked for."""
    kinds = kinds_for(wanted)
    if kinds:
        return any(value.kind in kinds for value in values_in(text))
    if wanted in {"person", "place"}:
        return bool(names_in(text))
    return True


def _typed(ranked: list[Scored], wanted: Wanted, question: str) -> list[Scored]:
    """Prefer sentences with a value of the right type; a question is no answer."""
    asked = set(tokens(question))
    out = []
    for place, item in enumerate(ranked):
        text = item.sentence.text
        factor = 1.0 if place < TYPED and has_type(text, wanted) else 0.62
        if text.rstrip().endswith("?"):
            factor *= 0.4
        said = tokens(text)
        if said and all(word in asked for word in said):
            factor *= 0.5
        if len(said) < 3:
            factor *= 0.7
        out.append(Scored(item.sentence, item.score * factor, item.coverage))
    out.sort(key=lambda s: -s.score)
    return out


def _chain(
    page: Page, question: str, wanted: Wanted, ranked: list[Scored], hops: int
) -> list[Scored]:
    """Follow names from fact to fact until a sentence has the type asked for."""
    chain = [ranked[0]]
    seen = {ranked[0].sentence}
    known = set(content(question)) | {stem(w) for w in tokens(question)}
    while len(chain) < max(1, hops):
        link = _bridge(chain[-1].sentence.text, known)
        missing = _missing(question, [s.sentence.text for s in chain])
        spare = 1 if kinds_for(wanted) else 0
        satisfied = has_type(chain[-1].sentence.text, wanted) and len(missing) <= spare
        if not link or not missing or satisfied:
            break
        follow = _typed(page.score(" ".join([*link, *missing])), wanted, question)
        following = next(
            (s for s in follow if s.sentence not in seen and _mentions(s.sentence.text, link)), None
        )
        if following is None:
            break
        left = missing - {stem(w) for w in tokens(following.sentence.text)}
        about = any(word in link for word in tokens(following.sentence.text)[:5])
        if len(left) == len(missing) and not (about and has_type(following.sentence.text, wanted)):
            break
        chain.append(following)
        seen.add(following.sentence)
        known |= {stem(w) for w in link}
    return chain


def _bridge(text: str, known: set[str]) -> list[str]:
    """List the names and codes of a sentence that the question did not mention."""
    named = [v.text for v in names_in(text)] + [v.text for v in values_in(text) if v.kind == "code"]
    first = text.split()[:1]
    if first and first[0][:1].isupper() and not is_stop(fold(first[0]), language_of(text)):
        named.append(first[0])
    words = [w for name in named for w in tokens(name)]
    return [
        w
        for w in dict.fromkeys(words)
        if stem(w) not in known and not is_stop(w, "en") and len(w) > 1
    ]


def _missing(question: str, texts: Sequence[str]) -> set[str]:
    there = {stem(w) for text in texts for w in tokens(text)} | {
        stem(w, "pt") for text in texts for w in tokens(text)
    }
    return {t for t in content(question) if t not in there}


def _mentions(text: str, link: Sequence[str]) -> bool:
    there = set(tokens(text))
    return any(word in there for word in link)


def _evidence(chain: list[Scored], question: str, page: Page, wanted: Wanted) -> float:
    """Say how well the sentences found bear out the answer, in [0, 1]."""
    if len(chain) == 1:
        best = chain[0]
        near = _topic_coverage(page, best, question)
        typed = 1.0 if has_type(best.sentence.text, wanted) else 0.6
        return min(1.0, (0.65 * best.coverage + 0.35 * max(near, best.coverage)) * typed)
    texts = [s.sentence.text for s in chain]
    asked = content(question)
    left = len(_missing(question, texts)) / max(1, len(asked))
    return max(0.0, min(1.0, 1.0 - left)) * 0.95


def _topic_coverage(page: Page, best: Scored, question: str) -> float:
    asked = content(question)
    passage = page.passages[best.sentence.passage]
    window = passage.text[max(0, best.sentence.start - 400) : best.sentence.end + 200]
    there = set(content(window)) | {stem(w) for w in tokens(passage.id)}
    return sum(t in there for t in asked) / len(asked) if asked else 0.0


def span_in(text: str, question: str, wanted: Wanted, page: Page | None = None) -> str:
    """Cut the short answer out of its sentence."""
    del page
    kinds = kinds_for(wanted)
    if kinds:
        value = _nearest(text, question, kinds)
        return value.text if value else text
    if wanted == "yes_no":
        return yes_or_no(text, question)
    if wanted in {"person", "place", "thing"}:
        name = _name(text, question, wanted)
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


def _name(text: str, question: str, wanted: Wanted) -> str:
    asked = fold(question)
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


def best_sentences(page: Page, question: str, count: int) -> list[Scored]:
    """Give the sentences that bear most on a question, in order of worth."""
    wanted = wanted_by(question)
    return _typed(page.score(question), wanted, question)[:count]


def quote_of(page: Page, sentence: Sentence) -> str:
    """Copy a sentence verbatim from its passage."""
    return page.passages[sentence.passage].text[sentence.start : sentence.end]
