"""Check one project in seconds: types, lint, its tests, and the criteria of level 1.

The four run side by side, and whoever watches hears of each as it ends. What was found for the same
files is not looked for again.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from scorecard.checks.expected import LINT, TESTS, TYPES, expected_checks
from scorecard.checks.linted import check_lint
from scorecard.checks.sources import Needs, read_sources
from scorecard.checks.tested import Tally, run_tests, tallied
from scorecard.checks.typed import check_types
from scorecard.evals.court import Court, Patience
from scorecard.evals.expected import CriteriaError, criteria_file, expected_criteria
from scorecard.learn.examined import Examined, Missed
from scorecard.learn.reference import Desk
from scorecard.learn.standing import key_of, last
from scorecard.learn.store import Store
from scorecard.ledger import Cause, Check, Kind, Ledger, State, plain
from scorecard.progress import Silence
from shared.errors import CapstoneError
from shared.settings import Settings

SEED = 7
MOST = 300
Told = Callable[[Check], None]


async def examine(desk: Desk, settings: Settings, told: Told, *, fresh: bool = False) -> Examined:
    """Check the project; ``told`` hears of each part as it ends."""
    known = None if fresh else last(desk, settings)
    if known:
        for check in (*known.checks, *known.criteria):
            told(check)
        return known
    key = key_of(desk, settings)
    found = await Examination(desk, settings, told).run()
    if key_of(desk, settings) == key and all(map(_lasting, (*found.checks, *found.criteria))):
        found = found.model_copy(update={"key": key})
        Store(desk.place).keep(desk.slug, found)
    return found


def _lasting(check: Check) -> bool:
    return not check.cause.ours and check.cause is not Cause.TIMED_OUT


class Examination:
    """One check of one project."""

    def __init__(self, desk: Desk, settings: Settings, told: Told) -> None:
        self._desk = desk
        self._settings = settings
        self._told = told
        self._sources = read_sources(desk.place.root, desk.folder)
        self._expected = {check.code: check for check in expected_checks()}
        self._court = Court(
            desk.place,
            settings,
            SEED,
            jobs=1,
            progress=Silence(),
            patience=Patience(),
            sandbox="processes",
            gated=True,
        )

    async def run(self) -> Examined:
        """Run all four parts."""
        async with self._court, asyncio.TaskGroup() as group:
            lint = group.create_task(self._part(LINT, self._lint()))
            types = group.create_task(self._part(TYPES, self._types()))
            tests = group.create_task(self._tests())
            criteria = group.create_task(self._criteria())
        ended, tally = tests.result()
        return Examined(
            checks=(types.result(), lint.result(), ended),
            criteria=criteria.result(),
            tests=len(tally.collected | tally.outcomes.keys()),
            missed=tuple(missed(tally)),
        )

    async def _part(self, code: str, work: Any) -> Check:
        try:
            check: Check = await work
        except CapstoneError as error:
            expected = self._expected[code]
            check = expected.ended(State.COULD_NOT_CHECK, Cause.RESOURCE, str(error))
        self._told(check)
        return check

    async def _lint(self) -> Check:
        slug = self._desk.slug
        return (await check_lint(self._desk.place, [slug], self._expected[LINT]))[slug]

    async def _types(self) -> Check:
        slug, sources = self._desk.slug, {self._desk.slug: self._sources}
        return (await check_types(self._desk.place, sources, self._expected[TYPES]))[slug]

    async def _tests(self) -> tuple[Check, Tally]:
        project, expected = self._desk.project, self._expected[TESTS]
        url = await self._court.database() if self._needs.database else None
        run, ending = await run_tests(
            self._desk.place,
            {project.slug: project},
            seed=SEED,
            environment=self._desk.place.environment(**({"DATABASE_URL": url} if url else {})),
            told=lambda _slug, _test: None,
            sandbox="processes",
        )
        tally = run.tallies[project.slug]
        check = (
            expected.ended(State.COULD_NOT_CHECK, *ending) if ending else tallied(expected, tally)
        )
        self._told(check)
        return check, tally

    @property
    def _needs(self) -> Needs:
        return self._sources.needs

    async def _criteria(self) -> tuple[Check, ...]:
        try:
            every = expected_criteria(criteria_file(self._desk.folder))
        except CriteriaError as error:
            code, title = f"{self._desk.project.id.upper()}.?", "The criteria can be read"
            broken = Check(code=code, kind=Kind.CRITERION, title=title, level=1)
            return (broken.ended(State.COULD_NOT_CHECK, Cause.GRADER, str(error)),)
        first = [check for check in every if check.level == 1]
        ledger = Ledger(first)
        await self._court.judge(
            self._desk.project,
            ledger,
            self._needs,
            only=tuple(check.code for check in first),
        )
        for check in ledger.checks:
            self._told(check)
        return ledger.checks


def missed(tally: Tally) -> list[Missed]:
    """List the tests that do not pass, with what each said first."""
    return [
        Missed(
            name=plain(test, MOST),
            where=plain(str(said["where"]), MOST),
            message=plain(str(said["message"]), MOST),
            more=tuple(plain(str(entry), MOST) for entry in said.get("more", ())),
            calls=tuple(sorted(tally.calls.get(test, ()))),
            waits_for=int(said.get("unwritten", 0)),
        )
        for test, said in tally.missed.items()
    ]
