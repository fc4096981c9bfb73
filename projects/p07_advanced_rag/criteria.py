"""What is measured about a learner's retrieval, on documents and questions drawn from the seed.

Every world is fresh, so nothing can be prepared. A guarantee (nothing lost, nothing leaked) has no
margin. Every other threshold is the reference's lowest value on the seeds 101 to 105, with which it
was not built, less the margin that stands beside it.
"""

import asyncio
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from shared.criteria import (
    DatabaseHandle,
    EmbedderHandle,
    Failure,
    Level,
    Measured,
    ModelHandle,
    Raised,
    Subject,
    amount,
    criterion,
    fact,
    paired_gain,
    share,
)
from shared.embeddings.weights import find_model_files
from shared.embeddings.wordpieces import WordPieces
from shared.world.asking import Dialogue, Question
from shared.world.model import Document
from shared.world.world import World
from shared.world.world import draw as draw_world

Json: TypeAlias = dict[str, Any]
Span: TypeAlias = tuple[int, int]
MINILM, STATIC = EmbedderHandle(), EmbedderHandle(variant="static")
MAX_TOKENS = 256
QUESTIONS = 60
DIALOGUES = 60


# ── Cases ─────────────────────────────────────────────────────────────────────────────────────────


def plain(document: Document) -> Json:
    """Write a document of the world as the project's plain data."""
    attributes = {
        "language": document.language,
        "title": document.title,
        "kind": document.kind,
        "tenant": document.brand or "farol",
        "sku": document.sku or "",
    }
    return {"id": document.id, "text": document.text, "attributes": attributes}


@dataclass(frozen=True)
class Asked:
    """A question with the places that answer it."""

    id: str
    kind: str
    text: str
    evidence: tuple[tuple[str, Span], ...]


def asked(questions: Iterable[Question], kind: str, count: int) -> list[Asked]:
    """Take questions of one kind that a document in their own language answers in one step."""
    fitting = (
        Asked(
            question.id,
            kind,
            question.text,
            tuple((e.document_id, e.span) for e in question.hops[0].evidence),
        )
        for question in questions
        if question.kind == kind and len(question.hops) == 1 and not question.crosses_languages
    )
    return [question for question, _ in zip(fitting, range(count), strict=False)]


def rank(hits: Sequence[Json], evidence: Sequence[tuple[str, Span]]) -> int | None:
    """Find the first hit that holds a whole piece of evidence."""
    for place, hit in enumerate(hits):
        for document, (start, end) in evidence:
            if hit["document_id"] == document and hit["start"] <= start and end <= hit["end"]:
                return place
    return None


async def ingest(
    subject: Subject, label: str, documents: Sequence[Json], *, headers: bool = False
) -> None:
    """Cut documents and put them into the database of that label."""
    passages = await subject.call(
        "chunking.chunk_documents",
        returns=list[Json],
        documents=list(documents),
        embedder=MINILM,
        headers=headers,
    )
    await subject.call(
        "index.store",
        returns=dict[str, int],
        pool=DatabaseHandle(label=label),
        embedder=MINILM,
        documents=list(documents),
        passages=passages,
    )


async def look(
    subject: Subject, label: str, query: str, method: str = "hybrid", limit: int = 20
) -> list[Json]:
    """Search the database of that label."""
    return await subject.call(
        "index.search",
        returns=list[Json],
        pool=DatabaseHandle(label=label),
        embedder=MINILM,
        queries=[query],
        method=method,
        limit=limit,
    )


# ── 1. Chunks ─────────────────────────────────────────────────────────────────────────────────────

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
async def cuts(subject: Subject, seed: int) -> list[tuple[str, list[Span]]]:
    """Cut awkward texts and documents of the world."""
    texts = awkward_texts(seed) + [d.text for d in draw_world(seed).documents[:20]]
    spans = [
        await subject.call("chunking.split", returns=list[Span], text=text, embedder=MINILM)
        for text in texts
    ]
    return list(zip(texts, spans, strict=True))


