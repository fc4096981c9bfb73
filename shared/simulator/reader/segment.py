"""Sentences, each with its place in the text it comes from, so that a quote is verbatim."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1_200
BULLET = re.compile(r"\s*(?:[-*•\u2013\u00b7▪]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")
END = re.compile(r"[.!?…]+[\"'”\u2019)\]*]*(?=\s+[^\sa-zà-ü]|\s*$)")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nr|mr|mrs|ms|dr|sr|sra|srta|prof|st|av|ltd|inc|ltda|tel|"
    r"fig|ref|p|pp|ex|obs|n|art)|\b[A-Z])\.$",
    re.IGNORECASE,
)
PARAGRAPH = re.compile(r"\n[ \t]*\n+")
WRAPPED = 58


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its text, and where it starts and ends in the passage numbered ``passage``."""

    text: str
    passage: int
    start: int
    end: int


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a paragraph's logical lines: a wrapped line goes on, a short one ends."""
    begin = position = start
    for line in text.splitlines(keepends=True):
        stop = position + len(line)
        following = text[stop - start : stop - start + 12]
        goes_on = (
            len(line.rstrip()) >= WRAPPED
            and bool(following.strip())
            and not BULLET.match(following)
        )
        if not goes_on:
            yield begin, stop
            begin = stop
        position = stop
    if begin < position:
        yield begin, position


def _sentences(text: str, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences in ``text[begin:stop]``."""
    start = begin
    for mark in END.finditer(text, begin, stop):
        if ABBREVIATION.search(text, max(start, mark.start() - 8), mark.start() + 1):
            continue
        if BULLET.fullmatch(text[start : mark.end()] + " "):
            continue
        yield start, mark.end()
        start = mark.end()
    if text[start:stop].strip():
        yield start, stop


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text's sentences, without the white space around them."""
    start = 0
    edges = [mark.span() for mark in PARAGRAPH.finditer(text)]
    for edge, following in [*edges, (len(text), len(text))]:
        for begin, stop in _lines(text[start:edge], start):
            for left, right in _sentences(text, begin, stop):
                piece = text[left : min(right, left + LONGEST)]
                first = left + len(piece) - len(piece.lstrip())
                if piece.strip():
                    yield first, first + len(piece.strip())
        start = following


def sentences(text: str, passage: int = 0) -> list[Sentence]:
    """Split a text into sentences."""
    return [Sentence(text[left:right], passage, left, right) for left, right in spans(text)]
