"""9: contextual headers, where texts say "it"."""

import math

from shared.criteria import Level, Measured, Subject, amount, criterion, fact
from shared.world.model import Style
from shared.world.world import World
from shared.world.world import draw as draw_world

from .cases import QUESTIONS, Asked, ingest, look, plain, rank, within


@fact(timeout_s=240)
async def header_ranks(subject: Subject, seed: int) -> dict[str, list[int | None]]:
    """Ask about manuals that say "it", indexed without headers and with them."""
    return await compared(subject, seed, "pronouns")


async def compared(subject: Subject, seed: int, style: Style) -> dict[str, list[int | None]]:
    """Rank questions about manuals of one style without headers and with them."""
    world = draw_world(seed)
    manuals = [plain(d) for d in world.retold(style) if d.kind == "manual"][:16]
    names = {m["id"] for m in manuals}
    questions = questions_of(world, names, style)
    ranks: dict[str, list[int | None]] = {}
    for label, headers in ((f"bare {style}", False), (f"headed {style}", True)):
        await ingest(subject, label, manuals, headers=headers)
        ranks[label.split()[0]] = [
            rank(await look(subject, label, q.text, limit=20), q.evidence) for q in questions
        ]
    return ranks


def questions_of(world: World, names: set[str], style: Style) -> list[Asked]:
    """Ask the world's questions of its manuals retold: same facts, other places."""
    retold = {d.id: d for d in world.retold(style)}
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


# 201 to 205: 0.889 at the lowest; less 0.389, as some 20 questions are missed without headers.
@criterion("P07.9a", level=Level.SENIOR, at_least=0.5)
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