@criterion("P07.1", level=Level.WORKS, at_least=1.0)
def chunks_lose_nothing_and_fit(cuts: list[tuple[str, list[Span]]]) -> Measured:
    """Texts cut into chunks that tile them, fit 256 tokens and leave code, tables and links whole.

    Count word-pieces with the embedder's own tokenizer. Work with offsets: a stripped blank breaks
    the tiling.
    """
    pieces = WordPieces(find_model_files().tokenizer.verified(), max_tokens=MAX_TOKENS)
    faults = [(text, fault_of(text, spans, pieces)) for text, spans in cuts]
    failures = [Failure(case=text[:60], mode=fault) for text, fault in faults if fault]
    return share((not fault for _, fault in faults), failures=failures)


def fault_of(text: str, spans: Sequence[Span], pieces: WordPieces) -> str:
    """Name what is wrong with a cut, or nothing."""
    edges = [0, *(end for _, end in spans)]
    if [start for start, _ in spans] != edges[:-1] or edges[-1] != len(text):
        return "does not tile"
    if any(start >= end for start, end in spans):
        return "empty chunk"
    if any(pieces.count(text[start:end]) > MAX_TOKENS for start, end in spans):
        return "over the limit"
    for match in WHOLE.finditer(text):
        small = pieces.count(match.group()) <= MAX_TOKENS
        if small and any(match.start() < edge < match.end() for edge in edges):
            return "cut inside"
    return ""


# ── 2. Chunking is decided by measurement ─────────────────────────────────────────────────────────


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


@criterion("P07.2", level=Level.ROBUST, at_least=1.0)
def a_dearer_chunking_must_earn_its_place(chosen: Json) -> Measured:
    """Semantic chunking is weighed against both cheaper ways, and not chosen without proof.

    It embeds every sentence before a question is asked. On short facts its gain cannot be told from
    chance: choose by paired differences with an interval, not by fashion.
    """
    strategy, gain = chosen["strategy"], chosen["gain"].get("semantic", {})
    told = f"{strategy}; semantic gains {gain.get('value')} [{gain.get('low')}, {gain.get('high')}]"
    weighed = len(chosen["recall"]) == 3 and gain.get("n", 0) > 30
    fair = weighed and (strategy != "semantic" or gain["low"] > 0)
    return share([fair], failures=[] if fair else [Failure(case=told, mode="not proved")])


# ── 3. Filters ────────────────────────────────────────────────────────────────────────────────────

HOSTILE = (
    "' OR '1'='1", "'; DROP TABLE passage; --", "%", "%%s", "%(model)s", "\\'; SELECT 1 --", "\x00",
    "{}", "{0}", "$1", "tenant", "NULL", "a' UNION SELECT * FROM note --", "\ud83d\ude00",
    "💡" * 50, '"', "``", "1; SELECT pg_sleep(9)", "", " ",
)  # fmt: skip
OPERATORS = (
    "=",
    "<>",
    "<",
    ">=",
    "LIKE",
    "= ANY",
    "IS NOT DISTINCT FROM",
    "; --",
    "",
    "OR 1=1",
    "~*",
)
FIELDS = ("tenant", "language", "kind", "password", "tenant' --", "attributes", "*", "")


@dataclass(frozen=True)
class Filtered:
    """What came of a search with a filter."""

    filter: Json
    hits: tuple[Json, ...]
    trouble: tuple[str, ...]


@fact(timeout_s=120)
async def filtered(subject: Subject, seed: int) -> list[Filtered]:
    """Search under 200 filters, hostile ones among them."""
    draw = random.Random(seed)
    documents = [plain(d) for d in draw_world(seed).documents[:12]]
    await ingest(subject, "filters", documents)
    tenants = sorted({d["attributes"]["tenant"] for d in documents})
    results = []
    for _ in range(200):
        value = draw.choice((*HOSTILE, *tenants)).encode("utf-8", "replace").decode()
        filter_ = {"field": draw.choice(FIELDS), "operator": draw.choice(OPERATORS), "value": value}
        outcome = await subject.attempt(
            "retrieve.find",
            question="how long is the warranty?",
            pool=DatabaseHandle(label="filters"),
            embedder=MINILM,
            filters=[filter_],
        )
        if isinstance(outcome, Raised):
            results.append(Filtered(filter_, (), outcome.types))
        else:
            found = outcome.value if isinstance(outcome.value, list) else []
            results.append(Filtered(filter_, tuple(found), ()))
    return results


