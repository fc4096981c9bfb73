"""A prompt taken apart: what to do, what is asked, and the data to do it with.

It goes by structure (roles, tags, fences, headings, labels, paragraphs), never by wording alone.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from shared.simulator.reader.cues import Part, is_inline, is_order, part_named, side_of
from shared.simulator.reader.segment import spans
from shared.simulator.reader.words import tokens

Origin: TypeAlias = Literal["system", "user", "tool"]

DEEPEST = 6
MANY = 4_000
TAG = re.compile(
    r"<([A-Za-z][\w.:-]{0,60})((?:\s+[\w.:-]+\s*=\s*(?:\"[^\"]{0,200}\"|'[^']{0,200}'|[^\s\"'>]{1,80}))*)\s*>"
)
ATTRIBUTE = re.compile(r"([\w.:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
FENCE = re.compile(r"^[ \t]*(```+|~~~+|\"\"\"|''')[ \t]*([\w-]*)[ \t]*$", re.MULTILINE)
HEADING = re.compile(r"^(?:#{1,6}[ \t]+|\*\*)([^\n#*:]{1,60}?)[ \t]*:?[ \t]*\*{0,2}:?[ \t]*$")
LABEL = re.compile(
    r"^[ \t]*(?:\*\*)?([A-Za-zÀ-ÿ][\w À-ÿ'\u2019/-]{1,40}?)(?:\*\*)?[ \t]*:(?:\*\*)?[ \t]*(.*)$"
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message, what it is, and whether something sets it apart.

    ``closed`` blocks have a marked end, as tags and fences have and headings have not.
    """

    text: str
    label: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    part: Part | None = None
    delimited: bool = False
    closed: bool = False
    children: tuple["Block", ...] = field(default=())


def _tagged(text: str, depth: int = 0) -> list[Block]:
    """Cut a text at its balanced tags; what stands between them stays as plain blocks."""
    blocks: list[Block] = []
    absent: set[str] = set()
    position = 0
    for opening in TAG.finditer(text):
        name = opening[1]
        if opening.start() < position or name in absent or len(blocks) > MANY:
            continue
        closing = _closing(text, name, opening.end())
        if closing < 0:
            absent.add(name)
            continue
        blocks.extend(_plain(text[position : opening.start()]))
        inner = text[opening.end() : closing]
        children = tuple(_tagged(inner, depth + 1)) if depth < DEEPEST and "</" in inner else ()
        attributes = tuple(
            (key.lower(), a or b or c) for key, a, b, c in ATTRIBUTE.findall(opening[2])
        )
        blocks.append(
            Block(
                inner.strip("\n"),
                name,
                attributes,
                _part_of(name, inner),
                delimited=True,
                closed=True,
                children=tuple(c for c in children if c.delimited),
            )
        )
        position = closing + len(name) + 3
    blocks.extend(_plain(text[position:]))
    return blocks


def _closing(text: str, name: str, start: int) -> int:
    """Find the closing tag that balances one opened before ``start``, or -1."""
    depth, close, opens = 1, f"</{name}>", f"<{name}"
    position = start
    for _ in range(64):
        end = text.find(close, position)
        if end < 0:
            return -1
        depth += len(re.findall(re.escape(opens) + r"[\s>]", text[position:end]))
        depth -= 1
        if depth == 0:
            return end
        position = end + len(close)
    return -1


def _part_of(label: str, text: str) -> Part:
    """Say what a labelled block is: by its label, else by its content."""
    known = part_named(label)
    if known:
        return known
    short = text.strip()
    if len(short) < 400 and short.endswith("?") and "\n\n" not in short:
        return "question"
    return "data"


def _plain(text: str) -> list[Block]:
    """Cut a text without tags at its fences."""
    blocks: list[Block] = []
    position = 0
    opened: re.Match[str] | None = None
    for mark in FENCE.finditer(text):
        if opened is None:
            opened = mark
        elif mark[1][:3] == opened[1][:3]:
            blocks.extend(_sections(text[position : opened.start()]))
            inner = text[opened.end() : mark.start()].strip("\n")
            before = blocks[-1] if blocks else None
            part = before.part if before and before.part and not before.text.strip() else None
            blocks.append(Block(inner, opened[2], (), part or "data", delimited=True, closed=True))
            position, opened = mark.end(), None
    blocks.extend(_sections(text[position:]))
    return blocks


