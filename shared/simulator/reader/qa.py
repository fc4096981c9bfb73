"""Extractive question answering: find the sentence, then the span of the type asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.simulator.reader.asked import Wanted, kinds_for, wanted_by
from shared.simulator.reader.score import Page, Scored, SentenceScorer
from shared.simulator.reader.segment import Sentence
from shared.simulator.reader.span import span_in
from shared.simulator.reader.translate import is_portuguese
from shared.simulator.reader.values import names_in, values_in
from shared.simulator.reader.words import (
    Language,
    content,
    fold,
    is_stop,
    language_of,
    stem,
    tokens,
)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: its sentence, the short span, the ids behind it, and how good the evidence is.

    ``rivals`` in [0, 1] says how close another sentence comes to the one that answers.
    """

    sentence: str
    span: str
    evidence: float
    sources: tuple[str, ...] = ()
    support: tuple[Sentence, ...] = ()
    others: tuple[tuple[str, float], ...] = ()
    wanted: Wanted = "sentence"
    rivals: float = 0.0


TYPED = 40
"""How many sentences, best first, are looked at for a value of the type asked for."""
ANOTHER = 0.4
"""What is left of the evidence of a sentence about another than the one that was asked about."""
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
    # A name that led here is a step of the way, not its end.
    passed = " ".join([question, *(s.sentence.text for s in chain[:-1])])
    others = tuple(
        (span_in(s.sentence.text, question, wanted, passed), s.score)
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
        span=span_in(sentence.text, question, wanted, passed),
        evidence=evidence,
        sources=tuple(sources),
        support=tuple(s.sentence for s in chain),
        others=others,
        wanted=wanted,
        rivals=_rivals(ranked, chain, question),
    )


def _rivals(ranked: list[Scored], chain: list[Scored], question: str) -> float:
    """Compare the best sentence outside the chain with the chain as a whole.

    By what they cover of the question: that attention is lost to a place is counted apart.
    """
    support = {link.sentence for link in chain}
    best = chain[0].coverage
    if len(chain) > 1:
        missing = _missing(question, [link.sentence.text for link in chain])
        best = max(best, 1.0 - len(missing) / max(1, len(set(content(question)))))
    other = next((s.coverage for s in ranked if s.sentence not in support), 0.0)
    return min(1.0, other / best) if best > 0 else 0.0


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
        if _speaks_of_another(best.sentence.text, question):
            typed *= ANOTHER
        return min(1.0, (0.65 * best.coverage + 0.35 * max(near, best.coverage)) * typed)
    texts = [s.sentence.text for s in chain]
    asked = content(question)
    left = len(_missing(question, texts)) / max(1, len(asked))
    return max(0.0, min(1.0, 1.0 - left)) * 0.95


def _speaks_of_another(text: str, question: str) -> bool:
    """Tell whether a sentence has another name where the question's stood: the ferry to *X*."""
    asked, there = _led(question), _led(text)
    known = {name for _, name in there}
    return any(
        name not in known and any(lead == other and name != else_ for other, else_ in there)
        for lead, name in asked
    )


def _led(text: str) -> list[tuple[str, str]]:
    """Pair each name or code of a text with the last word of content before it."""
    named = [*names_in(text), *(v for v in values_in(text) if v.kind == "code")]
    leads = [(content(text[max(0, v.start - 40) : v.start]), fold(v.text)) for v in named]
    return [(before[-1], name) for before, name in leads if before]


def _topic_coverage(page: Page, best: Scored, question: str) -> float:
    asked = content(question)
    passage = page.passages[best.sentence.passage]
    window = passage.text[max(0, best.sentence.start - 400) : best.sentence.end + 200]
    there = set(content(window)) | {stem(w) for w in tokens(passage.id)}
    return sum(t in there for t in asked) / len(asked) if asked else 0.0


def best_sentences(page: Page, question: str, count: int) -> list[Scored]:
    """Give the sentences that bear most on a question, in order of worth."""
    wanted = wanted_by(question)
    return _typed(page.score(question), wanted, question)[:count]


def quote_of(page: Page, sentence: Sentence) -> str:
    """Copy a sentence verbatim from its passage."""
    return page.passages[sentence.passage].text[sentence.start : sentence.end]
