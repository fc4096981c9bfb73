"""Query rewriting: follow-ups made to stand alone, Portuguese put into English, terms added."""

import re
from collections.abc import Sequence

from shared.simulator.profiles import Limits
from shared.simulator.reader.dictionary import knows, thesaurus
from shared.simulator.reader.translate import is_portuguese, translate
from shared.simulator.reader.turns import Turn
from shared.simulator.reader.values import names_in, values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import STOP_EN, STOP_PT, fold, is_stop, language_of, stem, tokens

CHATTER = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|thanks|thank you|oi|ol[aá]|bom "
    r"dia|boa tarde|obrigad[oa]|please|por favor)[\s,.!]+)+|"
    r"[\s,]*(?:please|por favor|thanks|obrigad[oa])[\s.!]*(?=[?.!]?\s*$)|"
    r"\b(?:(?:can|could|would) you (?:please )?(?:tell|show|help) "
    r"me|i (?:would like|want|need) to know|do you know|i was wondering|"
    r"tell me|"
    r"(?:voc[eê] )?(?:pode|poderia) me (?:dizer|mostrar|explicar)|"
    r"(?:eu )?(?:queria|gostaria de|quero) saber|voc[eê] sabe|me "
    r"diga|sabe dizer)\b[\s,]*(?:if|whether|se)?\s*",
    re.IGNORECASE,
)
FOLLOWS = re.compile(
    (
        r"^(?:and|but|so|what about|how about|or|e|mas|e quanto (?:a|"
        r"ao|à|aos|às)|e (?:o|a|os|as|se|para|no|na|do|da)|ent[aã]o)\b[\s,"
        r"]*(?:what about|how about|quanto (?:a|ao|à)|for|with|para|"
        r"se for)?\s*"
    ),
    re.IGNORECASE,
)
POINTS = frozenset(
    words(
        """it its they them their that those this these one ones there he she his her him same
    other latter former ele ela eles elas dele dela deles delas isso isto esse essa esses
    essas este esta aquele aquela outro outra outros outras mesmo mesma la"""
    )
)
POINTING = re.compile(
    r"\b(?:the (?:other|same|second|first|latter|former)(?: one)?|"
    r"that one|this one|o (?:outro|mesmo|segundo|primeiro)|a (?:outra|"
    r"mesma|segunda|primeira)|"
    r"it|its|they|them|their|that|those|this|these|(?:d|n)?el[ea]s?|"
    r"(?:d|n)?iss?t?o|(?:d|n)?ess[ea]s?|(?:d|n)?est[ea]s?|(?:d|n)?aquel[ea]s?)\b(?! "
    r"(?:do|is there|there))",
    re.IGNORECASE,
)


def stand_alone(query: str, turns: Sequence[Turn]) -> str:
    """Rewrite a follow-up so that it can be understood without the dialogue."""
    query = query.strip()
    before = [t.text for t in turns if t.role == "user" and t.text.strip()]
    if not before or not depends(query):
        return query
    previous = before[-1]
    for older in reversed(before[:-1]):
        if not depends(previous):
            break
        previous = _joined(previous, older)
    return _joined(query, previous)


def depends(query: str) -> bool:
    """Tell whether a query leans on what was said before."""
    words = tokens(query)
    if not words:
        return False
    language = language_of(query)
    topical = [w for w in words if not is_stop(w, language) and w not in POINTS]
    own = [v for v in values_in(query) if v.kind == "code"] or names_in(query)
    if FOLLOWS.match(query) and len(topical) <= 5:
        return True
    if any(w in POINTS for w in words) and not own and len(topical) <= 8:
        return bool(POINTING.search(query))
    return len(topical) <= 1 and not own


def _joined(query: str, previous: str) -> str:
    """Put a follow-up and the question before it together."""
    bare = FOLLOWS.sub("", query).rstrip("?!. ")
    topic = focus(previous)
    follow = bool(FOLLOWS.match(query))
    if follow and not POINTING.search(bare):
        swapped = _swap(bare, previous)
        if swapped:
            return swapped
    if topic and POINTING.search(bare):
        replaced = POINTING.sub(lambda _: topic, bare, count=1)
        return _end(replaced, query)
    rest = [w for w in topic.split() if fold(w) not in tokens(bare)]
    return _end(f"{bare} {_joiner(query)} {' '.join(rest)}" if rest else bare, query)


def _joiner(query: str) -> str:
    return "de" if language_of(query) == "pt" else "for"


def _end(text: str, query: str) -> str:
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:]}{'?' if query.rstrip().endswith('?') else ''}"


def _swap(bare: str, previous: str) -> str:
    """Ask the previous question of the new thing: codes for codes, names for names."""
    new = _things(bare)
    old = _things(previous)
    words = tokens(bare)
    if new and old and len(words) <= 8:
        subject = bare if len(words) <= 5 else new[-1]
        subject = re.sub(
            r"^(?:the|o|a|os|as|for|in|on|of|with|to|para|com|no|na|do|da|em)\s+",
            "",
            subject,
            flags=re.IGNORECASE,
        )
        return previous.replace(old[-1], subject, 1)
    return ""