@criterion("P07.3", level=Level.ROBUST, at_least=1.0)
def filters_leak_nothing(filtered: list[Filtered]) -> Measured:
    """Searches under hostile filters that give only what the filter allows, or a clear error.

    Fields and operators come from an enumeration, values travel as parameters. An error of the
    database driver that comes through tells an attacker what to try next.
    """
    faults = [(result.filter, leak_of(result)) for result in filtered]
    failures = [Failure(case=str(filter_), mode=fault) for filter_, fault in faults if fault]
    return share((not fault for _, fault in faults), failures=failures)


def leak_of(result: Filtered) -> str:
    """Name what is wrong with the outcome of a filtered search, or nothing."""
    field, operator, value = (result.filter[n] for n in ("field", "operator", "value"))
    if result.trouble:
        honest = {"FilterError", "RetrievalError"} & set(result.trouble)
        return "" if honest else f"raised {result.trouble[0]}"
    compare = {
        "=": lambda have: have == value, "<>": lambda have: have != value,
        "<": lambda have: have < value, ">=": lambda have: have >= value,
    }.get(operator)  # fmt: skip
    if compare is None or field not in ("tenant", "language", "kind"):
        return "accepted"
    beyond = [hit for hit in result.hits if not compare(hit["attributes"][field])]
    return "rows beyond the filter" if beyond and operator in ("=", "<>") else ""


# ── 4. Quality ────────────────────────────────────────────────────────────────────────────────────

METHODS = ("full_text", "bm25", "dense", "hybrid")
Ranks: TypeAlias = dict[str, list[int | None]]


@fact(timeout_s=240)
async def shelf(subject: Subject, seed: int) -> str:
    """Put the world's documents into a database; the fact is its label."""
    documents = [plain(d) for d in draw_world(seed).documents]
    await ingest(subject, "shelf", documents, headers=True)
    return "shelf"


@fact(timeout_s=120)
async def identifier_ranks(subject: Subject, seed: int, shelf: str) -> Ranks:
    """Ask for things by their names and codes."""
    return await ranked(subject, shelf, asked(draw_world(seed).questions, "identifier", QUESTIONS))


@fact(timeout_s=120)
async def paraphrase_ranks(subject: Subject, seed: int, shelf: str) -> Ranks:
    """Ask for things in other words than the documents'."""
    return await ranked(subject, shelf, asked(draw_world(seed).questions, "paraphrase", QUESTIONS))


async def ranked(subject: Subject, label: str, questions: Sequence[Asked]) -> Ranks:
    """Rank every question by every method."""
    return {
        method: [
            rank(await look(subject, label, question.text, method), question.evidence)
            for question in questions
        ]
        for method in METHODS
    }


def within(ranks: Iterable[int | None], depth: int) -> list[bool]:
    """Say of each question whether its answer is among the first ``depth``."""
    return [place is not None and place < depth for place in ranks]


def gains(ranks: Iterable[int | None]) -> list[float]:
    """Discount each question's answer by its place: nDCG@10 with one right answer."""
    return [0.0 if p is None or p >= 10 else 1 / math.log2(p + 2) for p in ranks]


# 101 to 105: 0.983 at the lowest; less 0.033.
@criterion("P07.4", level=Level.ROBUST, at_least=0.95)
def identifiers_are_found(identifier_ranks: Ranks) -> Measured:
    """Questions that name a code or a product and find its passage among the first five.

    Vectors blur rare names; words do not. Fuse both.
    """
    return share(within(identifier_ranks["hybrid"], 5))


# 101 to 105: 0.886 at the lowest; less 0.086, since there are about 40 questions.
@criterion("P07.5", level=Level.ROBUST, at_least=0.8)
def paraphrases_are_found(paraphrase_ranks: Ranks) -> Measured:
    """Questions in other words than the document's that find its passage among the first five.

    Words miss synonyms; vectors do not. Fuse both.
    """
    return share(within(paraphrase_ranks["hybrid"], 5))


