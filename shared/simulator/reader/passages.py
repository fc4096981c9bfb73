"""Passages: the pieces a context comes in, with the ids they carry."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shared.simulator.reader.cues import part_named
from shared.simulator.reader.prompt import Block, Origin
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import parts

MOST = 2_000
ID_WORDS = frozenset(
    words("""id ids index source name symbol doc ref key url path number n file fonte chave nome""")
)
TEXT_WORDS = frozenset(
    words(
        """text content contents document body passage page chunk snippet texto conteudo trecho
    docstring description summary"""
    )
)
BRACKETED = re.compile(
    r"^[ \t]*(?:[-*•]\s+)?(?:\[([^\]\n]{1,120})\]|\(([\w.#:/-]{1,60})\)|【([^】\n]{1,60})】)"
    r"[ \t]*[:.)\u2013-]?[ \t]*(?=\S|$)",
    re.MULTILINE,
)
COUNTED = re.compile(
    r"^[ \t]*(?:[#*_-]{0,4}[ \t]*)(?:document|passage|source|doc|chunk|snippet|result|documento|"
    r"passagem|trecho|fonte|resultado|excerpt|section|page)[ \t]*#?([\w.-]{1,60})[ \t]*"
    r"(?:\(([^)\n]{1,120})\))?[ \t]*\**[:.)\u2013-]+\**[ \t]*",
    re.MULTILINE | re.IGNORECASE,
)
KEYED = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?\**(id|source|symbol|doc|document|name|"
    r"url|title|fonte|chave)\**[ \t]*[:=][ \t]*"
    r"`?([^\n`]{1,160}?)`?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
NUMBERED = re.compile(r"^[ \t]{0,3}(\d{1,3})[.)][ \t]+(?=\S)", re.MULTILINE)
SHARP = re.compile(r"^#{2,6}[ \t]+`?([^\n`]{1,120}?)`?[ \t]*$", re.MULTILINE)
PIPED = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?`?([\w.#/-]{2,80})`?[ \t]*(?:\||:|—|\u2013|->)[ \t]+(?=\S)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of data: its text, its id if it carries one, and whence it came."""

    text: str
    id: str = ""
    origin: Origin = "user"
    delimited: bool = False
    label: str = ""


def passages_of(block: Block, origin: Origin) -> Iterator[Passage]:
    """Take a data block apart into passages."""
    own = _attribute_id(block)
    children = [child for child in block.children if child.text.strip()]
    if children:
        yield from _from_children(block, children, own, origin)
        return
    whole = Passage(block.text, own, origin, block.delimited, block.label)
    found = None if own else (_from_json(whole) or _split(whole))
    yield from found or [whole]


def _attribute_id(block: Block) -> str:
    for key, value in block.attributes:
        if any(word in ID_WORDS for word in parts(key)):
            return value
    return ""


def _from_children(
    block: Block, children: list[Block], own: str, origin: Origin
) -> Iterator[Passage]:
    ids = [c for c in children if _is_id(c)]
    texts = [c for c in children if not _is_id(c)]
    names = {c.label for c in texts}
    is_record = bool(ids) and len(ids) < len(children) and len(names) == len(texts)
    if own or is_record:
        name = own or ids[0].text.strip()
        text = "\n".join(c.text for c in texts) if texts else block.text
        yield Passage(text, name, origin, delimited=True, label=block.label)
        return
    for child in children[:MOST]:
        yield from passages_of(child, origin)


def _is_id(block: Block) -> bool:
    return len(block.text.strip()) <= 120 and any(w in ID_WORDS for w in parts(block.label))


def _from_json(whole: Passage) -> list[Passage]:
    """Read a JSON list of records, or an object of id to text."""
    text = whole.text.strip()
    if not text.startswith(("[", "{")) or len(text) > 400_000:
        return []
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(data, Mapping):
        lists = [v for v in data.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        if len(lists) == 1:
            data = lists[0]
        elif data and all(isinstance(v, str) and len(v) > 20 for v in data.values()):
            return [replace(whole, text=v, id=str(k)) for k, v in list(data.items())[:MOST]]
    if not isinstance(data, list) or not data or not all(isinstance(d, dict) for d in data):
        return []
    records = [_record(whole, item) for item in data[:MOST]]
    return records if all(record.text for record in records) else []


def _record(whole: Passage, item: Mapping[str, object]) -> Passage:
    name = next((str(v) for k, v in item.items() if any(w in ID_WORDS for w in parts(str(k)))), "")
    text = next(
        (
            v
            for k, v in item.items()
            if isinstance(v, str) and any(w in TEXT_WORDS for w in parts(str(k)))
        ),
        "",
    )
    rest = [
        f"{k}: {v}"
        for k, v in item.items()
        if isinstance(v, str | int | float) and str(v) != name and v != text
    ]
    return replace(whole, text="\n".join([*rest, text]).strip(), id=name)


def _split(whole: Passage) -> list[Passage]:
    """Cut a text where ids stand at the beginning of lines."""
    text = whole.text
    for pattern in (BRACKETED, COUNTED, SHARP, KEYED, NUMBERED, PIPED):
        marks = list(pattern.finditer(text))[:MOST]
        lead = text[: marks[0].start()].strip() if marks else ""
        if len(marks) >= (1 if pattern in (BRACKETED, COUNTED) and not lead else 2) and _regular(
            marks, pattern, text
        ):
            return _cut(whole, marks, pattern)
    return []


def _regular(marks: list[re.Match[str]], pattern: re.Pattern[str], text: str) -> bool:
    if pattern is NUMBERED:
        return [int(m[1]) for m in marks] == list(
            range(int(marks[0][1]), int(marks[0][1]) + len(marks))
        )
    if pattern is PIPED:
        lines = sum(bool(line.strip()) for line in text.split("\n"))
        return len(marks) * 2 >= lines and any(
            any(c in m[1] for c in "._#-/0123456789") for m in marks
        )
    if pattern is KEYED:
        return len({m[1].lower() for m in marks}) <= 2
    return True


def _cut(whole: Passage, marks: list[re.Match[str]], pattern: re.Pattern[str]) -> list[Passage]:
    text = whole.text
    found: list[Passage] = []
    lead = text[: marks[0].start()].strip()
    if lead and part_named(lead.rstrip(":")) is None and len(lead) > 40:
        found.append(replace(whole, text=lead))
    keys = {m[1].lower() for m in marks} if pattern is KEYED else set()
    primary = marks[0][1].lower() if pattern is KEYED else ""
    starts = [m for m in marks if pattern is not KEYED or m[1].lower() == primary]
    for mark, following in zip(starts, [*starts[1:], None], strict=True):
        body = text[mark.end() : following.start() if following else len(text)]
        name = mark[2] if pattern is KEYED else next(g for g in mark.groups() if g)
        if keys:
            body = _without_key(body)
        found.append(
            replace(whole, text=body.strip("\n ").removesuffix("---").rstrip(), id=name.strip())
        )
    return [p for p in found if p.text or p.id]


def _without_key(body: str) -> str:
    line, _, rest = body.strip("\n").partition("\n")
    key, colon, value = line.partition(":")
    if colon and any(word in TEXT_WORDS for word in parts(key)) and len(key) < 30:
        return f"{value.strip()}\n{rest}"
    return body