def _things(text: str) -> list[str]:
    codes = [v.text for v in values_in(text) if v.kind in {"code", "measure", "duration"}]
    names = [n.text for n in names_in(f"x {text}")]
    quoted = re.findall(r"`([^`]+)`", text)
    return [*names, *codes, *quoted]


def focus(text: str) -> str:
    """Give what a question is about: its names and codes, else its longest run of topical words."""
    things = _things(text)
    if things:
        return things[-1]
    language = language_of(text)
    runs: list[list[str]] = [[]]
    for word in re.findall(r"[^\W_]+(?:[-'_.][^\W_]+)*", text):
        small = is_stop(fold(word), language) or fold(word) in COMMON
        linking = fold(word) in {"of", "de", "do", "da"} and bool(runs[-1])
        if small and not linking:
            runs.append([])
        else:
            runs[-1].append(word)
    trimmed = [_trim(run) for run in runs]
    best = max(trimmed, key=len, default=[])
    last = next((r for r in reversed(trimmed) if r), [])
    return " ".join(best if len(best) > len(last) else last)


def _trim(run: list[str]) -> list[str]:
    while run and fold(run[-1]) in {"of", "de", "do", "da"}:
        run = run[:-1]
    return run


PLAIN = frozenset(
    stem(w)
    for w in words(
        """keep put make get use want need find give take show tell set add change create build run
    start end text string list file data value number object element item word function
    method class module name type part"""
    )
)
COMMON = frozenset(
    words(
        """work works cost costs take takes use used does last long much many make give find custa
    leva dura funciona usar"""
    )
)


def clean(query: str) -> str:
    """Drop greetings and padding that say nothing of the topic."""
    bare = CHATTER.sub(" ", query.strip())
    bare = " ".join(bare.split()).strip(" ,")
    return bare or query.strip()


def expand(query: str, limits: Limits, most: int = 6) -> list[str]:
    """List likely terms for a query's concepts, those of longer phrases first."""
    words = [stem(w) for w in tokens(query) if w not in STOP_EN]
    found: dict[str, int] = {}
    present = set(words)
    order = 0
    for key in _keys_of(words):
        length = key.count(" ") + 1
        if knows(key, limits.vocabulary):
            for rank, term in enumerate(
                thesaurus("computing").get(key, ())[: 3 if length == 1 else 6]
            ):
                fresh = [w for w in tokens(term) if stem(w) not in present]
                if fresh:
                    order += 1
                    found.setdefault(term, (rank + 1) * 10 - 12 * length + order // 50)
    return sorted(found, key=lambda term: found[term])[:most]


def _keys_of(words: Sequence[str]) -> list[str]:
    """List the thesaurus entries whose words stand near each other, the longest first."""
    near: list[str] = []
    present = set(words)
    for key in thesaurus("computing"):
        parts = key.split()
        if len(parts) > 1 and present.issuperset(parts):
            places = [words.index(part) for part in parts]
            if max(places) - min(places) <= len(parts) + 3:
                near.append(key)
    near.sort(key=lambda key: -key.count(" "))
    single = [w for w in dict.fromkeys(words) if w not in PLAIN]
    return [*near, *single]


def rewrite(
    query: str, turns: Sequence[Turn], limits: Limits, *, english: bool, expands: bool
) -> str:
    """Rewrite a query as a prompt asks: stand-alone always, in English and expanded where told."""
    text = clean(stand_alone(query, turns))
    if english and is_portuguese(text):
        text = translate(text, limits.vocabulary)
    if expands:
        source = text if not is_portuguese(text) else translate(text, limits.vocabulary)
        added = expand(source, limits)
        text = " ".join([text.rstrip("?"), *added]) if added else text
    return " ".join(text.split())


def variants(
    query: str, turns: Sequence[Turn], limits: Limits, count: int, *, english: bool
) -> list[str]:
    """Put a query in several ways: as it stands, its parts, its key words, with likely terms."""
    first = rewrite(query, turns, limits, english=english, expands=False)
    added = expand(first, limits, most=8)
    pieces = split_question(first)
    language = language_of(first)
    stop = STOP_PT if language == "pt" else STOP_EN
    keys = " ".join(w for w in re.findall(r"[\w.'-]+", first) if fold(w) not in stop)
    made = [first, *(pieces if len(pieces) > 1 else []), keys]
    made += [" ".join(added[:4])] if added else []
    made += [f"{keys} {term}" for term in added]
    return [m for m in dict.fromkeys(made) if m][:count]


def split_question(text: str) -> list[str]:
    """Split a question that asks several things into questions of one thing each."""
    asked = [p.strip() for p in re.split(r"(?<=\?)\s+", text) if p.strip()]
    if len(asked) > 1:
        return asked
    cut = re.split(
        (
            r",? (?:and|e) (?=(?:what|how|when|where|who|which|why|is|are|"
            r"do|does|can|como|qual|quando|onde|quem|quanto|posso|o que)\b)"
        ),
        text.rstrip("?"),
        flags=re.IGNORECASE,
    )
    end = "?" if text.rstrip().endswith("?") else ""
    return [f"{piece.strip()}{end}" for piece in cut if piece.strip()]
