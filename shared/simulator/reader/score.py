"""How well each sentence bears on a question: shared stems weighed by rarity, pairs, synonyms.

A question in one language finds sentences in the other through the lexicon.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from shared.simulator.profiles import Limits, Matching
from shared.simulator.reader.dictionary import knows, thesaurus
from shared.simulator.reader.passages import Passage
from shared.simulator.reader.segment import Sentence, sentences
from shared.simulator.reader.translate import concepts
from shared.simulator.reader.words import Language, is_stop, language_of, stem, tokens

SentenceScorer: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]
"""An optional semantic scorer: a question and sentences give similarities in [0, 1]."""

SYNONYM = 0.6
CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with its score in [0, 1] and how much of the question it covers."""

    sentence: Sentence
    score: float
    coverage: float


@lru_cache(maxsize=16_384)
def terms_of(text: str, language: Language, matching: Matching) -> tuple[str, ...]:
    """List a text's content words as they are compared."""
    words = [w for w in tokens(text) if not is_stop(w, language)]
    if matching == "words":
        return tuple(words)
    return tuple(stem(word, language) for word in words)


@lru_cache(maxsize=8_192)
def english_terms(text: str, language: Language, vocabulary: float) -> tuple[tuple[str, ...], ...]:
    """List a text's content words as English stems, several where a word means several things."""
    words = [w for w in tokens(text) if not is_stop(w, language)]
    if language == "en":
        return tuple((stem(word),) for word in words)
    return tuple(concepts(word, vocabulary) for word in words)


@lru_cache(maxsize=16_384)
def synonyms_of(term: str, vocabulary: float) -> frozenset[str]:
    """Give the stems of a term's synonyms that a model with this vocabulary knows."""
    if not knows(term, vocabulary):
        return frozenset()
    return frozenset(
        stem(tokens(other)[0]) for other in thesaurus().get(term, ()) if len(tokens(other)) == 1
    )


