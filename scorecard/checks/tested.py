"""Tests: pytest in one process for all projects, watched project by project.

A project whose tests hang or take the process down is blamed and left out; those that had not
been judged yet are run again without it. So each costs its own verdict and no other.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scorecard.catalog.model import Project
from scorecard.checks.pytest_main import ARGUMENTS, project_of
from scorecard.checks.sources import SHOWN
from scorecard.checks.usage import TASKS
from scorecard.evals.order import LIVELY, PYTHON, caches, socket_folder
from scorecard.ledger import Cause, Check, Finding, State, plain
from scorecard.place import Place
from scorecard.sandbox.confine import Name, View
from scorecard.sandbox.confine import sandbox as sandbox_of
from scorecard.sandbox.process import Allowance, Process, ProtocolError
from scorecard.worker.settle import MOST_PROCESSES

BOOT = Path(__file__).parent.parent / "worker" / "boot.py"
PLUGINS = ("anyio.pytest_plugin", "_hypothesis_pytestplugin", "scorecard.checks.pytest_plugin")
Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Wanted:
    """The two checks that running the tests decides."""

    tests: Check
    tested: Check


@dataclass
class Tally:
    """What is known of one project's tests."""

    collected: set[str] = field(default_factory=set)
    outcomes: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    waiting: list[Finding] = field(default_factory=list)
    missed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    called: set[int] = field(default_factory=set)
    calls: dict[str, set[int]] = field(default_factory=dict)
    spent_s: float = 0.0

    def add(self, message: Mapping[str, Any]) -> None:
        """Enter how one test ended; of set-up, call and tear-down the worst counts."""
        test, outcome = str(message["test"]), str(message["outcome"])
        if outcome != "passed" or test not in self.outcomes:
            self.outcomes[test] = outcome
        if outcome != "passed":
            text = f"{test.partition('::')[2] or 'collection'}: {message['message']}"
            if task := int(message.get("unwritten", 0)):
                named = f"NotImplementedError: {project_of(test)[:3].upper()} task {task}"
                text = text if named in text else f"{text} ({named})"
            found = Finding(where=str(message["where"]), message=text)
            (self.waiting if task else self.findings).append(found)
            self.missed.setdefault(test, message)


@dataclass
class Run:
    """One pytest process: the tallies, and whose turn it is."""

    tallies: dict[str, Tally]
    current: str = ""
    since: float = field(default_factory=time.monotonic)
    collected: bool = False
    finished: bool = False

    def take(self, message: Mapping[str, Any]) -> None:
        """Enter one event."""
        match message.get("event"):
            case "step":
                self.turn(str(message["project"]))
            case "test":
                self.tallies[project_of(message["test"])].add(message)
            case "called":
                slug, _, number = str(message["task"]).partition(":")
                tally = self.tallies[slug]
                tally.called.add(int(number))
                tally.calls.setdefault(str(message["test"]), set()).add(int(number))
            case "collected":
                self.collected = True
                for test in message["tests"]:
                    self.tallies[project_of(test)].collected.add(test)
            case "finished":
                self.finished = True
            case _:
                raise ProtocolError(f"unknown event {message!r:.80}")

    def turn(self, slug: str) -> None:
        """Charge the time since the last turn to whoever had it."""
        if slug not in self.tallies:
            raise ProtocolError(f"there is no project {slug!r:.80}")
        now = time.monotonic()
        if self.current:
            self.tallies[self.current].spent_s += now - self.since
        self.current, self.since = slug, now

    def done(self, slug: str) -> bool:
        """Whether every test of the project has ended."""
        tally = self.tallies[slug]
        return self.finished or (self.collected and tally.collected <= tally.outcomes.keys())


async def check_tests(
    place: Place,
    projects: Mapping[str, Project],
    wanted: Wanted,
    *,
    seed: int,
    environment: Mapping[str, str],
    told: Told,
    sandbox: Name = "processes",
) -> dict[str, dict[str, Check]]:
    """Run the tests of ``projects``; return by code, by slug, how they went and what they call."""
    tests: dict[str, Check] = {}
    tested: dict[str, Check] = {}
    left = {
        slug: p
        for slug, p in projects.items()
        if (place.root / "projects" / slug / "tests").is_dir()
    }
    for slug in projects.keys() - left.keys():
        ending = (State.FAILED, Cause.MISSING, "There is no tests folder.")
        tests[slug], tested[slug] = wanted.tests.ended(*ending), wanted.tested.ended(*ending)
    while left:
        run, trouble = await run_tests(
            place, left, seed=seed, environment=environment, told=told, sandbox=sandbox
        )
        judged = {slug for slug in left if run.done(slug)} - ({run.current} if trouble else set())
        tests |= {slug: tallied(wanted.tests, run.tallies[slug]) for slug in judged}
        tested |= {s: uncalled(wanted.tested, left[s], run.tallies[s].called) for s in judged}
        if trouble:
            blamed = run.current if run.current in left else next(iter(left))
            tests[blamed] = wanted.tests.ended(State.COULD_NOT_CHECK, *trouble)
            tested[blamed] = wanted.tested.ended(State.COULD_NOT_CHECK, *trouble)
            judged.add(blamed)
        left = {slug: project for slug, project in left.items() if slug not in judged}
    return {wanted.tests.code: tests, wanted.tested.code: tested}


