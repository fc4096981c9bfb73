"""10: ingestion that touches only what changed, and an index that is never half built."""

import asyncio
import random
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
    """Ingest, edit one document, drop it, and ingest again at drawn times; with static vectors."""
    draw = random.Random(f"{seed}/ingestions")
    documents = [plain(d) for d in draw_world(seed).documents[:10]]
    edited, at = [dict(d) for d in documents], draw.randrange(10)
    edited[at]["text"] = edited[at]["text"].rstrip() + "\n\nCall +55 11 5550 0199 before noon.\n"
    steps = {"first": documents, "edited": edited, "dropped": edited[:at] + edited[at + 1 :]}
    often = draw.choice(((1, 0, 1), (0, 1, 1), (0, 2, 0), (2, 0, 0), (1, 1, 0), (0, 1, 0)))
    done: dict[str, Json] = {}
    for times, (name, now) in zip(often, steps.items(), strict=True):
        done[name] = await _step(subject, now)
        for again in range(times):  # in drawn numbers, so that counting calls tells nothing
            done[f"again {name} {again}"] = await _step(subject, now)
    return done | {"left": {"hits": await _look_static(subject, "5550 0199 before noon")}}


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


@fact(timeout_s=60)
async def relabelled(subject: Subject, seed: int) -> dict[str, set[bool]]:
    """Give one document to another tenant, word for word as it was; says who then sees it."""
    documents = [plain(d) for d in draw_world(seed).documents[:4]]
    moved = random.Random(f"{seed}/relabelled").randrange(4)
    passages = await subject.call(
        "chunking.chunk_documents", returns=list[Json], documents=documents, embedder=MINILM
    )
    for tenant in ("before", "after"):
        documents[moved]["attributes"]["tenant"] = tenant
        await subject.call(
            "index.store",
            returns=dict[str, int],
            pool=DatabaseHandle(label="relabel"),
            embedder=STATIC,
            documents=documents,
            passages=passages,
        )
    return {
        tenant: {
            hit["document_id"] == documents[moved]["id"]
            for hit in await subject.call(
                "index.search",
                returns=list[Json],
                pool=DatabaseHandle(label="relabel"),
                embedder=STATIC,
                queries=["warranty"],
                filters=[{"field": "tenant", "operator": "=", "value": tenant}],
            )
        }
        for tenant in ("before", "after")
    }


@criterion("P07.10a", level=Level.ROBUST, at_least=1.0)
def ingestion_touches_only_what_changed(
    ingestions: dict[str, Json], relabelled: dict[str, set[bool]]
) -> Measured:
    """Checks of repeated ingestion: nothing twice, an edit stays local, what is dropped is gone.

    Compare content hashes of what should be there with those that are. A document may go to another
    tenant without a word of it changing.
    """
    first, edited = (ingestions[name] for name in ("first", "edited"))
    agains = [report for name, report in ingestions.items() if name.startswith("again")]
    gone = "DROPPED" not in str(ingestions["left"]) and not any(
        "5550 0199" in hit["text"] for hit in ingestions["left"]["hits"]
    )
    checks = {
        "the first run adds every passage": first["added"] == first["passages"],
        "a second run embeds nothing": all(again["embedded"] == 0 for again in agains),
        "a second run changes nothing": all(
            again["added"] == again["removed"] == 0 for again in agains
        ),
        "an edit touches at most two passages": 1 <= edited["added"] <= 2,
        "an edit embeds only those": 1 <= edited["embedded"] <= 2,
        "a dropped document is gone from both indexes": gone,
        "dropping adds nothing": ingestions["dropped"]["added"] == 0,
        "another tenant's is no longer seen": relabelled["before"] == set(),
        "the new tenant's is": relabelled["after"] == {True},
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