# 101 to 105: -0.044 at the lowest; less 0.036.
@criterion("P07.6", level=Level.ROBUST, at_least=-0.08)
def fusion_costs_little_where_it_does_not_help(
    identifier_ranks: Ranks, paraphrase_ranks: Ranks
) -> Measured:
    """Points of nDCG@10 that fusion gains over the better of its halves, all questions together.

    Fusion averages: beside a noisy half it loses. Plain RRF lost 11 points here, because half of
    the questions name codes that vectors cannot tell apart. Weigh the halves by the question.
    """
    together = {m: gains(identifier_ranks[m] + paraphrase_ranks[m]) for m in METHODS}
    best = max(("bm25", "dense", "full_text"), key=lambda method: sum(together[method]))
    return paired_gain(together["hybrid"], together[best])


# ── 7. Rewriting ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rewritten:
    """A dialogue, what its last turn was rewritten to, and where each found the answer."""

    dialogue: Dialogue
    query: str
    raw: int | None
    place: int | None


@fact(timeout_s=180)
async def rewritten(subject: Subject, seed: int, shelf: str) -> list[Rewritten]:
    """Rewrite the last turns of dialogues and look for both versions."""
    results = []
    leaning = [d for d in draw_world(seed).dialogues if d.needs_rewriting]
    for dialogue in leaning[:DIALOGUES]:
        question = dialogue.turns[-1].text
        evidence = [(e.document_id, e.span) for h in dialogue.hops for e in h.evidence]
        query = await subject.call(
            "rewrite.rewrite",
            returns=str,
            question=question,
            model=ModelHandle(),
            history=[turn.text for turn in dialogue.turns[:-1]],
            into_english=False,
        )
        raw = rank(await look(subject, shelf, question, limit=10), evidence)
        place = (
            raw
            if query == question
            else rank(await look(subject, shelf, query, limit=10), evidence)
        )
        results.append(Rewritten(dialogue, query, raw, place))
    return results


# 101 to 104, and 11: 0.130 at the lowest; less 0.08. Bounded by what the simulator can rewrite.
@criterion("P07.7", level=Level.ROBUST, at_least=0.05)
def rewriting_names_what_the_turn_leaves_out(rewritten: list[Rewritten]) -> Measured:
    """Points that rewriting adds to the share of names a stand-alone question must hold.

    Only turns that lean on what was said before are asked here. What this buys in retrieval depends
    on the rewriting model; the simulator's gain of nDCG@10 was 0.02 to 0.10, too noisy for a bar.
    """
    after = [named(result, result.query) for result in rewritten]
    before = [named(result, result.dialogue.turns[-1].text) for result in rewritten]
    return paired_gain(after, before)


def named(result: Rewritten, text: str) -> float:
    """Measure how much of what must be kept a text holds."""
    needed = result.dialogue.must_keep
    return sum(name.lower() in text.lower() for name in needed) / max(1, len(needed))


NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@criterion("P07.8", level=Level.ROBUST, at_most=0)
def rewriting_keeps_numbers(rewritten: list[Rewritten]) -> Measured:
    """Rewritings that lose a number of the question or bring in one that nobody said."""
    failures = []
    for result in rewritten:
        said = " ".join(turn.text for turn in result.dialogue.turns)
        kept, given = set(NUMBER.findall(result.query)), set(NUMBER.findall(said))
        if not set(NUMBER.findall(result.dialogue.turns[-1].text)) <= kept <= given:
            failures.append(Failure(case=result.dialogue.turns[-1].text, actual=result.query))
    return amount(len(failures), n=len(rewritten), failures=failures)


@fact()
async def helpless(subject: Subject, seed: int) -> list[tuple[str, str]]:
    """Rewrite with a model that is down, and questions that need no rewriting with a live one."""
    down = ModelHandle(drill={"error_500": 1.0})
    dialogues = [d for d in draw_world(seed).dialogues if d.needs_rewriting][:5]
    return [
        (
            dialogue.turns[-1].text,
            await subject.call(
                "rewrite.rewrite",
                returns=str,
                question=dialogue.turns[-1].text,
                model=down,
                history=[turn.text for turn in dialogue.turns[:-1]],
            ),
        )
        for dialogue in dialogues
    ]


