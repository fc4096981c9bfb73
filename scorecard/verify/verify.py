"""Verify one repository, from its address to a verdict. Reads top to bottom."""

import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scorecard.catalog.find import choose
from scorecard.catalog.model import Project
from scorecard.catalog.ownership import Ownership
from scorecard.catalog.read import read_catalog
from scorecard.digest import digest_tree
from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.progress import Progress
from scorecard.provenance import digest_grader
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import claim as about_person
from scorecard.verify.chosen import Chosen, choose_work
from scorecard.verify.claim import Claim, placed, read_claim
from scorecard.verify.clone import Clone, clone
from scorecard.verify.compare import (
    Found,
    compare,
    compare_pillars,
    disputed,
    not_checkable,
)
from scorecard.verify.described import measured_with
from scorecard.verify.gap import judge_pillars
from scorecard.verify.notes import other_graders, own_words, unknown
from scorecard.verify.rerun import Bench
from scorecard.verify.result import Compared, Outcome, Standing, Verification
from scorecard.verify.trouble import CloneError, LeftOut, Limits, Trouble, printable
from scorecard.verify.verdict import concluded
from shared.errors import CapstoneError, ConfigurationError
from shared.settings import Settings

PUBLIC_SEED = 7
SEED_BITS = 40


@dataclass(frozen=True)
class Wish:
    """What is to be verified, and how."""

    repository: str
    commit: str = ""
    claim: Path | None = None
    projects: tuple[str, ...] = ()
    seeds: int = 5
    request: Request = field(default_factory=Request)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Tried:
    """What re-executing found: by project, why some could not be, and why some need not."""

    found: Mapping[str, Found]
    refused: Mapping[str, str]
    left: Mapping[str, str]
    public_seed: int
    fresh_seeds: tuple[int, ...]
    card: Scorecard | None = None


async def verify(
    place: Place, settings: Settings, wish: Wish, progress: Progress | None = None
) -> Verification:
    """Clone, stage, re-execute, compare; whatever is wrong over there is part of the answer."""
    if not settings.simulated:
        raise ConfigurationError(
            "Verifying happens offline, and the environment names a live model.",
            advice="Unset CAPSTONE_BASE_URL and CAPSTONE_MODEL, then run the same command again.",
        )
    started = time.monotonic()
    catalog = read_catalog(place.root)
    projects = choose(catalog, wish.projects)
    told = Verification(
        repository=wish.repository,
        sandbox=wish.request.sandbox,
        grader_sha256=digest_grader(place),
        verdict="",
        exit_code=2,
    )
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        try:
            theirs = await clone(
                wish.repository,
                Path(folder, "clone"),
                commit=wish.commit,
                limits=wish.limits,
                sandbox=wish.request.sandbox,
            )
        except CloneError as error:
            verdict = printable(str(error))
            told = told.model_copy(update={"trouble": error.trouble, "verdict": verdict})
        else:
            bench = Bench(place, settings, theirs.root, wish.request, progress)
            told = await _safely(told, bench, wish, theirs, projects)
    return told.model_copy(update={"seconds": round(time.monotonic() - started, 1)})


def _claimed(wish: Wish, theirs: Clone) -> bytes | None:
    if wish.claim is None:
        return theirs.claim
    try:
        return wish.claim.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The claim {wish.claim} cannot be read ({error.strerror}).",
            advice="Name a scorecard.json.",
        ) from error


def _simulated(settings: Settings, claim: Claim) -> Settings:
    """Ask the simulated model that the claim names, where it is one that can be wrong."""
    from shared.simulator.profiles import PROFILES  # noqa: PLC0415 (only this needs it)

    named = PROFILES.get(claim.card.evidence.model) if claim.card else None
    if claim.card and named and not named.control:
        return settings.model_copy(update={"model": claim.card.evidence.model})
    return settings


