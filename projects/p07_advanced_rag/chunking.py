"""Cut documents into chunks the embedding model can read to the end, and measure which cut serves.

Chunks are spans: they tile the text, so nothing is lost and every answer can be traced. The limit
counts the model's own tokens, because what lies beyond it is embedded as if it did not exist.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from projects.p07_advanced_rag.passages import Document, Passage, RetrievalError
from shared.criteria.measure import Measured, mean, paired_gain
from shared.embeddings.model import Embedder
from shared.llm.messages import Frozen

Span: TypeAlias = tuple[int, int]

MAX_TOKENS = 256
APART = 0.1
"""The share of neighbouring sentences between which the semantic cut is made."""
BUDGET_TOKENS = 400
"""What a strategy may put before the reader when strategies are compared."""

WHOLE = re.compile(
    r"^(?P<fence>```|~~~).*?^(?P=fence)[^\n]*$"  # fenced code
    r"|(?:^\|[^\n]*(?:\n|\Z))+"  # a table's rows
    r"|(?:^(?: {4}|\t)[^\n]*(?:\n|\Z))+"  # indented code
    r"|\b(?:https?|ftp)://[^\s<>\"')\]]+"  # an address
    r"|`[^`\n]+`",
    re.MULTILINE | re.DOTALL,
)
BREAKS = (
    re.compile(r"\n(?=#{1,6} )"),  # before a heading
    re.compile(r"\n\s*\n"),  # paragraphs
    re.compile(r"\n"),  # lines
    re.compile(r"(?<=[.!?;:])\s+"),  # sentences
    re.compile(r"\s+"),  # words
)


class Strategy(StrEnum):
    """The ways to cut, cheapest first: a dearer one has to earn its place."""

    FIXED = "fixed"
    RECURSIVE = "recursive"
    SEMANTIC = "semantic"


class Probe(Frozen):
    """A question with the place of its answer in a document."""

    question: str
    document_id: str
    start: int
    end: int


class Choice(Frozen):
    """The strategy to use, what each one reached, and what it gained over the best cheaper one."""

    strategy: Strategy
    recall: dict[Strategy, Measured]
    gain: dict[Strategy, Measured]


async def split(
    text: str,
    embedder: Embedder,
    *,
    strategy: Strategy = Strategy.RECURSIVE,
    max_tokens: int = MAX_TOKENS,
) -> list[Span]:
    """Cut ``text`` into spans that tile it, each of at most ``max_tokens`` of the model's tokens.

    Code, tables and addresses stay whole unless one alone is over the limit.
    """
    # task 1: begin
    if max_tokens < 8 or max_tokens > embedder.max_tokens:
        raise RetrievalError(
            f"Chunks of {max_tokens} tokens cannot be embedded.",
            advice=f"Choose 8 to {embedder.max_tokens}, the most that {embedder.name} reads.",
        )
    if not text:
        return []

    def fits(start: int, end: int) -> bool:
        return embedder.count_tokens(text[start:end]) <= max_tokens

    levels = BREAKS[-1:] if strategy is Strategy.FIXED else BREAKS
    whole = _whole(text)
    if strategy is Strategy.SEMANTIC:
        sentences = _sentences(text, whole)
        pieces = [p for s in sentences for p in _pieces(text, s, fits, BREAKS, whole)]
        return await _join_alike(text, pieces, fits, embedder)
    return _join(list(_pieces(text, (0, len(text)), fits, levels, whole)), fits)
    # task 1: end


def _whole(text: str) -> list[Span]:
    return [match.span() for match in WHOLE.finditer(text)]


def _pieces(
    text: str,
    span: Span,
    fits: Callable[[int, int], bool],
    levels: Sequence[re.Pattern[str]],
    whole: Sequence[Span],
) -> Iterator[Span]:
    """Cut ``span`` at the coarsest breaks that make its pieces fit."""
    start, end = span
    if fits(start, end):
        yield span
    elif not levels:
        yield from _by_force(text, span, fits, whole)
    else:
        cuts = [match.end() for match in levels[0].finditer(text, start, end)]
        inside = [c for c in cuts if start < c < end and not any(a < c < b for a, b in whole)]
        for piece in pairwise([start, *inside, end]):
            yield from _pieces(text, piece, fits, levels[1:], whole)


def _by_force(
    text: str, span: Span, fits: Callable[[int, int], bool], whole: Sequence[Span]
) -> Iterator[Span]:
    """Cut what has no break left: at line ends inside code and tables, else in the middle."""
    start, end = span
    if fits(start, end) or end - start < 2:
        yield span
        return
    middle = (start + end) // 2
    edges = [edge for block in whole for edge in block if start < edge < end]
    lines = [match.end() for match in re.finditer(r"\n|\s", text[start:end])]
    breaks = edges or [start + at for at in lines if start < start + at < end]
    cut = min(breaks, key=lambda at: abs(at - middle), default=middle)
    for piece in ((start, cut), (cut, end)):
        yield from _by_force(text, piece, fits, whole)


def _sentences(text: str, whole: Sequence[Span]) -> list[Span]:
    """Cut a text at every end of a sentence or line."""
    cuts = {match.end() for level in BREAKS[2:4] for match in level.finditer(text)}
    inside = [c for c in sorted(cuts) if 0 < c < len(text) and not any(a < c < b for a, b in whole)]
    return list(pairwise([0, *inside, len(text)]))


def _join(pieces: Sequence[Span], fits: Callable[[int, int], bool]) -> list[Span]:
    """Join neighbours for as long as they fit."""
    joined = [pieces[0]]
    for start, end in pieces[1:]:
        if fits(joined[-1][0], end):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


async def _join_alike(
    text: str, pieces: Sequence[Span], fits: Callable[[int, int], bool], embedder: Embedder
) -> list[Span]:
    """Join neighbours that fit, but for the pairs least alike: there the subject changes."""
    vectors = await embedder.embed([text[a:b] for a, b in pieces], overflow="truncate")
    closeness = (vectors[1:] * vectors[:-1]).sum(axis=1)
    bar = float(np.quantile(closeness, APART)) if len(closeness) else 0.0
    joined = [pieces[0]]
    for (start, end), near in zip(pieces[1:], closeness, strict=True):
        if near >= bar and fits(joined[-1][0], end):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


async def chunk_documents(
    documents: Sequence[Document],
    embedder: Embedder,
    *,
    strategy: Strategy = Strategy.RECURSIVE,
    headers: bool = False,
) -> list[Passage]:
    """Cut documents into passages.

    With ``headers`` each is embedded and indexed under its document's title and its section, for
    texts that speak of "it": a chunk then says what it is about. Chunks are cut shorter to leave
    room for the header.
    """
    # task 2: begin
    found: list[Passage] = []
    for document in documents:
        room = max(embedder.count_tokens(h) for h in ["", *_headers(document)]) if headers else 0
        limit = min(embedder.max_tokens, MAX_TOKENS)
        spans = await split(
            document.text, embedder, strategy=strategy, max_tokens=max(limit // 2, limit - room)
        )
        for start, end in spans:
            text = document.text[start:end]
            header = _header(document, start) if headers else ""
            told = f"{header}\n{text}" if header else text
            found.append(_passage(document, (start, end), told, embedder))
    return found
    # task 2: end


def _passage(document: Document, span: Span, told: str, embedder: Embedder) -> Passage:
    text = document.text[slice(*span)]
    portuguese = document.attributes.get("language") == "pt"
    fits = embedder.count_tokens(told) <= embedder.max_tokens
    return Passage(
        document_id=document.id,
        start=span[0],
        end=span[1],
        text=text,
        semantic=told if fits else text,
        english="" if portuguese else told,
        portuguese=told if portuguese else "",
    )


def _headers(document: Document) -> list[str]:
    heads = [m.start() for m in re.finditer(r"^#{1,6} ", document.text, re.MULTILINE)]
    return [_header(document, at + 1) for at in [0, *heads]]


def _header(document: Document, place: int) -> str:
    """Say where a place is: the document's title and number, and the heading above it."""
    names = [document.attributes.get(name, "") for name in ("title", "sku")]
    heads = re.findall(r"^#{1,6} +(.+)$", document.text[: place + 1], re.MULTILINE)
    return " / ".join(dict.fromkeys(part for part in (*names, *heads[-1:]) if part))