@criterion("P07.9", level=Level.ROBUST, at_least=1.0)
def a_failing_rewriter_leaves_the_question(helpless: list[tuple[str, str]]) -> Measured:
    """Questions that come back unchanged when the rewriting model fails."""
    return share(question == query for question, query in helpless)


# ── 15. Reranking ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reranked:
    """Where the answer stood before and after, and whether a second run gave the same order."""

    before: int | None
    after: int | None
    stable: bool


@fact(timeout_s=180)
async def reranked(subject: Subject, seed: int, shelf: str) -> list[Reranked]:
    """Rerank fifty candidates of mixed questions; the second time they come in reverse."""
    questions = draw_world(seed).questions
    mixed = [
        q for kind in ("plain", "paraphrase", "identifier") for q in asked(questions, kind, 40)
    ]
    results = []
    for question in mixed:
        hits = await look(subject, shelf, question.text, limit=50)
        orders = [
            await subject.call(
                "retrieve.rerank",
                returns=list[Json],
                queries=[question.text],
                hits=given,
                embedder=MINILM,
            )
            for given in (hits, hits[::-1])
        ]
        places = [[(hit["document_id"], hit["start"]) for hit in order] for order in orders]
        before, after = (rank(order, question.evidence) for order in (hits, orders[0]))
        results.append(Reranked(before, after, stable=places[0] == places[1]))
    return results


# 101 to 105: 0.020 at the lowest; less 0.015. Leaving the order as it is gains 0.
@criterion("P07.15", level=Level.ROBUST, at_least=0.005)
def reranking_brings_answers_up(reranked: list[Reranked]) -> Measured:
    """Points of nDCG@10 that reranking gains over the fused order.

    Compare token by token: one vector for a whole passage averages away the word that matters.
    """
    return paired_gain(gains(r.after for r in reranked), gains(r.before for r in reranked))


@criterion("P07.16", level=Level.ROBUST, at_least=1.0)
def reranking_does_not_depend_on_the_order_of_arrival(reranked: list[Reranked]) -> Measured:
    """Questions whose candidates end in one order, however they came.

    Break equal scores by something of their own, such as document and place.
    """
    return share(r.stable for r in reranked)


# ── 10. Ingestion ─────────────────────────────────────────────────────────────────────────────────


@fact(timeout_s=120)
async def ingestions(subject: Subject, seed: int) -> dict[str, Json]:
    """Ingest, ingest again, edit one document, drop one; with cheap static vectors."""
    documents = [plain(d) for d in draw_world(seed).documents[:10]]
    edited = [dict(d) for d in documents]
    edited[0]["text"] = edited[0]["text"].rstrip() + "\n\nCall +55 11 5550 0199 before noon.\n"
    steps = {"first": documents, "again": documents, "edited": edited, "dropped": edited[1:]}
    return {name: await _step(subject, now) for name, now in steps.items()} | {
        "left": {"hits": await _look_static(subject, "5550 0199 before noon")}
    }


async def _step(subject: Subject, documents: Sequence[Json]) -> Json:
    passages = await subject.call(
        "chunking.chunk_documents", returns=list[Json], documents=list(documents), embedder=MINILM
    )
    report = await subject.call(
        "index.store",
        returns=dict[str, int],
        pool=DatabaseHandle(label="ingest"),
        embedder=STATIC,
        documents=list(documents),
        passages=passages,
    )
    return report | {"passages": len(passages)}


async def _look_static(subject: Subject, query: str) -> list[Json]:
    return await subject.call(
        "index.search",
        returns=list[Json],
        pool=DatabaseHandle(label="ingest"),
        embedder=STATIC,
        queries=[query],
    )


