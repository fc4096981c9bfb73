"""Replies that are each broken, but at different places: together they make a whole one."""

from shared.criteria import Level, Measured, ModelHandle, Subject, criterion, fact

from .cases import draw_cases
from .conversation import Run, run
from .results import share_of

NEVER_WHOLE = ModelHandle(drill={"missing_key": 0.5, "extra_key": 0.5})


@fact(timeout_s=60)
async def never_whole(subject: Subject, seed: int) -> Run:
    """Read the undisturbed mails again while each reply lost a key or has one too many."""
    return await run(subject, draw_cases(seed + 4, 80), NEVER_WHOLE)


# Reference, seeds 101 to 105: .938, .963, .975, .975, .963. Margin .08 under the lowest.
@criterion("P02.4j", level=Level.ROBUST, at_least=0.85, requires=("P02.2",))
def broken_replies_are_joined(undisturbed: Run, never_whole: Run) -> Measured:
    """Where every reply is broken, each elsewhere, most mails end as if none had been.

    A re-ask's reply contributes its values at the paths that were wrong and nothing else: graft
    them onto the draft, instead of starting from the new damage.
    """
    results = [
        (case.id, after.extraction is not None and after.extraction == before.extraction)
        for (case, after, _), before in zip(never_whole.rows(), undisturbed.outcomes, strict=True)
    ]
    return share_of(results, expected="as undisturbed", mode="draft lost")
