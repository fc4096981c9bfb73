"""3: one statement or two, and filters that leak nothing."""

import random
from dataclasses import dataclass

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Level,
    Measured,
    Raised,
    Subject,
    amount,
    criterion,
    fact,
    share,
)
from shared.world.world import draw as draw_world

from .cases import MINILM, Json, ingest, plain

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
    sound: bool = False


@fact(timeout_s=120)
async def filtered(subject: Subject, seed: int) -> list[Filtered]:
    """Search under 200 filters, most of them hostile, some of them sound."""
    draw = random.Random(seed)
    documents = [plain(d) for d in draw_world(seed).documents[:12]]
    await ingest(subject, "filters", documents)
    tenants = sorted({d["attributes"]["tenant"] for d in documents})
    results = []
    for _ in range(200):
        sound = draw.random() < 0.1
        value = draw.choice((*HOSTILE, *tenants)).encode("utf-8", "replace").decode()
        filter_ = {"field": draw.choice(FIELDS), "operator": draw.choice(OPERATORS), "value": value}
        if sound:  # so that raising every time is no way through
            filter_ = {"field": "tenant", "operator": "=", "value": draw.choice(tenants)}
        outcome = await subject.attempt(
            "retrieve.find",
            question="how long is the warranty?",
            pool=DatabaseHandle(label="filters"),
            embedder=MINILM,
            filters=[filter_],
        )
        if isinstance(outcome, Raised):
            results.append(Filtered(filter_, (), outcome.types, sound))
        else:
            found = outcome.value if isinstance(outcome.value, list) else []
            results.append(Filtered(filter_, tuple(found), (), sound))
    return results


@criterion("P07.3a", level=Level.ROBUST, at_least=1.0)
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
    if result.sound and not result.hits:
        return "nothing found"
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


@fact(timeout_s=60)
async def several(subject: Subject, seed: int, filtered: list[Filtered]) -> list[tuple[str, bool]]:
    """Search for several things at once, for nothing, for a few, and for one passage a document."""
    draw = random.Random(f"{seed}/several {len(filtered)}")
    texts = [q.text for q in draw.sample(draw_world(seed).questions, 12)]

    async def found(queries: list[str], **options: object) -> list[tuple[str, int]]:
        hits = await subject.call(
            "index.search",
            returns=list[Json],
            pool=DatabaseHandle(label="filters"),
            embedder=MINILM,
            queries=queries,
            method="dense",
            **options,
        )
        return [(hit["document_id"], hit["start"]) for hit in hits]

    results = [("nothing asked", not await found([])), ("blanks asked", not await found(["", " "]))]
    for first, second in zip(texts[::2], texts[1::2], strict=True):
        both = await found([first, second], limit=30)
        nearest = [*await found([first], limit=1), *await found([second], limit=1)]
        case = f"{first} / {second}"
        results.append((f"{case}: the nearest to each", set(nearest) <= set(both)))
        turned = await found([second, first], limit=30)
        results.append((f"{case}: the same in either order", set(turned) == set(both)))
        few = draw.randrange(1, 9)
        results.append((f"{case}: {few}", len(await found([first, second], limit=few)) == few))
        single = [name for name, _ in await found([first], limit=30, by_document=True)]
        results.append((f"{case}: once each", len(set(single)) == len(single) > 1))
    return results


@criterion("P07.3c", level=Level.ROBUST, at_least=1.0)
def a_search_gives_what_is_asked_for(several: list[tuple[str, bool]]) -> Measured:
    """Searches for several things that find each of them, as many as asked, a document once.

    A question and its rewriting are looked for together: a rewriting may only add.
    """
    failures = [Failure(case=case) for case, held in several if not held]
    return share((held for _, held in several), failures=failures)


@fact(timeout_s=60)
async def statements(subject: Subject, seed: int) -> list[int]:
    """Count the statements of searches, as a cursor on the same database sees them."""
    documents = [plain(d) for d in draw_world(seed).documents[:6]]
    await ingest(subject, "statements", documents)
    asked = [q.text for q in draw_world(seed).questions[:10]]
    return [
        len(
            await subject.call(
                "watch.statements_of",
                returns=list[str],
                pool=DatabaseHandle(label="statements"),
                embedder=MINILM,
                queries=queries,
            )
        )
        for queries in ([asked[0]], asked[:2], asked)
    ]


@criterion("P07.3b", level=Level.ROBUST, at_most=2)
def a_search_is_two_statements_at_most(statements: list[int]) -> Measured:
    """The most statements that one search sent, for one query, two and ten.

    Fuse inside the database. A statement a hit, or a query, is slow long before it looks slow.
    """
    return amount(max(statements), n=len(statements)) if all(statements) else amount(99, n=0)