@criterion("P07.10", level=Level.ROBUST, at_least=1.0)
def ingestion_touches_only_what_changed(ingestions: dict[str, Json]) -> Measured:
    """Checks of repeated ingestion: nothing twice, an edit stays local, what is dropped is gone.

    Compare content hashes of what should be there with those that are.
    """
    first, again, edited = (ingestions[name] for name in ("first", "again", "edited"))
    gone = "DROPPED" not in str(ingestions["left"]) and not any(
        "5550 0199" in hit["text"] for hit in ingestions["left"]["hits"]
    )
    checks = {
        "the first run adds every passage": first["added"] == first["passages"],
        "a second run embeds nothing": again["embedded"] == 0,
        "a second run changes nothing": again["added"] == again["removed"] == 0,
        "an edit touches at most two passages": 1 <= edited["added"] <= 2,
        "an edit embeds only those": 1 <= edited["embedded"] <= 2,
        "a dropped document is gone from both indexes": gone,
        "dropping adds nothing": ingestions["dropped"]["added"] == 0,
    }
    failures = [Failure(case=case) for case, held in checks.items() if not held]
    return share(checks.values(), failures=failures)


@fact(timeout_s=120)
async def switched(subject: Subject, seed: int) -> list[int]:
    """Search while the index moves to another embedding model; counts the hits of each search."""
    documents = [plain(d) for d in draw_world(seed).documents[:6]]
    passages = await subject.call(
        "chunking.chunk_documents", returns=list[Json], documents=documents, embedder=MINILM
    )
    whole = {"pool": DatabaseHandle(label="switch"), "documents": documents, "passages": passages}
    await subject.call("index.store", returns=Json, embedder=STATIC, **whole)

    async def search() -> int:
        hits = await subject.call(
            "index.search",
            returns=list[Json],
            pool=DatabaseHandle(label="switch"),
            embedder=STATIC,
            queries=["warranty"],
        )
        return len(hits)

    move = asyncio.ensure_future(
        subject.call("index.store", returns=Json, embedder=MINILM, **whole)
    )
    counts = [await search()]
    while not move.done():
        counts.append(await search())
    await move
    return [*counts, await search()]


@criterion("P07.11", level=Level.ROBUST, at_most=0)
def no_search_fails_while_the_model_changes(switched: list[int]) -> Measured:
    """Searches that found nothing while the index moved to another embedding model.

    Vectors belong to (model, content): add the new ones beside the old, then switch at once.
    """
    empty = sum(count == 0 for count in switched)
    return amount(empty, n=len(switched))


# ── 12. Back-mapping ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Claim:
    """A sentence put to the learner with the passage it may rest on, and what came back."""

    text: str
    kind: Literal["verbatim", "number changed", "negated", "foreign"]
    source: str
    sentences: tuple[Json, ...]


@fact(timeout_s=60)
async def claims(subject: Subject, seed: int) -> list[Claim]:
    """Put true and falsified sentences to the learner, each with the document it is about."""
    draw = random.Random(seed)
    results = []
    documents = [d for d in draw_world(seed).documents if d.language == "en"]
    for document, other in pairwise(documents[:25]):
        true = draw.choice(list(sentences_with_numbers(document.text)) or ["Nothing is said."])
        number = NUMBER.search(true)
        foreign = next(iter(sentences_with_numbers(other.text)), "It melts at 4711 degrees.")
        versions: list[tuple[str, Literal["verbatim", "number changed", "negated", "foreign"]]] = [
            (true[0].lower() + true[1:] + " [1]", "verbatim"),
            (
                true.replace(number.group(), str(draw.randrange(5_000, 9_999)), 1)
                if number
                else "",
                "number changed",
            ),
            (
                re.sub(r"\b(is|takes|lasts|weighs|has|are|needs)\b", r"\1 not", true, count=1),
                "negated",
            ),
            (foreign, "foreign"),
        ]
        for text, kind in versions:
            if (kind == "foreign" and text in document.text) or (
                kind == "negated" and text == true
            ):
                continue
            answer = await subject.call(
                "answer.ground", returns=Json, written=text, hits=[as_hit(document)]
            )
            results.append(Claim(text, kind, document.text, tuple(answer["sentences"])))
    return results


