"""How well each sentence bears on a question: shared stems weighed by rarity, pairs, synonyms.

A question in one language finds sentences in the other through the lexicon.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from shared.simulator.profile import Limits, Matching
from shared.simulator.reader.dictionary import knows, thesaurus
from shared.simulator.reader.passages import Passage
from shared.simulator.reader.segment import Sentence, sentences
from shared.simulator.reader.translate import concepts
from shared.simulator.reader.words import Language, language_of, stem, stops, tokens

SentenceScorer: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]
"""An optional semantic scorer: a question and sentences give similarities in [0, 1]."""

SYNONYM = 0.6
CHARACTERS_A_TOKEN = 4


class Scored(NamedTuple):
    """A sentence with its score in [0, 1] and how much of the question it covers."""

    sentence: Sentence
    score: float
    coverage: float


@lru_cache(maxsize=16_384)
def terms_of(text: str, language: Language, matching: Matching) -> tuple[str, ...]:
    """List a text's content words as they are compared."""
    dropped = stops(language)
    words = [w for w in tokens(text) if w not in dropped]
    if matching == "words":
        return tuple(words)
    return tuple(stem(word, language) for word in words)


@lru_cache(maxsize=8_192)
def english_terms(text: str, language: Language, vocabulary: float) -> tuple[tuple[str, ...], ...]:
    """List a text's content words as English stems, several where a word means several things."""
    dropped = stops(language)
    words = [w for w in tokens(text) if w not in dropped]
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
        self._subject_terms: dict[Language, list[set[str]]] = {}
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
        own = self._wanted([(term,) for term in dict.fromkeys(same)], asked)
        cross = self._wanted(list(dict.fromkeys(crossed)), asked)
        topics = self._topics(same, crossed, asked)
        scored = []
        for index, sentence in enumerate(self.sentences):
            wanted = own if self.languages[sentence.passage] == asked else cross
            there = self._terms[asked, index]
            covered = wanted.covered(there)
            pairs = wanted.paired(self._ordered[asked, index]) if covered else 0
            value = min(1.0, 0.8 * covered + 0.08 * pairs + 0.2 * topics[sentence.passage])
            scored.append(Scored(sentence, value * self._weights[index], covered))
        if scorer is not None:
            scored = _blend(question, scored, scorer)
        scored.sort(key=lambda s: -s.score)
        return scored[: self.limits.candidates]

    def _wanted(self, groups: Sequence[tuple[str, ...]], asked: Language) -> "_Wanted":
        """Prepare what a question wants: each of its words' terms, weighed by their rarity."""
        rarity = self._rarities(asked)
        unseen = math.log(2 + len(self.sentences))
        limits = self.limits
        parts, total = [], 0.0
        for group in groups:
            weight = max(rarity.get(term, unseen) for term in group) if group else 0.0
            related = (
                frozenset[str]().union(*(synonyms_of(term, limits.vocabulary) for term in group))
                if limits.matching == "synonyms"
                else frozenset[str]()
            )
            total += weight
            parts.append(_Part(frozenset(group), related, weight, weight * SYNONYM))
        pairs = tuple(
            frozenset(itertools.product(first, second))
            for first, second in itertools.pairwise(groups)
        )
        return _Wanted(
            tuple(parts),
            total,
            frozenset[str]().union(*groups, *(part.related for part in parts)),
            pairs,
            frozenset[tuple[str, str]]().union(*pairs),
        )

    def _topics(
        self, same: Sequence[str], crossed: Sequence[tuple[str, ...]], asked: Language
    ) -> list[float]:
        """Say for each passage how much of the question its id and its whole text share."""
        found = []
        for number, there in enumerate(self._subjects(asked)):
            wanted = [(term,) for term in same] if self.languages[number] == asked else crossed
            hits = sum(not there.isdisjoint(group) for group in wanted)
            found.append(hits / len(wanted) if wanted else 0.0)
        return found

    def _subjects(self, asked: Language) -> list[set[str]]:
        """List for each passage the terms of its text and its id."""
        if asked not in self._subject_terms:
            found = [
                {*map(stem, named), *named}
                for named in (tokens(passage.id) for passage in self.passages)
            ]
            for index, sentence in enumerate(self.sentences):
                found[sentence.passage].update(self._terms[asked, index])
            self._subject_terms[asked] = found
        return self._subject_terms[asked]


class _Part(NamedTuple):
    """One word of a question: its terms, their synonyms, and what finding either is worth."""

    terms: frozenset[str]
    related: frozenset[str]
    weight: float
    partly: float


class _Wanted(NamedTuple):
    """What a question wants of a sentence; ``pairs`` are the terms of words that are neighbours."""

    parts: tuple[_Part, ...]
    total: float
    every: frozenset[str]
    pairs: tuple[frozenset[tuple[str, str]], ...]
    any_pair: frozenset[tuple[str, str]]

    def covered(self, there: frozenset[str]) -> float:
        """Say which share of the question a sentence with these terms covers."""
        if self.every.isdisjoint(there):
            return 0.0
        gained = 0.0
        for part in self.parts:
            if not part.terms.isdisjoint(there):
                gained += part.weight
            elif not part.related.isdisjoint(there):
                gained += part.partly
        return gained / self.total if self.total else 0.0

    def paired(self, terms: tuple[str, ...]) -> int:
        """Count neighbours of the question that are neighbours in the sentence too, to three."""
        if self.any_pair.isdisjoint(itertools.pairwise(terms)):
            return 0
        near = set(itertools.pairwise(terms))
        return min(3, sum(not pairs.isdisjoint(near) for pairs in self.pairs))


def _blend(question: str, scored: list[Scored], scorer: SentenceScorer) -> list[Scored]:
    """Add a semantic score to the likeliest sentences."""
    head = sorted(scored, key=lambda s: -s.score)[:64]
    similar = scorer(question, [s.sentence.text for s in head])
    return [
        Scored(s.sentence, 0.5 * s.score + 0.5 * v, max(s.coverage, v))
        for s, v in zip(head, similar, strict=True)
    ] + [s for s in scored if s not in head]
