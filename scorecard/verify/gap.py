"""Per pillar: what its result rests on, and how far the public seed flatters it."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from scorecard.catalog.model import Pillar, Project
from scorecard.ledger import Kind
from scorecard.readiness import Readiness, weakest
from scorecard.report.result import ProjectResult
from scorecard.verify.compare import Found
from scorecard.verify.result import Evidence, Generalisation, PillarVerdict

RANK = list(Evidence)


def judge_pillars(
    projects: Sequence[Project],
    found: Mapping[str, Found],
    claimed: frozenset[str],
    left: frozenset[str] = frozenset(),
) -> tuple[PillarVerdict, ...]:
    """Conclude for each pillar that has a project here; its weakest project decides.

    What was ``left`` unexecuted because it is nobody's work makes its pillar unready, and says
    nothing else of it.
    """
    verdicts = []
    for pillar in Pillar:
        own = [project for project in projects if project.pillar is pillar]
        if any(project.slug not in left for project in own):
            verdicts.append(_pillar(pillar, own, found, claimed, left))
    return tuple(verdicts)


def _pillar(
    pillar: Pillar,
    own: Sequence[Project],
    found: Mapping[str, Found],
    claimed: frozenset[str],
    left: frozenset[str],
) -> PillarVerdict:
    here = [found[project.slug] for project in own if project.slug in found]
    tried = [project.slug for project in own if project.slug not in left]
    weighing = [s for s in tried if s not in found or found[s].fresh] or tried
    evidence = [evidence_of(found.get(slug), is_claimed=slug in claimed) for slug in weighing]
    whole = len(here) == len(own)
    return PillarVerdict(
        pillar=pillar,
        projects=tuple(project.id for project in own),
        evidence=min(evidence, key=RANK.index),
        readiness=weakest([f.project.readiness for f in here]) if whole else Readiness.NOT_STARTED,
        generalisation=generalisation([f for f in here if f.fresh]),
    )


def evidence_of(found: Found | None, *, is_claimed: bool) -> Evidence:
    """Say what one project's result rests on; what could not be run here is only claimed."""
    ran = found is not None and _criteria_ran(found.project)
    if found is None or not ran:
        return Evidence.CLAIMED if is_claimed else Evidence.NONE
    fresh = found.fresh and all(map(_criteria_ran, found.fresh.values()))
    return Evidence.FRESH if fresh else Evidence.RE_EXECUTED


def _criteria_ran(project: ProjectResult) -> bool:
    return not any(c.cause.ours for c in project.checks if c.kind is Kind.CRITERION)


def generalisation(here: Sequence[Found]) -> Generalisation | None:
    """Compare the share of criteria that hold on the public seed with fresh seeds."""
    seeds = sorted(set.intersection(*(set(found.fresh) for found in here))) if here else []
    if not seeds:
        return None
    public = score([found.project for found in here])
    fresh = {seed: score([found.fresh[seed] for found in here]) for seed in seeds}
    worst = min(seeds, key=fresh.__getitem__)
    mean = fmean(fresh.values())
    return Generalisation(
        public=public, fresh_mean=mean, worst=fresh[worst], worst_seed=worst, gap=public - mean
    )


def score(projects: Sequence[ProjectResult]) -> float:
    """Average over projects the share of criteria that hold; what could not be checked counts."""
    return fmean(
        fmean([check.passed for check in project.checks if check.kind is Kind.CRITERION] or [False])
        for project in projects
    )