async def _safely(
    told: Verification, bench: Bench, wish: Wish, theirs: Clone, projects: Sequence[Project]
) -> Verification:
    """Judge; a failure of the verifier itself must not look like a mismatch."""
    try:
        return await _judge(told, bench, wish, theirs, projects)
    except (CapstoneError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 (whatever the work made us stumble over)
        why = printable(f"{type(error).__name__}: {error!s:.200}")
        verdict = f"The verifier failed on it ({why})."
        return told.model_copy(
            update={"commit": theirs.commit, "trouble": Trouble.VERIFIER, "verdict": verdict}
        )


async def _judge(
    told: Verification, bench: Bench, wish: Wish, theirs: Clone, projects: Sequence[Project]
) -> Verification:
    """Re-execute what can be, then compare."""
    claim = read_claim(_claimed(wish, theirs))
    bench = replace(bench, settings=_simulated(bench.settings, claim))
    digests = {s: digest_tree(theirs.root / "projects" / s) for s in sorted(theirs.slugs)}
    refused = {p.slug: why for p in projects if (why := _refused(bench, p.slug, theirs.slugs))}
    chosen = choose_work(
        [project.slug for project in projects if project.slug not in refused],
        bench.place.root,
        digests,
        claim.slugs,
        everything=bool(wish.projects),
    )
    tried = await _try(bench, chosen, refused, claim, wish.seeds)
    if tried.card:
        claim = placed(claim, tried.card.evidence, digests)
    excused = {
        slug: replace(found, excuse=_excuse(slug, claim, theirs))
        for slug, found in tried.found.items()
    }
    tried = await _confirmed(replace(tried, found=excused), bench, claim, digests)
    whose = _whose(tried.card)
    found = {
        "commit": theirs.commit,
        "standing": claim.standing,
        "claim": claim.told,
        "public_seed": tried.public_seed,
        "fresh_seeds": tried.fresh_seeds,
        "left_out": tuple(f"{item.path} ({item.oddity})" for item in theirs.left_out),
        "notes": tuple(_notes(told, bench, theirs, tried, claim)),
        "checks": tuple(_rows(projects, tried, claim, digests, bench.place.root)),
        "pillars": judge_pillars(projects, tried.found, claim.slugs, frozenset(tried.left)),
        "own_tasks": whose.count(Ownership.OWN),
        "tasks": len(whose),
        "person": about_person(tried.card) if tried.card else "",
    }
    return concluded(told.model_copy(update=found))


async def _try(
    bench: Bench, chosen: Chosen, refused: Mapping[str, str], claim: Claim, seeds: int
) -> Tried:
    """Execute on the claim's seed, then on fresh ones."""
    public = claim.card.evidence.seed if claim.card else PUBLIC_SEED
    fresh = _draw(seeds, without=public)
    if not chosen.executed:
        return Tried({}, refused, chosen.left, public, ())
    card = await bench.grade(chosen.executed, public)
    others = {
        seed: _by_slug(await bench.grade(chosen.fresh, seed, frozenset({Kind.CRITERION})))
        for seed in fresh
        if chosen.fresh
    }
    found = {
        slug: Found(project, {seed: own[slug] for seed, own in others.items() if slug in own})
        for slug, project in _by_slug(card).items()
    }
    gone = {s: "The repository holds no code of it." for s in chosen.executed if s not in found}
    return Tried(found, {**refused, **gone}, chosen.left, public, fresh, card)


def _draw(count: int, *, without: int) -> tuple[int, ...]:
    """Draw seeds that nobody could have known."""
    drawn: set[int] = set()
    while len(drawn) < count:
        drawn |= {secrets.randbits(SEED_BITS)} - {without}
    return tuple(sorted(drawn))


def _refused(bench: Bench, slug: str, theirs: frozenset[str]) -> str:
    return bench.stageable(slug) if slug in theirs else "The repository does not hold it."


async def _confirmed(tried: Tried, bench: Bench, claim: Claim, digests: Mapping[str, str]) -> Tried:
    """Execute what is disputed once more: some values vary, and that is nobody's lie."""
    doubtful = [
        slug
        for slug, found in tried.found.items()
        if (said := claim.of(slug)) and said.digest == digests[slug] and disputed(said, found)
    ]
    if not doubtful:
        return tried
    again = _by_slug(await bench.grade(doubtful, tried.public_seed))
    found = {slug: replace(f, again=again.get(slug)) for slug, f in tried.found.items()}
    return replace(tried, found=found)


def _excuse(slug: str, claim: Claim, theirs: Clone) -> str:
    """Name what may innocently explain a difference in this project."""
    hidden = [item for item in theirs.left_out if _hides(item, slug)]
    if hidden:
        return f"The repository does not hold {hidden[0].path} ({hidden[0].oddity})."
    return claim.told if claim.standing is Standing.OTHER_GRADER else ""


def _hides(item: LeftOut, slug: str) -> bool:
    return item.oddity.hides_content and item.path.startswith(f"projects/{slug}/")


def _rows(
    projects: Sequence[Project],
    tried: Tried,
    claim: Claim,
    digests: Mapping[str, str],
    ours: Path,
) -> list[Compared]:
    rows: list[Compared] = []
    for slug in [project.slug for project in projects]:
        said, found = claim.of(slug), tried.found.get(slug)
        if slug in tried.left:
            continue
        if found is None:
            rows += not_checkable(said, tried.refused[slug]) if said else ()
        elif said and said.digest != digests[slug]:
            fresh = compare(None, found)
            rows += [row for row in fresh if row.outcome is Outcome.MISMATCH]
            rows += not_checkable(said, "The claim is about other files than this commit holds.")
        else:
            rows += compare(said, found)
    known = {project.slug for project in read_catalog(ours).projects}
    for said in claim.card.projects if claim.card else ():
        if said.slug not in known:
            rows += not_checkable(said, "There are no graders for it here.")
    if claim.card:
        rows += compare_pillars(claim.card.pillars, claim.card.projects)
        rows += measured_with(claim.card.evidence, tried.card.evidence) if tried.card else ()
    return rows


def _notes(
    told: Verification, bench: Bench, theirs: Clone, tried: Tried, claim: Claim
) -> Iterator[str]:
    yield from (f"{slug}: {why}" for slug, why in {**tried.refused, **tried.left}.items())
    yield from other_graders(theirs.root, bench.place.root, tuple(tried.found))
    yield from unknown(theirs.slugs, claim.slugs, bench.place.root)
    yield from own_words(claim.card, theirs.commit)
    if Path(told.repository).resolve() == bench.place.root:
        yield "The graders are this repository's own: to anybody else this proves nothing."


def _whose(card: Scorecard | None) -> list[Ownership]:
    return [task.ownership for project in card.projects for task in project.tasks] if card else []


def _by_slug(card: Scorecard) -> dict[str, ProjectResult]:
    return {project.slug: project for project in card.projects}
