"""One sentence, and an exit code that says the same."""

from scorecard.verify.result import Evidence, Outcome, Standing, Verification

MATCH, MISMATCH, COULD_NOT_VERIFY = 0, 1, 2
NAMED = 6


def concluded(told: Verification) -> Verification:
    """Add the verdict to what was found."""
    code = exit_code(told)
    return told.model_copy(update={"exit_code": code, "verdict": sentence(told, code)})


def exit_code(told: Verification) -> int:
    """0 all match, 1 mismatch, 2 could not verify; without a claim, 0 says: all re-executed."""
    if told.count(Outcome.MISMATCH):
        return MISMATCH
    unread = told.standing not in {Standing.NONE, Standing.COMPARABLE, Standing.OTHER_GRADER}
    weak = any(pillar.evidence in {Evidence.NONE, Evidence.CLAIMED} for pillar in told.pillars)
    silent = told.standing is not Standing.NONE and not told.count(Outcome.MATCH)
    if silent or unread or weak or told.count(Outcome.NOT_CHECKABLE) or not told.checks:
        return COULD_NOT_VERIFY
    return MATCH


def sentence(told: Verification, code: int) -> str:
    """Say it in one sentence."""
    matched, total = told.count(Outcome.MATCH), len(told.checks)
    seeds = f" and {len(told.fresh_seeds)} fresh" if told.fresh_seeds else ""
    if code == MISMATCH:
        wrong = _named(told, Outcome.MISMATCH)
        return f"The claim does not hold: {wrong} of {total} checks; {matched} match."
    if code == COULD_NOT_VERIFY:
        return f"It could not be verified: {_reason(told)}"
    if told.standing is Standing.NONE:
        return (
            f"Nothing was claimed; all {total} checks were re-executed on one public seed{seeds}."
        )
    return f"The claim holds: all {matched} checks match, on the claim's seed{seeds}."


def _reason(told: Verification) -> str:
    unread = {Standing.UNREADABLE, Standing.OTHER_FORMAT, Standing.OTHER_COMMIT}
    if told.standing in unread:
        return f"{told.claim[:1].lower()}{told.claim[1:]}"
    if told.count(Outcome.NOT_CHECKABLE):
        open_rows = [row for row in told.checks if row.outcome is Outcome.NOT_CHECKABLE]
        named = _named(told, Outcome.NOT_CHECKABLE)
        return f"{named} not checkable of {len(told.checks)} checks. {open_rows[0].why}"
    if told.standing is not Standing.NONE and not told.count(Outcome.MATCH):
        return "the claim says nothing of what was re-executed."
    return told.notes[0] if told.notes else "no project could be re-executed."


def _named(told: Verification, outcome: Outcome) -> str:
    """Name the first few checks that fared so."""
    rows = [row for row in told.checks if row.outcome is outcome]
    names = ", ".join(f"{row.project[:3]} {row.code}".strip() for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"{len(rows)} ({names}{more})"
