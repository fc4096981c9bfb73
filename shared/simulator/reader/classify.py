"""Classification: a text against labels, by their words, their descriptions and shown examples."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.simulator.profiles import Limits
from shared.simulator.reader.dictionary import thesaurus
from shared.simulator.reader.examples import Example
from shared.simulator.reader.intent import weight_of
from shared.simulator.reader.labels import label_in, told_of
from shared.simulator.reader.score import synonyms_of
from shared.simulator.reader.segment import sentences
from shared.simulator.reader.translate import concepts, translate
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import fold, is_stop, language_of, parts, stem, tokens

REFERENCE = re.compile(
    r"\b(?:my |the |o |do |meu )?[^\W\d_]+ (?:number |no\.? |n[\u00bao]\.? "
    r")?#?[A-Z]{1,6}[-/]?\d[\w/-]{2,}"
)
THE_THING = re.compile(
    r"\b(?:the|my|your|this|that|our|o|a|meu|minha|do|da|no|na|pelo|pela|este|esta|esse|essa|seu|sua)\s+(?:(?:whole|entire|last|recent|previous|[uú]ltim[oa])\s+)?([^\W\d_]+)",
    re.IGNORECASE,
)
VAGUE = frozenset(
    stem(w)
    for w in words(
        """customer something someone anything person user thing text message write says about want
    user wants"""
    )
)
OTHER = frozenset(
    words("""other none unknown neutral general misc outro nenhum neutro na undefined mixed""")
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The label chosen, how sure, and the ranking behind it."""

    label: str
    evidence: float
    ranking: tuple[tuple[str, float], ...] = ()


@lru_cache(maxsize=8_192)
def english_stems(text: str, vocabulary: float = 1.0) -> tuple[str, ...]:
    """List a text's topical words as English stems, through the lexicon where it is Portuguese."""
    language = language_of(text)
    words = [w for w in tokens(text) if not is_stop(w, language)]
    if language == "en":
        return tuple(stem(w) for w in words)
    found: list[str] = []
    for word in words:
        found.extend(concepts(word, vocabulary))
    found.extend(stem(w) for w in tokens(translate(text, vocabulary)) if not is_stop(w, "en"))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4_096)
def _label_terms(label: str, limits: Limits) -> tuple[tuple[str, ...], frozenset[str]]:
    """Give a label's stems, and those of its synonyms, single words and phrases."""
    words = [w for w in parts(label) if not is_stop(w, "en")] or parts(label)
    stems: list[str] = []
    for word in words:
        stems.extend(
            concepts(word, limits.vocabulary) if language_of(word) == "pt" else (stem(word),)
        )
    related: set[str] = set()
    if limits.matching != "words":
        keys = [*stems, " ".join(stem(w) for w in words)]
        for key in keys:
            related.update(" ".join(stem(w) for w in tokens(t)) for t in thesaurus().get(key, ()))
    return tuple(stems), frozenset(related)


def score_label(label: str, description: str, present: Sequence[str], limits: Limits) -> float:
    """Say how well a label and its description fit the stems present in a text."""
    there = set(present)
    joined = f" {' '.join(present)} "
    stems, related = _label_terms(label, limits)
    direct = sum(_among(s, there) for s in stems) / len(stems) if stems else 0.0
    phrases = [
        r
        for r in related
        if (r in there if " " not in r else f" {r} " in joined or _all_near(r, present))
    ]
    whole = " ".join(stem(w) for w in parts(label))
    exact = {" ".join(stem(w) for w in tokens(t)) for t in thesaurus().get(whole, ())}
    near = sum(1.0 if r in exact else 0.5 for r in phrases)
    told = [s for s in english_stems(description) if s not in stems]
    shared = float(sum(_among(s, there) for s in set(told) - VAGUE))
    if limits.matching == "synonyms":
        shared += sum(
            0.6
            for s in set(told)
            if s not in there and not there.isdisjoint(synonyms_of(s, limits.vocabulary))
        )
    return 1.2 * direct + 0.7 * min(near, 3.0) + 0.5 * min(shared, 4.0)


def _among(word: str, there: set[str]) -> bool:
    """Tell whether a stem, or another form of a long one, is present."""
    return word in there or (
        len(word) >= 7
        and any(o.startswith(word[:-1]) or word.startswith(o) for o in there if len(o) >= 6)
    )


def _all_near(phrase: str, present: Sequence[str]) -> bool:
    """Tell whether a phrase's words stand within six words of each other."""
    words = phrase.split()
    places = [[i for i, p in enumerate(present) if p == w] for w in words]
    if not all(places):
        return False
    return any(
        all(any(abs(p - start) <= 8 for p in ps) for ps in places[1:]) for start in places[0]
    )


