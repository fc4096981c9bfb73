"""What a writer wants: sentences of wish, those that add another, and those that decline."""

import itertools
import re
from functools import lru_cache

from shared.simulator.reader.segment import Sentence
from shared.simulator.reader.words import fold

WISH = re.compile(
    r"\b(?:i(?:'d| would) (?:like|love|want|prefer)|i(?:'m| am) "
    r"(?:writing|returning|looking|hoping|asking|after|contacting)|"
    r"i (?:want|need|wish|must|have to)|we (?:want|need|would like|"
    r"'d like)|"
    r"please|(?:can|could|would|will) you|can i|could i|may i|how "
    r"(?:do|can|should) i|tell me how|how to|i request|this is a|"
    r"quero|queremos|gostaria|preciso|precisamos|desejo|poderia|"
    r"podem|pode |podem|solicito|peco|por favor|como (?:faco|devolvo|"
    r"posso)|escrevo|venho|estou (?:devolvendo|escrevendo|querendo)|"
    r"queria|pretendo|"
    r"favor)\b"
)
MORE = re.compile(
    r"\b(?:also|too|as well|one more thing|another thing|besides|"
    r"in addition|additionally|while i(?:'m| have| am)|on another "
    r"(?:note|matter)|separately|second(?:ly)?|finally|by the way|"
    r"tambem|alem disso|mais uma coisa|outra coisa|alias|aproveitando|"
    r"por outro lado|ainda|tb|por fim)\b"
)
DECLINE = re.compile(
    r"\b(?:(?:do not|don'?t|dont|did not|didn'?t|won'?t) (?:want|"
    r"need|order|buy|intend|plan)|not (?:now|interested|this time)|"
    r"no need|decided against|nao (?:quero|preciso|pretendo|vou "
    r"(?:querer|levar|comprar))|"
    r"por enquanto|for now|continua firme|still works|works (?:fine|"
    r"perfectly|great)|sem interesse)\b"
)
PAST = re.compile(
    r"\b(?:ordered|bought|purchased|placed|comprei|encomendei|fiz "
    r"o pedido|pedi|was placed|was made|foi feit[oa])\b"
)
MENDS = re.compile(
    r"\b(?:make (?:that|it)|correction|i meant|i miscounted|should "
    r"be|instead of|scratch that|actually|not \d+|rather than|retific\w*|"
    r"correcao|corrigindo|quis dizer|contei errado|em vez de|e nao "
    r"\d+|na verdade|ao inves)\b"
)


@lru_cache(maxsize=8_192)
def weight_of(text: str) -> float:
    """Weigh a sentence as a sign of what its writer wants now."""
    folded = fold(text)
    if DECLINE.search(folded):
        return 0.15
    if WISH.search(folded):
        return 1.6
    return 0.25 if PAST.search(folded) else 0.8


def declines(text: str) -> bool:
    """Tell whether a sentence says what its writer does not want."""
    return bool(DECLINE.search(fold(text)))


def mends(text: str) -> bool:
    """Tell whether a sentence corrects an earlier one."""
    return bool(MENDS.search(fold(text)))


def adds(text: str) -> bool:
    """Tell whether a sentence asks for one thing more."""
    folded = fold(text)
    return bool(MORE.search(folded)) and bool(WISH.search(folded)) and not DECLINE.search(folded)


def requests_in(text: str, sentences: list[Sentence]) -> list[str]:
    """Cut a letter into the parts that each ask for one thing."""
    starts = [0, *(s.start for s in sentences[1:] if adds(s.text) and s.start > 0)]
    edges = [*starts, len(text)]
    return [
        text[left:right] for left, right in itertools.pairwise(edges) if text[left:right].strip()
    ]