class Page:
    """The sentences of some passages, ready to be scored against questions."""

    def __init__(self, passages: Sequence[Passage], limits: Limits) -> None:
        self.passages = passages
        self.limits = limits
        self.sentences = [s for i, p in enumerate(passages) for s in sentences(p.text, i)]
        self.languages = [language_of(passage.text) for passage in passages]
        self._terms: dict[tuple[Language, int], frozenset[str]] = {}
        self._ordered: dict[tuple[Language, int], tuple[str, ...]] = {}
        self._rarity: dict[Language, dict[str, float]] = {}
        self._weights = self._attention()

    def _attention(self) -> list[float]:
        """Weigh each sentence by its place: the middle of a long context counts for less."""
        lengths = [len(passage.text) for passage in self.passages]
        starts, total = [], 0
        for length in lengths:
            starts.append(total)
            total += length
        excess = total / CHARACTERS_A_TOKEN / max(1, self.limits.attention_tokens)
        if excess <= 1.0:
            return [1.0] * len(self.sentences)
        loss = (1.0 - self.limits.middle_weight) * min(1.0, math.log2(excess) / 2)
        return [
            1.0 - loss * math.sin(math.pi * (starts[s.passage] + s.start) / max(1, total))
            for s in self.sentences
        ]

    def attention(self, sentence: Sentence) -> float:
        """Say how much attention a sentence gets at its place, in [0, 1]."""
        return self._weights[self.sentences.index(sentence)]

    def _sentence_terms(self, index: int, asked: Language) -> tuple[str, ...]:
        """List a sentence's terms in the space where it meets a question asked in a language."""
        key = (asked, index)
        if key not in self._ordered:
            sentence = self.sentences[index]
            spoken = self.languages[sentence.passage]
            if spoken == asked:
                found = terms_of(sentence.text, spoken, self.limits.matching)
            else:
                found = tuple(
                    t
                    for ts in english_terms(sentence.text, spoken, self.limits.vocabulary)
                    for t in ts
                )
            self._ordered[key] = found
            self._terms[key] = frozenset(found)
        return self._ordered[key]

    def _rarities(self, asked: Language) -> dict[str, float]:
        if asked not in self._rarity:
            counts: Counter[str] = Counter()
            for index in range(len(self.sentences)):
                self._sentence_terms(index, asked)
                counts.update(self._terms[asked, index])
            size = len(self.sentences) + 1
            self._rarity[asked] = {t: math.log(1 + size / (1 + n)) for t, n in counts.items()}
        return self._rarity[asked]

    def score(
        self, question: str, scorer: SentenceScorer | None = None, language: Language | None = None
    ) -> list[Scored]:
        """Score every candidate sentence, best first; ties keep the order of the text."""
        asked = language or language_of(question)
        same = terms_of(question, asked, self.limits.matching)
        crossed = english_terms(question, asked, self.limits.vocabulary)
        rarity = self._rarities(asked)
        unseen = math.log(2 + len(self.sentences))
        own = [(t,) for t in dict.fromkeys(same)]
        cross = list(dict.fromkeys(crossed))
        topics = self._topics(question, asked)
        scored = []
        for index, sentence in enumerate(self.sentences):
            wanted = own if self.languages[sentence.passage] == asked else cross
            covered = self._covered(wanted, index, asked, rarity, unseen)
            pairs = _pairs(wanted, self._sentence_terms(index, asked))
            value = min(1.0, 0.8 * covered + 0.08 * pairs + 0.2 * topics[sentence.passage])
            scored.append(Scored(sentence, value * self._weights[index], covered))
        if scorer is not None:
            scored = _blend(question, scored, scorer)
        scored.sort(key=lambda s: -s.score)
        return scored[: self.limits.candidates]

    def _topics(self, question: str, asked: Language) -> list[float]:
        """Say for each passage how much of the question its id and its whole text share."""
        found = []
        firsts: dict[int, set[str]] = {}
        for index, sentence in enumerate(self.sentences):
            self._sentence_terms(index, asked)
            firsts.setdefault(sentence.passage, set()).update(self._terms[asked, index])
        for number, passage in enumerate(self.passages):
            spoken = self.languages[number]
            wanted = (
                [(t,) for t in terms_of(question, asked, self.limits.matching)]
                if spoken == asked
                else list(english_terms(question, asked, self.limits.vocabulary))
            )
            there = (
                firsts.get(number, set())
                | {stem(w) for w in tokens(passage.id)}
                | set(tokens(passage.id))
            )
            hits = sum(any(t in there for t in group) for group in wanted)
            found.append(hits / len(wanted) if wanted else 0.0)
        return found

    def _covered(
        self,
        wanted: Sequence[tuple[str, ...]],
        index: int,
        asked: Language,
        rarity: dict[str, float],
        unseen: float,
    ) -> float:
        there = self._terms[asked, index]
        total = gained = 0.0
        for group in wanted:
            weight = max(rarity.get(term, unseen) for term in group) if group else 0.0
            total += weight
            if any(term in there for term in group):
                gained += weight
            elif self.limits.matching == "synonyms" and self._related(group, there):
                gained += weight * SYNONYM
        return gained / total if total else 0.0

    def _related(self, group: Iterable[str], there: frozenset[str]) -> bool:
        return any(
            not there.isdisjoint(synonyms_of(term, self.limits.vocabulary)) for term in group
        )


def _pairs(wanted: Sequence[tuple[str, ...]], terms: tuple[str, ...]) -> int:
    """Count neighbours of the question that are neighbours in the sentence too, three at most."""
    if len(wanted) < 2 or len(terms) < 2:
        return 0
    near = {(a, b) for a, b in itertools.pairwise(terms)}
    return min(
        3,
        sum(
            any((a, b) in near for a in first for b in second)
            for first, second in itertools.pairwise(wanted)
        ),
    )


def _blend(question: str, scored: list[Scored], scorer: SentenceScorer) -> list[Scored]:
    """Add a semantic score to the likeliest sentences."""
    head = sorted(scored, key=lambda s: -s.score)[:64]
    similar = scorer(question, [s.sentence.text for s in head])
    return [
        Scored(s.sentence, 0.5 * s.score + 0.5 * v, max(s.coverage, v))
        for s, v in zip(head, similar, strict=True)
    ] + [s for s in scored if s not in head]
