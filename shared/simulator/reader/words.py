"""Words: tokens, folded accents, light stems and the language of a text, English or Portuguese."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, TypeAlias

from shared.simulator.reader.wordlist import words

Language: TypeAlias = Literal["en", "pt"]

TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
CODE = re.compile(r"\b[^\W_]+(?:[-./_:][^\W_]+)+\b")
LONG = 20_000
ASCII_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)?")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-./\s]+")

STOP_EN = frozenset(
    words(
        """a about all am an and any are as at be been being but by can could did do does doing
    done each for from get gets got had has have having he her hers him his how i if in into
    is it its just let like may me might more most must my no nor not of off on once only or
    other our ours out over own please shall she should so some such tell than that the
    their them then there these they this those through to too up us very was we were what
    when where which while who whom whose why will with without would you your yours i'm i'd
    i've it's don't doesn't want need know there's what's can't isn't one ones thing things
    way also e.g i.e etc here"""
    )
)
STOP_PT = frozenset(
    words(
        """a ao aos aquela aquele aquilo as ate ate com como da das de dela dele deles depois do
    dos e ela ele elas eles em entre era essa esse esta estao estar estas este estes estou
    eu foi foram ha isso isto ja lhe mais mas me mesmo meu meus minha minhas muito na nao
    nas nem no nos nossa nosso num numa o os ou para pela pelo pelas pelos por qual quais
    quando quanto quantos quanta quantas que quem se seja sem ser sera seu seus so sou sua
    suas tambem te tem tenho ter teu um uma umas uns voce voces vou onde porque favor pode
    posso quero queria preciso gostaria saber fazer faco faz existe algum alguma coisa jeito
    forma dado dada tao entao la ai ali aqui sobre tudo todo toda cada outro outra"""
    )
)
# Words that mark one language and are rare in the other.
MARK_EN = frozenset(
    words(
        """the is are of and to in for with how what do does my i you it this that on an not from"""
    )
)
MARK_PT = frozenset(
    words(
        """o os um uma de do da dos das em no na nos nas que para com como por se nao sao qual
    quando eu meu minha voce esta isso ao pelo pela sem mas ou quero preciso seu sua mais
    posso faco existe ja foi tem onde quanto quantos fazer uns umas"""
    )
)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower-case a word and drop its accents."""
    lowered = word.lower().replace("\u2019", "'")
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Split a text into folded words."""
    if text.isascii():
        return ASCII_TOKEN.findall(text.lower())
    return [fold(word) for word in TOKEN.findall(text)]


def parts(name: str) -> list[str]:
    """Split an identifier into words: ``orderId`` and ``order_id`` give ``order``, ``id``."""
    return [fold(part) for part in HUMP.split(name) if part]


def language_of(text: str) -> Language:
    """Tell Portuguese from English by their commonest words and by accents."""
    head = text[:4000]
    found = tokens(head)
    english = sum(map(MARK_EN.__contains__, found))
    portuguese = sum(map(MARK_PT.__contains__, found))
    if not head.isascii():
        portuguese += sum(map(head.count, "ãõçáéíóúâêô"))
    return "pt" if portuguese > english else "en"


def is_stop(word: str, language: Language) -> bool:
    """Tell whether a word carries no topic."""
    return word in stops(language)


def stops(language: Language) -> frozenset[str]:
    """Give the words that carry no topic."""
    return STOP_PT if language == "pt" else STOP_EN


@lru_cache(maxsize=65_536)
def stem(word: str, language: Language = "en") -> str:
    """Cut a folded word to the part its inflections share."""
    if len(word) <= 3 or any(c.isdigit() for c in word):
        return word
    return stem_pt(word) if language == "pt" else stem_en(word)


def _undouble(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word


def singular_en(word: str) -> str:
    """Put an English noun in the singular, roughly."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


ENDINGS_EN = (
    ("ization", "iz", 3),
    ("isation", "iz", 3),
    ("ising", "iz", 3),
    ("ised", "iz", 3),
    ("ise", "iz", 4),
    ("ssion", "ss", 3),
    ("ation", "", 4),
    ("tion", "t", 3),
    ("ement", "", 4),
    ("ment", "", 3),
    ("ness", "", 3),
    ("able", "", 4),
    ("ably", "", 4),
    ("ally", "", 4),
    ("ing", "", 3),
    ("ly", "", 4),
    ("ed", "", 3),
    ("al", "", 5),
    ("er", "", 4),
    ("or", "", 5),
    ("y", "", 4),
    ("e", "", 3),
)


def stem_en(word: str) -> str:
    """Stem an English word."""
    word = singular_en(word.removesuffix("'s"))
    for ending, instead, shortest in ENDINGS_EN:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            cut = word[: -len(ending)] + instead
            return _undouble(cut.removesuffix("e") if len(cut) > 4 else cut)
    return word


PLURALS_PT = (
    ("coes", "cao"),
    ("oes", "ao"),
    ("aes", "ao"),
    ("ais", "al"),
    ("eis", "el"),
    ("ois", "ol"),
    ("ns", "m"),
    ("res", "r"),
    ("zes", "z"),
    ("ses", "s"),
    ("s", ""),
)
ENDINGS_PT = tuple(
    words(
        """amentos amento imento idade mente acao icao ucao aremos eremos iremos ariam eriam iriam
    assem essem issem avamos aramos eramos iramos aram eram iram ando endo indo aria eria
    iria asse esse isse ador edor idor avel ivel ante ente ares ava ada ado ida ido amos
    emos imos arei erei irei ara era ira iam ia ar er ir ou ei iu am em a o e"""
    )
)


def singular_pt(word: str) -> str:
    """Put a folded Portuguese noun in the singular, roughly."""
    if word.endswith(("as", "os", "es", "s")):
        for ending, instead in PLURALS_PT:
            if word.endswith(ending) and len(word) - len(ending) >= 2:
                return word[: -len(ending)] + instead
    return word


def stem_pt(word: str) -> str:
    """Stem a folded Portuguese word."""
    word = singular_pt(word)
    for ending in ENDINGS_PT:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def content(text: str, language: Language | None = None) -> list[str]:
    """List the stems of the words that carry a topic."""
    if len(text) > LONG:
        return _content(text, language)
    return list(_remembered(text, language))


@lru_cache(maxsize=128)
def _remembered(text: str, language: Language | None) -> tuple[str, ...]:
    """Remember the content of short texts: one question is held against many sentences."""
    return tuple(_content(text, language))


def _content(text: str, language: Language | None) -> list[str]:
    spoken = language or language_of(text)
    dropped = stops(spoken)
    return [stem(word, spoken) for word in tokens(text) if word not in dropped]
