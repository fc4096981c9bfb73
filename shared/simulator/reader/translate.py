"""Portuguese put into English word by word: phrases first, then lemmas; the rest stays as it is."""

import re
from functools import lru_cache

from shared.simulator.reader.dictionary import (
    LONGEST_PHRASE,
    english_for,
    knows,
    lexicon,
    phrase_key,
)
from shared.simulator.reader.words import (
    CODE,
    MARK_EN,
    MARK_PT,
    STOP_PT,
    fold,
    is_stop,
    language_of,
    singular_pt,
    stem,
    tokens,
)

PIECE = re.compile(r"`[^`]*`|[^\W_]+(?:[-._/][^\W_]+)*\(?\)?|[^\w\s]|_+")
# Little words that keep an English query readable; all others of their kind are dropped.
SMALL = {
    "sem": "without", "nao": "not", "nem": "nor", "ou": "or", "e": "and", "entre": "between",
    "como": "how", "quando": "when", "onde": "where", "quem": "who", "porque": "because",
    "antes": "before", "depois": "after", "mais": "more", "menos": "less", "ate": "until",
    "de": "of", "do": "of the", "da": "of the", "dos": "of the", "das": "of the",
    "em": "in", "no": "in the", "na": "in the", "nos": "in the", "nas": "in the",
    "para": "to", "com": "with", "por": "by", "pelo": "by the", "pela": "by the",
    "num": "in a", "numa": "in a", "um": "a", "uma": "a", "o": "the", "a": "the", "os": "the",
    "as": "the", "ao": "to the", "aos": "to the", "uns": "some", "umas": "some",
    "que": "that", "se": "if", "qual": "which", "quais": "which", "quanto": "how much",
    "quantos": "how many", "quantas": "how many", "meu": "my", "minha": "my", "meus": "my",
    "minhas": "my", "seu": "your", "sua": "your", "isso": "that", "isto": "this", "este": "this",
    "esta": "this", "esse": "that", "essa": "that", "eu": "I", "voce": "you", "ja": "already",
    "so": "only", "cada": "each", "todo": "every", "toda": "every", "todos": "all", "todas": "all",
    "tudo": "everything", "outro": "other", "outra": "other", "outros": "others",
    "mesmo": "same", "mesma": "same", "mas": "but", "sobre": "about", "algum": "some",
    "alguma": "some", "dentro": "inside", "fora": "outside", "muito": "very", "muitos": "many",
    "posso": "can I", "pode": "can", "preciso": "need", "quero": "want", "existe": "is there",
    "tem": "has", "ter": "have", "ser": "be", "foi": "was", "esta-lo": "be", "sao": "are",
    "era": "was", "estao": "are", "tambem": "also", "ainda": "still", "sempre": "always",
    "nunca": "never", "aqui": "here", "ali": "there", "quero-o": "want", "fazer": "do",
    "faco": "do I", "faz": "does", "saber": "know", "vou": "will", "tenho": "have",
    "dado": "given", "dada": "given", "dados": "data", "usando": "using", "via": "via",
}  # fmt: skip


def spans_of(text: str) -> list[str]:
    """Cut a text into words, identifiers and marks."""
    return PIECE.findall(text[:8_000])


@lru_cache(maxsize=4_096)
def translate(text: str, vocabulary: float = 1.0) -> str:
    """Put Portuguese into English; words it does not know, names and code stay."""
    pieces = spans_of(text)
    out: list[str] = []
    position = 0
    while position < len(pieces):
        meaning, used = _next(pieces, position, vocabulary)
        if meaning:
            out.append(meaning)
        position += used
    return _tidy(" ".join(out))


def _next(pieces: list[str], position: int, vocabulary: float) -> tuple[str, int]:
    book = lexicon().phrases
    for length in range(min(LONGEST_PHRASE, len(pieces) - position), 1, -1):
        words = pieces[position : position + length]
        if all(word[0].isalnum() for word in words):
            found = book.get(phrase_key([fold(word) for word in words]))
            if found and knows(" ".join(words), vocabulary):
                return _numbered(fold(words[0]), found[0]), length
    return _word(pieces[position], vocabulary), 1


def _numbered(head: str, english: str) -> str:
    """Carry the plural of a phrase's first word over to the English, unless it is there already."""
    noun = (
        singular_pt(head) != head
        and head.endswith(("os", "as", "ns", "es"))
        and bool(english_for(head))
    )
    done = english.endswith("s") and not english.endswith("ss")
    plain = not done and not english.endswith(("ing", "ed", "ly")) and " a " not in f" {english} "
    return (
        _plural(english)
        if noun and plain and len(english.split()) <= 2 and english.isascii()
        else english
    )


def _word(piece: str, vocabulary: float) -> str:
    folded = fold(piece)
    if not piece[0].isalnum() or piece[0] == "`" or "_" in piece or piece.endswith(("()", "(")):
        return piece
    if folded in SMALL:
        return SMALL[folded]
    if CODE.fullmatch(piece) and "-" not in piece:
        return piece
    found = english_for(folded)
    if not found and "-" in folded:
        head = folded.split("-")[0]
        found = english_for(head + "r") or english_for(head)
    if found and knows(folded, vocabulary):
        return _inflect(folded, found[0])
    if is_stop(folded, "pt") and folded not in {"media", "sem"}:
        return ""
    return piece


def _inflect(portuguese: str, english: str) -> str:
    """Carry a plural over to the English, whose last word is the one that counts."""
    single = singular_pt(portuguese)
    plural = single != portuguese and portuguese.endswith("s") and not portuguese.endswith("mos")
    if (
        not plural
        or english_for(single)[:1] != (english,)
        or (english.endswith("s") and not english.endswith("ss"))
    ):
        return english
    return _plural(english)


def _plural(english: str) -> str:
    if english.endswith("y") and english[-2:-1] not in "aeiou":
        return english[:-1] + "ies"
    return english + ("es" if english.endswith(("s", "x", "ch", "sh", "z")) else "s")


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([?.!,;:)\]}])", r"\1", text)
    text = re.sub(r"([(\[{])\s+", r"\1", text)
    return re.sub(r"\s{2,}", " ", text).strip()


@lru_cache(maxsize=16_384)
def concepts(word: str, vocabulary: float) -> tuple[str, ...]:
    """Give the English stems a folded Portuguese word may stand for, else its own stem."""
    found = english_for(word)
    if found and knows(word, vocabulary):
        stems = [stem(w) for meaning in found for w in tokens(meaning)]
        return tuple(dict.fromkeys(stems))
    return (stem(word, "pt"),)


def is_portuguese(text: str) -> bool:
    """Tell whether a text, even a few words of it, is Portuguese."""
    if language_of(text) == "pt":
        return True
    words = [w for w in tokens(text) if w not in STOP_PT]
    known = [w for w in words if english_for(w) and english_for(w)[0] != w]
    return bool(words) and len(known) * 2 > len(words) and not _english(text)


def _english(text: str) -> bool:
    return any(word in MARK_EN and word not in MARK_PT for word in tokens(text))
