"""10: ingestion that touches only what changed, and an index that is never half built."""

import asyncio
from collections.abc import Sequence

from shared.criteria import (
    DatabaseHandle,
    Failure,
    Level,
    Measured,
    Subject,
    amount,
    criterion,
    fact,
    share,
)
from shared.world.world import draw as draw_world

from .cases import MINILM, STATIC, Json, plain


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


@criterion("P07.10a", level=Level.ROBUST, at_least=1.0)
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


@criterion("P07.10b", level=Level.ROBUST, at_most=0)
def no_search_fails_while_the_model_changes(switched: list[int]) -> Measured:
    """Searches that found nothing while the index moved to another embedding model.

    Vectors belong to (model, content): add the new ones beside the old, then switch at once.
    """
    empty = sum(count == 0 for count in switched)
    return amount(empty, n=len(switched))
