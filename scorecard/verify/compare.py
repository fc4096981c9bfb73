"""Compare a claim with what was found, check by check.

A difference that something innocent may explain (another grader, content that the repository does
not hold) is *not checkable*; any other is a *mismatch*. A check that holds for the public seed and
fails for most fresh ones is a mismatch too: the claim is about the skill, not about one seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorecard.ledger import Cause, Check, Kind
from scorecard.readiness import reached, readiness, weakest
from scorecard.report.result import PillarResult, ProjectResult
from scorecard.report.words import number
from scorecard.verify.described import described
from scorecard.verify.result import Compared, Outcome
from scorecard.verify.trouble import printable


@dataclass(frozen=True)
class Found:
    """One project as re-executed: on the claim's seed, once more where asked, on fresh seeds."""

    project: ProjectResult
    fresh: Mapping[int, ProjectResult]
    again: ProjectResult | None = None
    excuse: str = ""

    def checks(self) -> Mapping[str, Check]:
        """The checks by code."""
        return {check.code: check for check in self.project.checks}


def compare(claimed: ProjectResult | None, found: Found) -> tuple[Compared, ...]:
    """Compare everything that is claimed of one project, and hold what was found to fresh seeds."""
    rows = list(_checks(claimed, found))
    if claimed is not None:
        rows += [*described(claimed, found.project, found.excuse)]
        rows += [*_tasks(claimed, found), _readiness(claimed)]
    return tuple(_generalises(row, found) for row in rows)


def disputed(claimed: ProjectResult | None, found: Found) -> bool:
    """Whether measuring once more could tell a false claim from a value that varies."""
    if claimed is None:
        return False
    ours = found.checks()
    return any(
        differs(check, ours[check.code]) and not declared_otherwise(check, ours[check.code])
        for check in claimed.checks
        if check.code in ours and not ours[check.code].cause.ours
    )


def _checks(claimed: ProjectResult | None, found: Found) -> Iterator[Compared]:
    ours = found.checks()
    if claimed is None:
        for check in ours.values():
            yield _unclaimed(check, found)
        return
    theirs = {check.code: check for check in claimed.checks}
    for code, check in ours.items():
        yield _check(theirs[code], check, found) if code in theirs else _missing(check, found)
    for code, check in theirs.items():
        if code not in ours:
            why = found.excuse or "The graders have no such check."
            outcome = Outcome.NOT_CHECKABLE if found.excuse else Outcome.MISMATCH
            yield Compared(
                project=found.project.slug,
                code=printable(code)[:40],
                title=printable(check.title),
                outcome=outcome,
                claimed=shown(check),
                why=why,
            )


def _unclaimed(check: Check, found: Found) -> Compared:
    if check.cause.ours:
        why = f"It could not be re-executed here. {check.detail}"
        return _row(found, check, Outcome.NOT_CHECKABLE, why=why)
    return _row(found, check, Outcome.NOT_CLAIMED)


def _missing(check: Check, found: Found) -> Compared:
    outcome = Outcome.NOT_CHECKABLE if found.excuse else Outcome.MISMATCH
    return _row(found, check, outcome, why=found.excuse or "The claim leaves it out.")


def _check(theirs: Check, ours: Check, found: Found) -> Compared:
    """Compare one check."""
    if declared := declared_otherwise(theirs, ours):
        return _differing(theirs, ours, found, declared)
    if ours.cause.ours:
        why = f"It could not be re-executed here. {ours.detail}"
        return _row(found, ours, Outcome.NOT_CHECKABLE, theirs, why)
    if not differs(theirs, ours):
        return _row(found, ours, Outcome.MATCH, theirs)
    if theirs.cause.ours:
        why = "The claim itself says that it could not be checked there."
        return _row(found, ours, Outcome.NOT_CHECKABLE, theirs, why)
    again = {c.code: c for c in found.again.checks}.get(ours.code) if found.again else None
    if again is not None and differs(ours, again):
        return _varying(theirs, ours, again, found)
    return _differing(theirs, ours, found, "Re-executing it gives something else.")


def _varying(theirs: Check, ours: Check, again: Check, found: Found) -> Compared:
    """Compare states only, where the same seed gave two values."""
    if ours.state is not again.state:
        why = f"It varies: {shown(ours)}, then {shown(again)}, for the same seed."
        return _row(found, ours, Outcome.NOT_CHECKABLE, theirs, why)
    if theirs.state is ours.state:
        why = (
            f"Its value varies from run to run ({shown(ours)}, {shown(again)}); its state does not."
        )
        return _row(found, ours, Outcome.MATCH, theirs, why)
    return _differing(theirs, ours, found, "Re-executing it twice gives something else.")


def _differing(theirs: Check, ours: Check, found: Found, why: str) -> Compared:
    if found.excuse:
        return _row(found, ours, Outcome.NOT_CHECKABLE, theirs, f"{why} {found.excuse}")
    return _row(found, ours, Outcome.MISMATCH, theirs, why)


