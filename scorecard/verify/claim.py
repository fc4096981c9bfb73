"""Read a claim: a ``scorecard.json`` that somebody may have written by hand."""

import json
from collections import Counter
from dataclasses import dataclass

from pydantic import ValidationError

from scorecard.report.result import READABLE, VERSION, Evidence, ProjectResult, Scorecard
from scorecard.verify.result import Standing
from scorecard.verify.trouble import printable

MOST_BYTES = 32 << 20
MOST_SEEDS = 1 << 63


@dataclass(frozen=True)
class Claim:
    """A claim and what is to be said of it; ``card`` is None where there is none to compare."""

    standing: Standing
    told: str
    card: Scorecard | None = None

    @property
    def slugs(self) -> frozenset[str]:
        """The projects it is about."""
        return (
            frozenset(project.slug for project in self.card.projects) if self.card else frozenset()
        )

    def of(self, slug: str) -> ProjectResult | None:
        """What is claimed about a project."""
        projects = self.card.projects if self.card else ()
        return next((project for project in projects if project.slug == slug), None)


NO_CLAIM = Claim(Standing.NONE, "There is no claim: the work is only re-executed.")


def read_claim(content: bytes | None) -> Claim:
    """Read it; whatever is wrong with it is a standing, never an exception."""
    if content is None:
        return NO_CLAIM
    if len(content) > MOST_BYTES:
        told = f"The claim cannot be read: it is larger than {MOST_BYTES >> 20} MB."
        return Claim(Standing.UNREADABLE, told)
    try:
        written = json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
        found = written["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        kind = type(error).__name__
        return Claim(Standing.UNREADABLE, f"The claim is no scorecard.json ({kind}).")
    if not isinstance(found, str) or found not in READABLE:
        told = f"The claim is written in version {found!r:.20} of the format, this reads {VERSION}."
        return Claim(
            Standing.OTHER_FORMAT, f"{printable(told)} Ask for it again, from the same commit."
        )
    try:
        card = Scorecard.model_validate_json(content)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_url=False)[0]["loc"]))
        return Claim(
            Standing.UNREADABLE, f"The claim is no scorecard.json (at {printable(place):.100})."
        )
    return _unambiguous(card)


def _unambiguous(card: Scorecard) -> Claim:
    """Refuse a claim that says two things at once, or that nobody could have measured."""
    if not 0 <= card.evidence.seed < MOST_SEEDS:
        return Claim(Standing.UNREADABLE, "The claim names a seed that the grader never draws.")
    if twice := _twice(card):
        told = f"The claim names {printable(twice):.60} twice, so it says two things at once."
        return Claim(Standing.UNREADABLE, told)
    return Claim(Standing.COMPARABLE, "", card)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that stands twice in one object: readers differ in which they believe."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _twice(card: Scorecard) -> str:
    """Name the first project, pillar, check or task that is claimed more than once."""
    names = [f"project {project.slug}" for project in card.projects]
    names += [f"project {project.id}" for project in card.projects]
    names += [f"pillar {pillar.pillar}" for pillar in card.pillars]
    for project in card.projects:
        names += [f"{project.slug} {check.code}" for check in project.checks]
        names += [f"{project.slug} task {task.id}" for task in project.tasks]
    return next((name for name, count in Counter(names).items() if count > 1), "")


def placed(claim: Claim, here: Evidence, digests: dict[str, str]) -> Claim:
    """Say what the claim is about, compared with the grader and the files that are here."""
    if claim.card is None:
        return claim
    theirs = claim.card.evidence
    about = [project for project in claim.card.projects if project.slug in digests]
    if about and all(project.digest != digests[project.slug] for project in about):
        told = f"The claim is about other files than this commit holds (its own: {_short(theirs)})."
        return Claim(Standing.OTHER_COMMIT, told, claim.card)
    if other := another_grader(theirs, here):
        return Claim(Standing.OTHER_GRADER, f"The claim was {printable(other)}.", claim.card)
    told = f"The claim is of commit {_short(theirs)}, seed {theirs.seed}, and about these files."
    return Claim(Standing.COMPARABLE, told, claim.card)


def another_grader(theirs: Evidence, here: Evidence) -> str:
    """Name what may innocently explain a difference; nothing where all is the same."""
    if theirs.grader_sha256 != here.grader_sha256:
        ours = here.grader_sha256[:12]
        return f"graded by another version of the grader ({theirs.grader_sha256:.12}, here {ours})"
    if theirs.lock_sha256 != here.lock_sha256:
        return "graded with another poetry.lock"
    if theirs.model != here.model:
        return f"measured with the model {theirs.model:.40}, here it is {here.model}"
    for name, version in here.versions.items():
        if theirs.versions.get(name) != version:
            found = theirs.versions.get(name, "none")
            return f"measured with {name} {found:.40}, here it is {version}"
    return ""


def _short(evidence: Evidence) -> str:
    return (printable(evidence.commit[:10]) or "none") + (
        " with uncommitted changes" * evidence.dirty
    )
