"""The rules that a project's starter keeps, whatever it is about.

1. The reference passes everything.   2. The starter imports, and mypy and ruff find nothing.
3. No criterion passes on the starter.   4. No test that calls a task passes on it.
5. What is public has the same signature in both.   6. Each task has hints.

``python -m scorecard starters`` tries all of them, for minutes; the tests try the quick ones.
"""

import asyncio
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scorecard.catalog.model import Project
from scorecard.checks.linted import check_lint
from scorecard.checks.sources import read_sources
from scorecard.checks.tested import Tally, run_tests
from scorecard.checks.typed import check_types
from scorecard.evals.court import Court, Patience
from scorecard.evals.expected import criteria_file, expected_criteria
from scorecard.learn.polish import polish
from scorecard.learn.starter import make_starter
from scorecard.learn.texts import public_signatures, read_modules
from scorecard.ledger import Check, Kind, Ledger
from scorecard.place import Place
from scorecard.progress import Silence
from scorecard.sandbox.staging import stage
from shared.settings import Settings

TYPES = Check(code="types", kind=Kind.TYPES, title="types", level=1)
LINT = Check(code="lint", kind=Kind.LINT, title="lint", level=1)


@dataclass(frozen=True)
class Breach:
    """One rule that a project breaks, and where."""

    rule: str
    what: str

    def __str__(self) -> str:
        """Write it in one line."""
        return f"{self.rule}: {self.what}"


def generated(place: Place, project: Project) -> dict[str, str]:
    """Generate a project's starter from the reference in the tree, in the house's style."""
    files = read_modules(place.root / "projects" / project.slug)
    return polish(place, project.slug, make_starter(project, files))


def same_signatures(files: Mapping[str, str], starter: Mapping[str, str]) -> Iterator[Breach]:
    """Compare what is public before and after."""
    for name, text in starter.items():
        before, after = public_signatures(files[name]), public_signatures(text)
        for path in before.keys() | after.keys():
            if before.get(path) != after.get(path):
                yield Breach("same signatures", f"{name}: {path}")


def stage_starter(place: Place, project: Project, into: Path) -> Place:
    """Copy a project to ``into`` and put the starter in its place."""
    stage(place.root, project.slug, into, house=place.grader, graders=place.root)
    for name, text in generated(place, project).items():
        (into / "projects" / project.slug / name).write_text(text, encoding="utf-8")
    return Place(into, place.home, place.grader, f"starters/{project.slug}")


def lint(place: Place, root: Path, project: Project) -> list[Breach]:
    """Let ruff look at the project in ``root``, and at nothing else."""
    found = asyncio.run(check_lint(Place(root, place.home, place.grader), [project.slug], LINT))
    return _found(found[project.slug])


def _found(check: Check) -> list[Breach]:
    return [Breach(check.code, f"{found.where} {found.message}") for found in check.findings]


async def clean(place: Place, project: Project) -> list[Breach]:
    """Check types and style of the project in ``place``."""
    folder = place.root / "projects" / project.slug
    sources = {project.slug: read_sources(place.root, folder)}
    types, style = await asyncio.gather(
        check_types(place, sources, TYPES), check_lint(place, [project.slug], LINT)
    )
    return [*_found(types[project.slug]), *_found(style[project.slug])]


async def tests_of(place: Place, project: Project, url: str | None) -> Tally:
    """Run a project's tests; what never ended has not passed."""
    run, _ = await run_tests(
        place,
        {project.slug: project},
        seed=7,
        environment=place.environment(**({"DATABASE_URL": url} if url else {})),
        told=lambda _slug, _test: None,
        sandbox="processes",
    )
    return run.tallies[project.slug]


async def try_rules(
    place: Place, settings: Settings, project: Project, seed: int = 7
) -> list[Breach]:
    """Try every rule on one project."""
    files = read_modules(place.root / "projects" / project.slug)
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as name:
        starter = stage_starter(place, project, Path(name))
        folder = starter.root / "projects" / project.slug
        return [
            *same_signatures(files, read_modules(folder)),
            *await clean(starter, project),
            *await free_points(place, starter, settings, project, seed),
        ]


async def free_points(
    place: Place, starter: Place, settings: Settings, project: Project, seed: int
) -> list[Breach]:
    """List every test of a task and every criterion that passes without any work."""
    folder = starter.root / "projects" / project.slug
    ledger = Ledger(expected_criteria(criteria_file(folder)))
    court = Court(
        starter,
        settings,
        seed,
        jobs=1,
        progress=Silence(),
        patience=Patience(),
        sandbox="processes",
        gated=False,
    )
    async with court:
        needs = read_sources(starter.root, folder).needs
        url = await court.database() if needs.database else None
        reference = await tests_of(place, project, url)
        tally = await tests_of(starter, project, url)
        await court.judge(project, ledger, needs)
    free = [f"{check.code} {check.title}" for check in ledger.checks if check.passed]
    return [
        *_reference_fails(reference),
        *(Breach("a test passes without work", test) for test in passing(reference, tally)),
        *(Breach("a criterion passes without work", told) for told in free),
    ]


def _reference_fails(reference: Tally) -> Iterator[Breach]:
    for test in sorted(reference.collected):
        if reference.outcomes.get(test) != "passed":
            yield Breach("the reference passes", test)


def passing(reference: Tally, starter: Tally) -> Collection[str]:
    """Name the tests that call a task, and pass on the starter all the same."""
    return sorted(
        test
        for test, tasks in reference.calls.items()
        if tasks and starter.outcomes.get(test) == "passed"
    )
