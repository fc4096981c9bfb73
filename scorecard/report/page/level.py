"""How far a result can be believed, and the command that finds out for oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from scorecard.catalog.model import Pillar
from scorecard.locale import mark
from scorecard.report.page.links import links_of
from scorecard.report.result import Scorecard
from scorecard.verify.result import Compared, Evidence, Outcome, Verification


class Level(IntEnum):
    """What a pillar's result rests on, weakest first."""

    SELF_REPORTED = 1
    RE_EXECUTED = 2
    FRESH = 3
    REVIEWED = 4


NAMES = {
    Level.SELF_REPORTED: mark("self-reported"),
    Level.RE_EXECUTED: mark("re-executed"),
    Level.FRESH: mark("re-executed, fresh seeds"),
    Level.REVIEWED: mark("reviewed by a person"),
}
FOUND = {Evidence.RE_EXECUTED: Level.RE_EXECUTED, Evidence.FRESH: Level.FRESH}


@dataclass(frozen=True)
class Believed:
    """The level of every pillar, and of the whole: that of the weakest."""

    whole: Level
    pillars: Mapping[Pillar, Level]
    verification: Verification | None = None
    reviewed_by: str = ""
    refused: str = ""

    @property
    def mismatches(self) -> tuple[Compared, ...]:
        """The checks that were found to be otherwise."""
        rows = self.verification.checks if self.verification else ()
        return tuple(row for row in rows if row.outcome is Outcome.MISMATCH)


def believed(
    card: Scorecard, verification: Verification | None = None, reviewed_by: str = ""
) -> Believed:
    """Conclude from a verification, where it is about this very result."""
    refused = _refused(card, verification)
    if verification is None or refused:
        pillars = dict.fromkeys(Pillar, Level.SELF_REPORTED)
        return Believed(Level.SELF_REPORTED, pillars, refused=refused)
    found = {v.pillar: FOUND.get(v.evidence, Level.SELF_REPORTED) for v in verification.pillars}
    if reviewed_by:
        found = {p: Level.REVIEWED if at > Level.SELF_REPORTED else at for p, at in found.items()}
    pillars = {pillar: found.get(pillar, Level.SELF_REPORTED) for pillar in Pillar}
    counted = [pillars[pillar.pillar] for pillar in card.pillars if pillar.projects]
    whole = min(counted, default=Level.SELF_REPORTED)
    return Believed(whole, pillars, verification, reviewed_by)


def _refused(card: Scorecard, verification: Verification | None) -> str:
    """Say why a verification says nothing about this result."""
    if verification is None:
        return ""
    if card.evidence.dirty:
        return mark("The verification is of a commit, and this result is of uncommitted changes.")
    if verification.commit != card.evidence.commit:
        return mark("The verification is about another commit, and says nothing of this one.")
    return ""


def command(card: Scorecard) -> str:
    """Write what to type to check it; the address holds no character of a shell."""
    return f"make verify REPO={links_of(card).remote or 'REPOSITORY'}"