async def run_tests(
    place: Place,
    projects: Mapping[str, Project],
    *,
    seed: int,
    environment: Mapping[str, str],
    told: Told,
    sandbox: Name,
) -> tuple[Run, tuple[Cause, str] | None]:
    """Run one pytest; return what is known, and why it ended early if it did."""
    run = Run({slug: Tally() for slug in projects})
    allowance = Allowance(
        memory_mb=max(p.limits.memory_mb for p in projects.values()),
        file_mb=max(p.limits.file_mb for p in projects.values()),
    )
    with tempfile.TemporaryDirectory(prefix="scorecard-", ignore_cleanup_errors=True) as folder:
        confined = sandbox_of(sandbox)
        scratch = confined.scratch(Path(folder))
        arguments = _arguments(place, tuple(projects), seed, scratch)
        program = (*PYTHON, str(BOOT), "scorecard.checks.pytest_main", *map(str, place.paths))
        process = Process(
            confined.confine(program, _view(place, environment, allowance, Path(folder))),
            environment={
                **environment,
                "HOME": str(scratch),
                "TMPDIR": str(scratch),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                ARGUMENTS: json.dumps(arguments),
                **({} if sandbox == "processes" else {MOST_PROCESSES: str(LIVELY)}),
                TASKS: json.dumps({slug: _tasks(p) for slug, p in projects.items()}),
            },
            folder=place.root,
            allowance=allowance,
        )
        async with process:
            ending = await _follow(process, run, projects, told)
    return run, ending


def _view(place: Place, environment: Mapping[str, str], allowance: Allowance, folder: Path) -> View:
    """Show the tests the tree they are part of, and the code it stands on."""
    packages = tuple(path for path in place.own_paths if path != place.grader)
    theirs = (place.root / name for name in ("projects", "conftest.py"))
    own = (place.configuration, *(place.grader / name for name in ("shared", "scorecard")))
    return View(
        readable=(
            *(path for path in (*theirs, *own) if path.exists()),
            *packages,
            *caches(place.home),
            *socket_folder(environment.get("DATABASE_URL")),
        ),
        scratch_mb=allowance.file_mb,
        memory_mb=allowance.memory_mb,
        folder=place.root,
        own=folder,
    )


def _arguments(place: Place, slugs: tuple[str, ...], seed: int, folder: Path) -> list[str]:
    plugins = [part for name in PLUGINS for part in ("-p", name)]
    options = ["-m", "not live", f"--hypothesis-seed={seed}", f"--basetemp={folder / 'tests'}"]
    where = ["-c", str(place.configuration), "--rootdir", str(place.root)]
    quiet = ["-p", "no:cacheprovider", "-p", "no:terminal", "-o", "addopts="]
    strict = ["--import-mode=importlib", "--strict-markers", "--strict-config"]
    others = ["--continue-on-collection-errors"]
    tests = [f"projects/{slug}/tests" for slug in slugs]
    return [*plugins, *quiet, *strict, *others, *options, *where, *tests]


async def _follow(
    process: Process, run: Run, projects: Mapping[str, Project], told: Told
) -> tuple[Cause, str] | None:
    try:
        while not run.finished:
            async with asyncio.timeout(_left(run, projects)):
                message = await process.receive()
            if message is None:
                break
            run.take(message)
            if message["event"] == "test":
                told(project_of(message["test"]), plain(message["test"].rpartition("::")[2], 80))
    except TimeoutError:
        limit = projects[run.current].limits.tests_s if run.current else 0
        return Cause.TIMED_OUT, f"The tests took longer than {limit:g} s."
    except (ProtocolError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Cause.PROTOCOL, f"The tests' process sent something that is no event ({error})."
    if run.finished:
        return None
    code = await process.wait()
    last = " ".join(process.printed.text.split()[-40:])
    return Cause.CRASHED, f"The tests' process ended with exit code {code}: {last[-300:]}"


def _left(run: Run, projects: Mapping[str, Project]) -> float:
    """Seconds that whoever has the turn may still take."""
    if not run.current:
        return 60.0
    spent = run.tallies[run.current].spent_s + time.monotonic() - run.since
    return max(0.01, projects[run.current].limits.tests_s - spent)


def _tasks(project: Project) -> dict[int, str]:
    return {task.id: task.function for task in project.tasks}


def uncalled(expected: Check, project: Project, called: Collection[int]) -> Check:
    """Judge whether each task of a project was called while its tests ran."""
    findings = tuple(
        Finding(where=task.function, message="no test calls it")
        for task in project.tasks
        if task.id not in called
    )
    state = State.FAILED if findings else State.PASSED
    detail = f"{len(project.tasks) - len(findings)} of {len(project.tasks)}"
    return expected.ended(state, detail=detail, findings=findings)


def tallied(expected: Check, tally: Tally) -> Check:
    """Judge one project's tests: all must have run, and passed."""
    outcomes = list(tally.outcomes.values())
    passed, skipped = outcomes.count("passed"), outcomes.count("skipped")
    failed = len(outcomes) - passed - skipped
    findings = (*tally.findings, *tally.waiting)[:SHOWN]  # a fault before what is not written
    missing = len(tally.collected - tally.outcomes.keys())
    detail = f"{passed} of {len(tally.collected | tally.outcomes.keys())} passed"
    if failed:
        return expected.ended(State.FAILED, detail=detail, findings=findings)
    if not outcomes or missing or skipped:
        why = "there is no test" if not outcomes else f"{skipped} skipped, {missing} never ran"
        cause = Cause.MISSING
        return expected.ended(State.COULD_NOT_CHECK, cause, f"{detail}, {why}", findings=findings)
    return expected.ended(State.PASSED, detail=detail)