def _heading(line: str) -> tuple[str, str, bool] | None:
    """Read a line as a heading or label: its label, the text after it, whether it is a heading."""
    if len(line) > 400:
        line = line[:400]
    heading = HEADING.match(line.strip())
    if heading and part_named(heading[1]):
        return heading[1], "", True
    label = LABEL.match(line)
    if label and len(label[1].split()) <= 4 and is_inline(label[1]) and part_named(label[1]):
        return label[1], label[2], False
    return None


def _shows_examples(text: str) -> bool:
    """Tell whether inputs and outputs alternate, as in examples, so that they are no sections."""
    sides = [side_of(mark[1]) for mark in map(LABEL.match, text.split("\n")[:2_000]) if mark]
    return sides.count("output") >= 2 and sides.count("input") >= 2


def _sections(text: str) -> list[Block]:
    """Cut a text without tags and fences at headings and labels that name a part."""
    if not text.strip():
        return []
    blocks: list[Block] = []
    label, part, lines = "", None, list[str]()
    shows_examples = _shows_examples(text)

    def close() -> None:
        if "".join(lines).strip() or label:
            blocks.append(
                Block("\n".join(lines).strip("\n"), label, (), part, delimited=bool(label))
            )

    for line in text.split("\n"):
        found = _heading(line) if line and len(blocks) < MANY else None
        if found and shows_examples and not found[2] and side_of(found[0]):
            found = None
        if found:
            close()
            label, part, lines = found[0], part_named(found[0]), []
            lines.append(found[1] if found[2] or found[1] else "")
        else:
            lines.append(line)
    close()
    return blocks


def blocks_of(text: str) -> list[Block]:
    """Take a message apart."""
    return [block for block in _tagged(text) if block.text.strip() or block.label]


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """A plain text sorted: what it orders, what it asks, what it merely tells."""

    orders: str
    question: str
    told: str


def is_question(text: str) -> bool:
    """Tell whether a paragraph asks something."""
    return len(text) < 800 and text.rstrip(" \"'”)*`").endswith("?")


def _orders(paragraph: str) -> bool:
    found = [paragraph[left:right] for left, right in spans(paragraph[:3000])]
    given = sum(is_order(sentence) for sentence in found)
    return bool(found) and (given * 2 >= len(found) or is_order(found[0]))


def trailing_orders(text: str) -> tuple[str, str]:
    """Part a text from the paragraphs of orders that end it."""
    paragraphs = [p for p in re.split(r"\n[ \t]*\n", text) if p.strip()]
    tail = len(paragraphs)
    while tail > 1 and _orders(paragraphs[tail - 1]):
        tail -= 1
    return "\n\n".join(paragraphs[:tail]), "\n\n".join(paragraphs[tail:])


def sort_paragraphs(text: str) -> Paragraphs:
    """Sort a plain message: orders come first or last, data between, a question at either end."""
    paragraphs = [p.strip("\n") for p in re.split(r"\n[ \t]*\n", text) if p.strip()]
    if len(paragraphs) == 1 and _orders(paragraphs[0]):
        order, told = _after_colon(paragraphs[0])
        if told:
            return Paragraphs(order, "", told)
    head, tail = 0, len(paragraphs)
    orders: list[str] = []
    question = ""
    while head < tail and _orders(paragraphs[head]) and not is_question(paragraphs[head]):
        orders.append(paragraphs[head])
        head += 1
    while head < tail and (
        is_question(paragraphs[tail - 1]) or (tail - head > 1 and _orders(paragraphs[tail - 1]))
    ):
        tail -= 1
        if is_question(paragraphs[tail]):
            question = question or paragraphs[tail]
        else:
            orders.append(paragraphs[tail])
    if not question and head < tail - 1 and is_question(paragraphs[head]):
        question = paragraphs[head]
        head += 1
    if orders and not question and len(tokens(orders[-1])) < 120:
        last = [orders[-1][left:right] for left, right in spans(orders[-1])]
        question = next((s for s in last if is_question(s)), "")
    told = "\n\n".join(paragraphs[head:tail])
    if orders and not told:
        orders[0], told = _after_colon(orders[0])
    return Paragraphs("\n\n".join(orders), question, told)


def _after_colon(order: str) -> tuple[str, str]:
    """Part an order from the data that follows its colon on the same line; a list is no data."""
    for mark in reversed(list(re.finditer(r":\s+(?=\S)", order[:2_000]))):
        head, tail = order[: mark.end()].strip(), order[mark.end() :].strip()
        pieces = [len(tokens(piece)) for piece in re.split(r"[,;|/\n]", tail)]
        listed = len(pieces) > 1 and max(pieces) <= 3
        if len(tokens(tail)) >= 3 and not listed and not is_order(tail) and "{" not in tail[:3]:
            return head, tail.strip("\"“”'")
    return order, ""