def differs(left: Check, right: Check) -> bool:
    """Whether two endings of one check are not the same: state, or what was measured."""
    return left.state is not right.state or _value(left) != _value(right)


def declared_otherwise(theirs: Check, ours: Check) -> str:
    """Say how a claim declares a check differently than the graders do."""
    if theirs.threshold != ours.threshold:
        return f"The claim's threshold is {theirs.threshold or 'none'}, not {ours.threshold}."
    if (theirs.kind, theirs.level, theirs.requires) != (ours.kind, ours.level, ours.requires):
        return "The claim declares its kind, level or prerequisites otherwise."
    return ""


def _value(check: Check) -> tuple[object, ...]:
    """Give what was measured, or counted: so many of so many."""
    found = check.measured
    if found:
        return found.value, found.low, found.high, found.n, found.unit
    counted = check.kind is not Kind.CRITERION and check.cause is Cause.NONE
    return (check.detail,) if counted else ()


def _tasks(claimed: ProjectResult, found: Found) -> Iterator[Compared]:
    """Compare whose the bodies are."""
    theirs = {task.id: task for task in claimed.tasks}
    for task in found.project.tasks:
        claim = theirs.get(task.id)
        said = claim.ownership if claim else None
        alike = claim is None or claim.similarity == task.similarity
        same = said is task.ownership and alike
        differing = Outcome.NOT_CHECKABLE if found.excuse else Outcome.MISMATCH
        yield Compared(
            project=found.project.slug,
            code=f"task {task.id}",
            title=f"Whose work {task.function} is",
            outcome=Outcome.MATCH if same else differing,
            claimed=str(said or "left out"),
            found=str(task.ownership),
            why="" if same else found.excuse or "It is not what the claim says.",
        )


def _readiness(claimed: ProjectResult) -> Compared:
    """Hold what is concluded to the claim's own checks."""
    level = reached(claimed.checks)
    follows = readiness(level, [task.ownership for task in claimed.tasks])
    holds = (claimed.level_reached, claimed.readiness) == (level, follows)
    return Compared(
        project=claimed.slug,
        code="readiness",
        title="What is concluded follows from the checks",
        outcome=Outcome.MATCH if holds else Outcome.MISMATCH,
        claimed=f"{claimed.readiness}, level {claimed.level_reached}",
        found=f"{follows}, level {level}",
        why="" if holds else "It does not follow from the claim's own checks.",
    )


def compare_pillars(
    pillars: Sequence[PillarResult], projects: Sequence[ProjectResult]
) -> Iterator[Compared]:
    """Hold the claim's pillars to the claim's own projects."""
    for pillar in pillars:
        own = [p for p in projects if p.pillar is pillar.pillar]
        follows = weakest([p.readiness for p in own])
        if pillar.readiness is not follows or set(pillar.projects) != {p.id for p in own}:
            yield Compared(
                project="",
                code=str(pillar.pillar),
                title="A pillar is as ready as its weakest project",
                outcome=Outcome.MISMATCH,
                claimed=str(pillar.readiness),
                found=str(follows),
                why="It does not follow from the claim's own projects.",
            )


def not_checkable(claimed: ProjectResult, why: str) -> tuple[Compared, ...]:
    """Answer for a whole project that nothing can be said of."""
    return tuple(
        Compared(
            project=claimed.slug,
            code=printable(check.code)[:40],
            title=printable(check.title),
            outcome=Outcome.NOT_CHECKABLE,
            claimed=shown(check),
            why=why,
        )
        for check in claimed.checks
    )


def _generalises(row: Compared, found: Found) -> Compared:
    """Hold a check that passes on the public seed to the fresh ones: most of them must agree."""
    fresh = [
        check
        for project in found.fresh.values()
        for check in project.checks
        if check.code == row.code and check.kind is Kind.CRITERION
    ]
    if not fresh:
        return row
    passed = sum(check.passed for check in fresh)
    counted = row.model_copy(update={"fresh_passed": passed, "fresh": len(fresh)})
    ours = found.checks()[row.code]
    if not ours.passed or 2 * passed >= len(fresh):
        return counted
    why = f"It holds for the public seed, and for {passed} of {len(fresh)} fresh ones."
    unknown = sum(check.cause.ours for check in fresh)
    if 2 * (passed + unknown) >= len(fresh):
        why = f"{why} {unknown} of them could not be measured here."
        return counted.model_copy(update={"outcome": Outcome.NOT_CHECKABLE, "why": why})
    return counted.model_copy(update={"outcome": Outcome.MISMATCH, "why": why})


def _row(
    found: Found, ours: Check, outcome: Outcome, theirs: Check | None = None, why: str = ""
) -> Compared:
    return Compared(
        project=found.project.slug,
        code=ours.code,
        title=ours.title,
        outcome=outcome,
        claimed=shown(theirs) if theirs else "",
        found=shown(ours),
        why=why,
        state=ours.state,
    )


def shown(check: Check) -> str:
    """Write how a check ended, with its number where it has one, and the cause where not."""
    value = number(check) if check.measured else str(check.cause)
    return printable(", ".join(filter(None, (str(check.state), value))))