async def choose_strategy(
    documents: Sequence[Document], probes: Sequence[Probe], embedder: Embedder
) -> Choice:
    """Cut the documents in every way, ask every question, and keep the cheapest good enough way.

    A dearer strategy is chosen only if its gain over every cheaper one has a 95 % interval above
    zero: a difference that a handful of questions could undo is not a reason to pay.
    """
    # task 11: begin
    covered = {s: await _coverage(documents, probes, embedder, s) for s in Strategy}
    clusters = [probe.document_id for probe in probes]
    gain: dict[Strategy, Measured] = {}
    chosen = Strategy.FIXED
    for dearer in (Strategy.RECURSIVE, Strategy.SEMANTIC):
        cheaper = list(Strategy)[: list(Strategy).index(dearer)]
        gains = [paired_gain(covered[dearer], covered[s], clusters=clusters) for s in cheaper]
        gain[dearer] = min(gains, key=lambda measured: measured.low or 0.0)
        if (gain[dearer].low or 0.0) > 0:
            chosen = dearer
    recall = {s: mean(values, clusters=clusters) for s, values in covered.items()}
    return Choice(strategy=chosen, recall=recall, gain=gain)
    # task 11: end


async def _coverage(
    documents: Sequence[Document],
    probes: Sequence[Probe],
    embedder: Embedder,
    strategy: Strategy,
) -> list[float]:
    """Measure how much of each answer the nearest chunks hold, within ``BUDGET_TOKENS``."""
    passages = await chunk_documents(documents, embedder, strategy=strategy)
    vectors = await embedder.embed([p.semantic for p in passages], overflow="truncate")
    asked = await embedder.embed([p.question for p in probes], overflow="truncate")
    sizes = [embedder.count_tokens(passage.text) for passage in passages]
    shares = []
    for probe, similarity in zip(probes, asked @ vectors.T, strict=True):
        shown = _within_budget(np.argsort(-similarity, kind="stable").tolist(), sizes)
        shares.append(sum(_overlap(passages[at], probe) for at in shown))
    return shares


def _within_budget(order: Sequence[int], sizes: Sequence[int]) -> Iterator[int]:
    """Take chunks, nearest first, until the next would not fit; the nearest always comes."""
    spent = 0
    for at in order:
        if spent and spent + sizes[at] > BUDGET_TOKENS:
            return
        spent += sizes[at]
        yield at


def _overlap(passage: Passage, probe: Probe) -> float:
    if passage.document_id != probe.document_id:
        return 0.0
    common = min(passage.end, probe.end) - max(passage.start, probe.start)
    return max(0, common) / (probe.end - probe.start)