def sentences_with_numbers(text: str) -> Iterator[str]:
    """Yield plain sentences that state a number."""
    for line in text.splitlines():
        if line[:1].isalpha():
            for sentence in re.findall(r"[A-Z](?:[^.!?:|()]|\.(?=\d)){20,160}\.(?=\s|$)", line):
                if NUMBER.search(sentence):
                    yield sentence


def as_hit(document: Document) -> Json:
    """Write a whole document as a hit."""
    text = document.text
    scores = {"score": 1.0, "cosine": 1.0, "lexical": 1.0, "attributes": {}}
    place = {"document_id": document.id, "start": 0, "end": len(text)}
    return {**place, "text": text, "semantic": text[:200], **scores}


# 101 to 105: 1.0; less 0.05.
@criterion("P07.12", level=Level.SENIOR, at_least=0.95)
def citations_are_right(claims: list[Claim]) -> Measured:
    """Citations that quote their document verbatim and support a sentence that is true.

    A sentence whose number or negation differs from its source is not supported by it.
    """
    cited = [(claim, c) for claim in claims for s in claim.sentences for c in s["citations"]]
    right = [
        claim.kind == "verbatim" and claim.source[c["start"] : c["end"]] == c["quote"]
        for claim, c in cited
    ]
    failures = [
        Failure(case=claim.text, actual=c["quote"], mode=claim.kind)
        for (claim, c), good in zip(cited, right, strict=True)
        if not good
    ]
    return share(right, failures=failures)


# 101 to 105: 1.0; less 0.1.
@criterion("P07.13", level=Level.SENIOR, at_least=0.9)
def true_sentences_are_cited(claims: list[Claim]) -> Measured:
    """True sentences that come back with a citation."""
    true = [claim for claim in claims if claim.kind == "verbatim"]
    failures = [Failure(case=c.text) for c in true if not c.sentences]
    return share((bool(claim.sentences) for claim in true), failures=failures)


# ── 14. Contextual headers ────────────────────────────────────────────────────────────────────────


@fact(timeout_s=240)
async def header_ranks(subject: Subject, seed: int) -> dict[str, list[int | None]]:
    """Ask about manuals that say "it", indexed without headers and with them."""
    world = draw_world(seed)
    manuals = [plain(d) for d in world.retold("pronouns") if d.kind == "manual"][:24]
    names = {m["id"] for m in manuals}
    questions = pronoun_questions(world, names)
    ranks: dict[str, list[int | None]] = {}
    for label, headers in (("bare", False), ("headed", True)):
        await ingest(subject, label, manuals, headers=headers)
        ranks[label] = [
            rank(await look(subject, label, q.text, limit=20), q.evidence) for q in questions
        ]
    return ranks


def pronoun_questions(world: World, names: set[str]) -> list[Asked]:
    """Ask the world's questions of its manuals retold: same facts, other places."""
    retold = {d.id: d for d in world.retold("pronouns")}
    found = []
    for question in world.questions:
        if len(question.hops) != 1 or question.crosses_languages:
            continue
        hop = question.hops[0]
        places = tuple(
            (e.document_id, fact_.span)
            for e in hop.evidence
            if e.document_id in names
            for fact_ in retold[e.document_id].facts
            if (fact_.attribute, fact_.value) == (hop.attribute, hop.value)
        )
        if places:
            found.append(Asked(question.id, question.kind, question.text, places))
    return found[:QUESTIONS]


# 101 to 105: 0.783 at the lowest; less 0.283, since some 20 questions are missed without headers.
@criterion("P07.14", level=Level.SENIOR, at_least=0.5)
def headers_help_texts_that_say_it(header_ranks: dict[str, list[int | None]]) -> Measured:
    """Share of the questions missed within five that contextual headers bring back.

    A chunk that says "it weighs 4 kg" cannot be found by the product's name. Put the title and the
    section before what is embedded, and leave the quoted text as it is.
    """
    bare, headed = (within(header_ranks[name], 5) for name in ("bare", "headed"))
    missed = len(bare) - sum(bare)
    return amount(
        1 - (len(headed) - sum(headed)) / missed if missed else math.nan, n=missed, unit="ratio"
    )
