"""Check one project in seconds: types, lint, its tests, and the criteria of level 1.

The four run side by side, and whoever watches hears of each as it ends. What was found for the same
files is not looked for again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scorecard.catalog.ownership import Ownership
from scorecard.checks.expected import LINT, TESTS, TYPES, expected_checks
from scorecard.checks.linted import check_lint
from scorecard.checks.sources import Needs, read_sources
from scorecard.checks.tested import Tally, run_tests, tallied
from scorecard.checks.typed import check_types
from scorecard.evals.court import Court, Patience
from scorecard.evals.expected import CriteriaError, criteria_file, expected_criteria
from scorecard.learn.blame import blamed
from scorecard.learn.contrast import late_task
from scorecard.learn.examined import Counted, Examined, Missed
from scorecard.learn.reference import Desk
from scorecard.learn.standing import key_of, last, ownership_of
from scorecard.learn.store import Store
from scorecard.ledger import Cause, Check, Kind, Ledger, State, plain
from scorecard.progress import Silence
from shared.errors import CapstoneError
from shared.settings import Settings

SEED = 7
MOST = 300
GRACE_S = 2.0
"""How much longer criteria may take where a test ended in an endless loop: they meet it too."""
LEFTOVERS = (".", "#")
WHOLE = "-o truncation_limit_lines=0 -o truncation_limit_chars=0"
ADDED = f"-p scorecard.learn.pytest_told {WHOLE}"
"""What pytest is asked for a learner's sake, beyond what grading asks."""
Told = Callable[[Check, Counted | None], None]


async def examine(desk: Desk, settings: Settings, told: Told, *, fresh: bool = False) -> Examined:
    """Check the project; ``told`` hears of each part as it ends."""
    known = None if fresh else last(desk, settings)
    if known:
        for check in (*known.checks, *known.criteria):
            told(check, known.counted if check.code == TESTS else None)
        return known
    key = key_of(desk, settings)
    try:
        found = await Examination(desk, settings, told).run()
    except ExceptionGroup as group:
        raise group.exceptions[0] from None  # one part of four; the others were ended for it
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
        self._broken: Check | None = None  # where the criteria cannot be read
        self._ledger = Ledger(self._first())

    async def run(self) -> Examined:
        """Run all four parts."""
        async with self._court, asyncio.TaskGroup() as group:
            lint = group.create_task(self._part(LINT, self._lint()))
            types = group.create_task(self._part(TYPES, self._types()))
            criteria = group.create_task(self._criteria())
            tests = group.create_task(self._tests())
            ended, found = await tests
            if any(map(late_task, found.missed)):
                await self._cut_short(criteria)
        return found.model_copy(
            update={
                "checks": (types.result(), lint.result(), ended),
                "criteria": self._ledger.checks,
            }
        )

    async def _cut_short(self, criteria: "asyncio.Task[None]") -> None:
        try:
            await asyncio.wait_for(criteria, GRACE_S)
        except TimeoutError:
            self._ledger.close(Cause.TIMED_OUT, "")
            self._tell_criteria()

    def _tell_criteria(self) -> None:
        for check in self._ledger.checks:
            self._told(check, None)

    async def _part(self, code: str, work: Any) -> Check:
        try:
            check: Check = await work
        except CapstoneError as error:
            expected = self._expected[code]
            check = expected.ended(State.COULD_NOT_CHECK, Cause.RESOURCE, str(error))
        self._told(check, None)
        return check

    async def _lint(self) -> Check:
        slug, expected = self._desk.slug, self._expected[LINT]
        return without_leftovers((await check_lint(self._desk.place, [slug], expected))[slug])

    async def _types(self) -> Check:
        slug, sources = self._desk.slug, {self._desk.slug: self._sources}
        return (await check_types(self._desk.place, sources, self._expected[TYPES]))[slug]

    async def _tests(self) -> tuple[Check, Examined]:
        desk, expected = self._desk, self._expected[TESTS]
        url = await self._court.database() if self._needs.database else None
        more = {"PYTEST_ADDOPTS": ADDED, **({"DATABASE_URL": url} if url else {})}
        run, ending = await run_tests(
            desk.place,
            {desk.slug: desk.project},
            seed=SEED,
            environment=desk.place.environment(**more),
            told=lambda _slug, _test: None,
            sandbox="processes",
        )
        tally = run.tallies[desk.slug]
        check = (
            expected.ended(State.COULD_NOT_CHECK, *ending) if ending else tallied(expected, tally)
        )
        found = read_tally(desk, tally)
        self._told(check, None if ending else found.counted)
        return check, found

    @property
    def _needs(self) -> Needs:
        return self._sources.needs

    def _first(self) -> Iterable[Check]:
        """List the criteria of level 1; where they cannot be read, one that says so."""
        try:
            every = expected_criteria(criteria_file(self._desk.folder))
        except CriteriaError as error:
            code, title = f"{self._desk.project.id.upper()}.?", "The criteria can be read"
            broken = Check(code=code, kind=Kind.CRITERION, title=title, level=1)
            self._broken = broken.ended(State.COULD_NOT_CHECK, Cause.GRADER, str(error))
            return [broken]
        return [check for check in every if check.level == 1]

    async def _criteria(self) -> None:
        if self._broken:
            self._ledger.end(self._broken)
        else:
            only = tuple(check.code for check in self._ledger.checks)
            await self._court.judge(self._desk.project, self._ledger, self._needs, only=only)
        self._tell_criteria()


def without_leftovers(lint: Check) -> Check:
    """Leave out what is about an editor's own files: ``.#voting.py`` is nobody's work."""
    kept = tuple(f for f in lint.findings if not _is_leftover(f.where))
    if len(kept) == len(lint.findings):
        return lint
    state = State.FAILED if kept else State.PASSED
    return lint.ended(state, findings=kept)


def _is_leftover(where: str) -> bool:
    return Path(where.rpartition(":")[0]).name.startswith(LEFTOVERS)


def read_tally(desk: Desk, tally: Tally) -> Examined:
    """Read how the tests went: what each failure speaks of, and which tasks were tried."""
    passing = {
        test: tuple(tally.calls.get(test, ()))
        for test, outcome in tally.outcomes.items()
        if outcome == "passed"
    }
    whose = zip(desk.project.tasks, ownership_of(desk), strict=True)
    own = [task.id for task, ownership in whose if ownership is Ownership.OWN]
    every = missed(tally)
    waiting = [entry for entry in every if entry.waits_for]
    wrong = [entry for entry in every if not entry.waits_for]
    return Examined(
        tests=len(tally.collected | tally.outcomes.keys()),
        passing=len(passing),
        missed=(*blamed(desk.place.root, desk.project, own, wrong, passing), *waiting),
        tried=Counter(task for tasks in passing.values() for task in tasks),
    )


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
