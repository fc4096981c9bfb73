"""1 and 2: chunks that lose nothing and fit, chosen by measurement."""

import random
import re
from collections.abc import Sequence

from shared.criteria import Failure, Level, Measured, Subject, criterion, fact, share
from shared.embeddings.weights import find_model_files
from shared.embeddings.wordpieces import WordPieces
from shared.world.world import draw as draw_world

from .cases import MINILM, Json, Span, plain

MAX_TOKENS = 256
CODES = ("E-{}/{}", "0x{:04x}{:04x}", "ΔT{}µ{}", "SKU{}~{}")


def awkward_texts(seed: int) -> list[str]:
    """Draw texts that are hard to cut: code, tables, addresses, dense codes, no spaces at all."""
    draw = random.Random(seed)

    def words(count: int) -> str:
        return " ".join(
            "".join(draw.choices("abcdeiounrst", k=draw.randint(2, 9))) for _ in range(count)
        )

    def codes(count: int) -> str:
        return " ".join(
            draw.choice(CODES).format(draw.randrange(9999), draw.randrange(9999))
            for _ in range(count)
        )

    def piece() -> str:
        fence = (
            "```\n"
            + "\n".join(f"{words(1)} = {codes(1)}" for _ in range(draw.randint(2, 9)))
            + "\n```"
        )
        row = f"| {words(2)} | {codes(1)} |"
        table = "\n".join(
            [row, "|---|---|", *[f"| {words(2)} | {codes(1)} |" for _ in range(draw.randint(2, 6))]]
        )
        path = words(3).replace(" ", "/")
        address = f"{words(6)} https://farol.example/{path}?q={draw.randrange(10**9)} {words(5)}."
        listing = fence.replace("\n", "\n\n", 3)
        crowded = f"{words(90)}\n{draw.choice((listing, table, address))}\n{words(90)}"
        kinds = (
            crowded,
            fence,
            table,
            address,
            words(60) + ".",
            codes(30),
            "x" * draw.randint(1, 900),
            "\t\r\n ",
            "# " + words(3),
        )
        return draw.choice(kinds)

    return ["\n\n".join(piece() for _ in range(draw.randint(1, 9))) for _ in range(40)]


WHOLE = re.compile(
    r"^```.*?^```[^\n]*$|(?:^\|[^\n]*(?:\n|\Z))+|\bhttps?://[^\s<>\"')\]]+",
    re.MULTILINE | re.DOTALL,
)


@fact()
async def cuts(subject: Subject, seed: int) -> list[tuple[str, int, list[Span]]]:
    """Cut awkward texts and documents of the world, to the usual size and to smaller ones."""
    draw = random.Random(f"{seed}/sizes")
    texts = awkward_texts(seed) + [d.text for d in draw_world(seed).documents[:20]]
    sizes = [draw.choice((MAX_TOKENS, MAX_TOKENS, draw.randrange(24, 200))) for _ in texts]
    spans = [
        await subject.call(
            "chunking.split",
            returns=list[Span],
            text=text,
            embedder=MINILM,
            **({} if size == MAX_TOKENS else {"max_tokens": size}),
        )
        for text, size in zip(texts, sizes, strict=True)
    ]
    return list(zip(texts, sizes, spans, strict=True))


@criterion("P07.1", level=Level.WORKS, at_least=1.0)
def chunks_lose_nothing_and_fit(cuts: list[tuple[str, int, list[Span]]]) -> Measured:
    """Texts cut into chunks that tile them, fit 256 tokens and leave code, tables and links whole.

    Or fewer tokens, where fewer are asked for. Count word-pieces with the embedder's own tokenizer.
    Work with offsets: a stripped blank breaks the tiling.
    """
    pieces = WordPieces(find_model_files().tokenizer.verified(), max_tokens=MAX_TOKENS)
    faults = [(text, fault_of(text, spans, pieces, size)) for text, size, spans in cuts]
    failures = [Failure(case=text[:60], mode=fault) for text, fault in faults if fault]
    return share((not fault for _, fault in faults), failures=failures)


def fault_of(text: str, spans: Sequence[Span], pieces: WordPieces, size: int) -> str:
    """Name what is wrong with a cut, or nothing."""
    edges = [0, *(end for _, end in spans)]
    if [start for start, _ in spans] != edges[:-1] or edges[-1] != len(text):
        return "does not tile"
    if any(start >= end for start, end in spans):
        return "empty chunk"
    if any(pieces.count(text[start:end]) > size for start, end in spans):
        return "over the limit"
    for match in WHOLE.finditer(text):
        small = pieces.count(match.group()) <= size
        if small and any(match.start() < edge < match.end() for edge in edges):
            return "cut inside"
    return ""