def choose(
    labels: Mapping[str, str],
    text: str,
    limits: Limits,
    examples: Sequence[Example] = (),
    hint: str = "",
    *,
    wishes: bool = True,
) -> Choice:
    """Choose the label that fits a text best; ``labels`` maps each to its description.

    ``wishes`` says that labels name what a writer wants, so that such sentences weigh most.
    """
    if not labels:
        return Choice("", 0.0)
    named = frozenset(stem for name in labels for stem in _label_terms(name, limits)[0])
    pieces = _weighed(text, limits, named if wishes else frozenset(), wishes=wishes)
    described = {name: told or told_of(name, hint, labels) for name, told in labels.items()}
    scores = {name: _best(name, told, pieces, limits) for name, told in described.items()}
    for name, vote in _votes(labels, text, examples, limits).items():
        scores[name] += vote
    for name in labels:
        if any(w in OTHER for w in parts(name)):
            scores[name] += 0.05
    ranking = sorted(scores.items(), key=lambda pair: -pair[1])
    best, most = ranking[0]
    second = ranking[1][1] if len(ranking) > 1 else 0.0
    if most <= 0.05:
        return Choice(best, 0.12, tuple(ranking))
    margin = (most - second) / most
    return Choice(best, min(1.0, 0.3 + 0.3 * min(1.0, most) + 0.4 * margin), tuple(ranking))


def _weighed(
    text: str, limits: Limits, named: frozenset[str], *, wishes: bool
) -> list[tuple[float, tuple[str, ...]]]:
    """Give the stems of each sentence with its weight as a sign of what the writer wants."""
    found = [
        (
            (weight_of(s.text) if wishes else 1.0) * (1.0 - 0.15 * min(1.0, index / 8)),
            english_stems(
                _unreferenced(s.text, named if weight_of(s.text) <= 1.0 else frozenset()),
                limits.vocabulary,
            ),
        )
        for index, s in enumerate(sentences(text[:60_000])[:400])
    ]
    return found or [(1.0, ())]


def _unreferenced(text: str, named: frozenset[str]) -> str:
    """Drop what only names a thing (``order AB-12``, ``the whole order``): it tells no wish."""
    bare = REFERENCE.sub(" ", text)
    return THE_THING.sub(lambda m: " " if _names(m[1], named) else m[0], bare) if named else bare


@lru_cache(maxsize=8_192)
def _names(word: str, named: frozenset[str]) -> bool:
    folded = fold(word)
    return stem(folded) in named or any(c in named for c in concepts(folded, 1.0))


def _best(
    name: str, told: str, pieces: Sequence[tuple[float, tuple[str, ...]]], limits: Limits
) -> float:
    scores = [weight * score_label(name, told, present, limits) for weight, present in pieces]
    return max(scores) + 0.15 * (sum(scores) - max(scores))


def _votes(
    labels: Mapping[str, str], text: str, examples: Sequence[Example], limits: Limits
) -> dict[str, float]:
    """Let the examples nearest to a text vote for their labels."""
    shown = [(label_in(e.output, labels), e) for e in examples[:200]]
    known = [(label, e) for label, e in shown if label]
    if not known:
        return {}
    counts = Counter(t for _, e in known for t in set(english_stems(e.input, limits.vocabulary)))
    under = Counter(
        pair
        for label, e in known
        for pair in {(t, label) for t in english_stems(e.input, limits.vocabulary)}
    )
    firmest = Counter[str]()
    for (term, _), number in under.items():
        firmest[term] = max(firmest[term], number)
    present = set(english_stems(text[:20_000], limits.vocabulary))

    def weight(term: str) -> float:
        """Weigh a term by its rarity, and by how well it keeps to one label."""
        apart = (2 * firmest[term] - counts[term] + 1) / (counts[term] + 2)
        return max(0.0, apart) * math.log(1 + (1 + len(known)) / (1 + counts[term]))

    # Sums of floats depend on their order, and that of a set of strings on the process.
    own = max(1.0, sum(map(weight, sorted(present))))
    votes: dict[str, float] = {}
    for label, example in known:
        terms = sorted(set(english_stems(example.input, limits.vocabulary)))
        shared = sum(weight(t) for t in terms if t in present)
        if limits.matching == "synonyms":
            shared += sum(
                0.5 * weight(t)
                for t in terms
                if t not in present and not present.isdisjoint(synonyms_of(t, limits.vocabulary))
            )
        size = math.sqrt(sum(map(weight, terms)) * own)
        similar = shared / size if size else 0.0
        votes[label] = max(votes.get(label, 0.0), similar) + 0.25 * min(
            votes.get(label, 0.0), similar
        )
    shots = len(known) / len(votes)
    trust = 1.9 * limits.neighbours * shots / (shots + 1.0)
    return {label: trust * vote for label, vote in votes.items()}
