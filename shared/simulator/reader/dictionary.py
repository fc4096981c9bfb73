"""The bilingual lexicon, the phrase table and the thesaurus, read from ``lexicon/*.tsv`` once."""

from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from shared.simulator.reader.words import fold, singular_pt, stem, stem_pt, tokens

FOLDER = Path(__file__).parent / "lexicon"
LONGEST_PHRASE = 6
DOMAINS = ("computing", "commerce", "general", "phrases")
"""Where a word means several things, the first domain's meaning comes first."""


class Lexicon(NamedTuple):
    """Portuguese to English, by folded lemma, by stem, and by the stems of a phrase's words."""

    lemmas: dict[str, tuple[str, ...]]
    stems: dict[str, tuple[str, ...]]
    phrases: dict[tuple[str, ...], tuple[str, ...]]


def _rows(pattern: str) -> Iterator[tuple[str, ...]]:
    for path in sorted(FOLDER.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield tuple(cell.strip() for cell in line.split("\t"))


@cache
def lexicon() -> Lexicon:
    """Read the bilingual files: ``Portuguese TAB english, english``, most usual first."""
    lemmas: dict[str, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for portuguese, english, *_ in _rows("pt_irregular.tsv"):
        lemmas[fold(portuguese)] = (english,)
    rows = chain.from_iterable(_rows(f"pt_{domain}.tsv") for domain in DOMAINS)
    for portuguese, english, *_ in rows:
        meanings = tuple(m.strip() for m in english.split(","))
        words = tokens(portuguese)
        if len(words) > 1:
            phrases.setdefault(phrase_key(words), meanings)
        elif words:
            lemmas.setdefault(words[0], meanings)
            stems.setdefault(stem_pt(words[0]), meanings)
    return Lexicon(lemmas, stems, phrases)


def phrase_key(words: list[str]) -> tuple[str, ...]:
    """Name a phrase whatever the number, gender or tense of its words."""
    return tuple(stem(word, "pt") for word in words)


@cache
def thesaurus(domain: str = "*") -> dict[str, tuple[str, ...]]:
    """Read the English synonym sets: for each stem or phrase of stems, the terms of its sets."""
    related: dict[str, dict[str, None]] = {}
    for row in _rows(f"en_synonyms_{domain}.tsv"):
        terms = [t.strip() for t in row[-1].split(",") if t.strip()]
        for term in terms:
            key = " ".join(stem(word) for word in tokens(term))
            related.setdefault(key, {}).update(dict.fromkeys(t for t in terms if t != term))
    return {key: tuple(terms) for key, terms in related.items()}


def knows(word: str, vocabulary: float) -> bool:
    """Tell whether a model with this share of the vocabulary knows a word; shares are nested."""
    if vocabulary >= 1.0:
        return True
    drawn = int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big") / 2**32
    return drawn < vocabulary


@lru_cache(maxsize=32_768)
def english_for(word: str) -> tuple[str, ...]:
    """Give the English for a Portuguese word in any inflection, or nothing."""
    folded = fold(word)
    book = lexicon()
    for form in _forms(folded):
        if form in book.lemmas:
            return book.lemmas[form]
    return book.stems.get(stem_pt(folded), ()) if len(folded) > 3 else ()


VERBS = (
    ("ando", "ar"),
    ("endo", "er"),
    ("indo", "ir"),
    ("ados", "ar"),
    ("adas", "ar"),
    ("ado", "ar"),
    ("ada", "ar"),
    ("idos", "ir"),
    ("idas", "ir"),
    ("ido", "ir"),
    ("ido", "er"),
    ("ida", "ir"),
    ("ida", "er"),
    ("amos", "ar"),
    ("emos", "er"),
    ("imos", "ir"),
    ("ou", "ar"),
    ("eu", "er"),
    ("iu", "ir"),
    ("ava", "ar"),
    ("am", "ar"),
    ("em", "er"),
    ("em", "ir"),
    ("asse", "ar"),
    ("esse", "er"),
    ("isse", "ir"),
    ("aria", "ar"),
    ("eria", "er"),
    ("iria", "ir"),
    ("a-lo", "ar"),
    ("que", "car"),
    ("gue", "gar"),
    ("ce", "car"),
    ("a", "ar"),
    ("e", "er"),
    ("e", "ir"),
    ("e", "ar"),
    ("o", "ar"),
    ("o", "er"),
    ("o", "ir"),
)


def _forms(word: str) -> Iterator[str]:
    """Yield what a word's lemma might be, likeliest first."""
    yield word
    singular = singular_pt(word)
    yield singular
    if singular.endswith("a"):
        yield singular[:-1] + "o"
        yield singular[:-1]
    for ending, infinitive in VERBS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            yield word[: -len(ending)] + infinitive
    for ending in ("zinho", "zinha", "inho", "inha", "mente", "issimo", "issima"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            yield from (base, base + "o", base + "a")
