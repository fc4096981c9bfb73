"""Extractive summaries: the sentences that share most with all the others, in the text's order."""

import re
from collections import Counter

from shared.simulator.reader.numerals import number_of
from shared.simulator.reader.segment import sentences
from shared.simulator.reader.words import content, fold, language_of, tokens

MOST_SENTENCES = 400


def summarise(text: str, count: int) -> str:
    """Sum a text up in some of its own sentences."""
    found = [s for s in sentences(text)[:MOST_SENTENCES] if len(tokens(s.text)) >= 4]
    if not found:
        return " ".join(text.split())[:300]
    language = language_of(text)
    bags = [set(content(s.text, language)) for s in found]
    counts = Counter(t for bag in bags for t in bag)

    def worth(index: int) -> float:
        bag = bags[index]
        shared = sum(counts[t] - 1 for t in bag) / (len(bag) + 3)
        return (
            shared
            + (0.25 if index == 0 else 0.0)
            + 0.2 * any(c.isdigit() for c in found[index].text)
        )

    best = sorted(range(len(found)), key=lambda i: (-worth(i), i))[:count]
    return " ".join(" ".join(found[i].text.split()) for i in sorted(best))


def length_asked(orders: str) -> int:
    """Say how many sentences a summary may have."""
    folded = fold(orders[:20_000])
    asked = re.search(
        (
            r"\b(\w+)(?:[- ](?:short |brief )?)(?:sentences?|bullets?|bullet "
            r"points|lines?|frases?|topicos?|linhas?)\b"
        ),
        folded,
    )
    if asked:
        number = number_of(asked[1])
        if number and number >= 1:
            return int(min(number, 20))
    return 1 if re.search(r"\b(?:headline|title|tl;?dr|one line|titulo|manchete)\b", folded) else 2