@fact(timeout_s=120)
async def chosen(subject: Subject, seed: int) -> Json:
    """Let the learner choose a strategy for a dozen manuals full of short facts."""
    world = draw_world(seed)
    manuals = [d for d in world.documents if d.kind == "manual" and d.language == "en"][:12]
    names = {d.id for d in manuals}
    probes = [
        {"question": q.text, "document_id": e.document_id, "start": e.span[0], "end": e.span[1]}
        for q in world.questions
        if len(q.hops) == 1
        for e in q.hops[0].evidence
        if e.document_id in names
    ]
    return await subject.call(
        "chunking.choose_strategy",
        returns=Json,
        documents=[plain(d) for d in manuals],
        probes=probes,
        embedder=MINILM,
    )


THINGS = ("kettle", "lamp", "fan", "heater", "blender", "toaster", "radio", "camera")
SAID = (
    "The {} is switched off before it is opened",
    "A {} that was dropped is looked at by somebody who repairs it",
    "Nobody puts a {} into water",
    "The {} stands on a flat and dry table",
    "Children use the {} only with an adult",
    "The cable of the {} never lies on something hot",
    "Dust on the {} is wiped away with a soft cloth",
    "The {} rests for a while after long use",
    "A new {} may smell a little on its first day",
    "The {} is kept in its box when it travels",
)
ELSEWHERE = (
    "The shop opens at nine and closes at six",
    "Letters are answered within two working days",
    "Parcels leave the warehouse in the afternoon",
    "The newsletter comes out on the first Monday of a month",
    "Visitors leave their cars behind the building",
    "Invoices are kept for five years",
    "The telephone line is busy in the morning",
    "A voucher can be used once",
    "Staff wear a badge with their name",
    "The catalogue is printed on recycled paper",
    "Old price lists are no longer valid",
    "The office moved from the harbour to the hill",
    "Students of design may visit the archive",
    "The canteen serves soup on rainy days",
)


def built(draw: random.Random, crowded: int) -> tuple[list[Json], list[Json]]:
    """Write documents whose answers are whole paragraphs, and lie where a blind cut falls.

    A paragraph is one long sentence, so whoever looks at either cuts beside it. In documents that
    are not crowded, the answer is all there is, and every way of cutting leaves it whole.
    """
    documents, probes = [], []
    for at, thing in enumerate(draw.sample(THINGS, len(THINGS))):
        before, after = (", ".join(draw.choices(ELSEWHERE, k=20)) for _ in range(2))
        answer = ", ".join(draw.sample(SAID, len(SAID))).format(*[thing] * len(SAID)) + "."
        text = f"{before}.\n\n{answer}\n\n{after}." if at < crowded else answer
        documents.append({"id": thing, "text": text, "attributes": {"language": "en"}})
        start = text.index(answer)
        place = {"document_id": thing, "start": start, "end": start + len(answer)}
        asked = (f"how do I use the {thing} safely?", f"what about cleaning a {thing}?")
        probes += [{"question": question, **place} for question in asked]
    return documents, probes


@fact(timeout_s=120)
async def proved(subject: Subject, seed: int) -> list[tuple[bool, Json]]:
    """Let the learner choose where cutting at paragraphs plainly gains, and where nothing does.

    And where it gains in one document of eight, which may be luck. In a drawn order, so that
    counting calls tells nothing.
    """
    draw, results = random.Random(seed), []
    kinds = [len(THINGS), 0, 1]
    draw.shuffle(kinds)
    for crowded in kinds:
        documents, probes = built(draw, crowded)
        choice = await subject.call(
            "chunking.choose_strategy",
            returns=Json,
            documents=documents,
            probes=probes,
            embedder=MINILM,
        )
        results.append((crowded == len(THINGS), choice))
    return results


@criterion("P07.2", level=Level.ROBUST, at_least=1.0)
def a_dearer_chunking_must_earn_its_place(
    chosen: Json, proved: list[tuple[bool, Json]]
) -> Measured:
    """A dearer chunking is chosen where its gain is proved, and nowhere else.

    Semantic chunking embeds every sentence before a question is asked. On short facts its gain
    cannot be told from chance: choose by paired differences with an interval, not by fashion. Where
    answers are whole paragraphs, cutting at words alone loses, and the interval says so.
    """
    gain = chosen["gain"].get("semantic", {})
    weighed = len(chosen["recall"]) == 3 and gain.get("n", 0) > 30
    fair = weighed and (chosen["strategy"] != "semantic" or gain["low"] > 0)
    judged = [(fair, chosen, "not proved")]
    judged += [
        (
            (choice["strategy"] != "fixed") is gains,
            choice,
            "proved, not taken" if gains else "nothing to prove",
        )
        for gains, choice in proved
    ]
    failures = [Failure(case=_told(choice), mode=mode) for good, choice, mode in judged if not good]
    return share((good for good, _, _ in judged), failures=failures)


def _told(choice: Json) -> str:
    gains = (f"{s} gains {g.get('value')} [{g.get('low')}, {g.get('high')}]"
             for s, g in choice["gain"].items())  # fmt: skip
    return "; ".join([choice["strategy"], *gains])
