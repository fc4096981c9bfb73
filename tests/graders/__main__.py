"""Measure, side by side in one run: ``python -m tests.graders``.

The same right submission many times over, two at a time, to each grader. Ours clones a repository,
stages it, and runs it in a sandbox if there is one; the others get a folder and confine nothing.
CPU time is that of all processes below this one; the wall clock is only fair on a quiet machine.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from scorecard.place import GRADER_ROOT
from scorecard.sandbox.confine import choose_sandbox
from tests.conformance.environments import InstallError, ensure, megabytes
from tests.graders import whole
from tests.graders.exercise import for_check50, for_nbgrader, for_scorecard

LOCKS = Path(__file__).with_name("locks")
JOBS = 2
T = TypeVar("T")


class BenchError(Exception):
    """A program failed; the message is the end of what it said."""


@dataclass(frozen=True)
class Cost:
    """What ``count`` submissions cost."""

    count: int
    wall_s: float
    cpu_s: float

    @property
    def per_minute(self) -> float:
        """Submissions a minute, by the wall clock."""
        return 60 * self.count / self.wall_s


async def run(*program: str | Path, folder: Path, path: str = "") -> str:
    """Run a program to its end; return what it printed, or raise ``BenchError``."""
    process = await asyncio.create_subprocess_exec(
        *map(str, program),
        cwd=folder,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    if process.returncode:
        raise BenchError(f"{program[0]}: {errors.decode(errors='replace')[-800:]}")
    return out.decode()


async def timed(count: int, work: Callable[[], Awaitable[T]]) -> tuple[Cost, T]:
    """Do it, and count what it and all below it took; return its answer too."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    answer = await work()
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(count, wall, cpu), answer


async def scorecard(folder: Path, count: int) -> Cost:
    """Grade a cohort with the public seed alone, as the others do."""
    listed = for_scorecard(folder, count)
    sandbox = "none" if choose_sandbox("auto").name == "processes" else "bubblewrap"
    program = (sys.executable, "-m", "scorecard", "--root", folder / "ours", "cohort", listed)
    more = ("--out", folder / "out", "--seeds", "0", "--jobs", str(JOBS), "--sandbox", sandbox)

    async def work() -> None:
        await run(*program, *more, folder=GRADER_ROOT)
        if (told := (folder / "out" / "cohort.csv").read_text()).count(",re-executed,") != count:
            raise BenchError(told)

    return (await timed(count, work))[0]


async def check50(folder: Path, count: int, environment: Path) -> Cost:
    """Run check50 once a submission, which is how it is used, two at a time."""
    left = list(for_check50(folder, count))
    program = (environment / "bin" / "check50", "--dev", "--output", "json", "--output-file")

    async def worker() -> None:
        while left:
            one = left.pop()
            await run(*program, one / "told.json", folder / "checks", folder=one)
            told = json.loads((one / "told.json").read_text())
            if not all(check["passed"] for check in told["results"]):
                raise BenchError(str(told))

    async def work() -> None:
        await asyncio.gather(*(worker() for _ in range(JOBS)))

    return (await timed(count, work))[0]


async def nbgrader(folder: Path, count: int, environment: Path) -> Cost:
    """Run nbgrader over a course in each of two processes."""
    courses = [folder / f"course{index}" for index in range(JOBS)]
    path, program = str(environment / "bin"), environment / "bin" / "nbgrader"
    for course in courses:
        for_nbgrader(course, count // JOBS)
        await run(program, "generate_assignment", "ps1", folder=course, path=path)

    async def grade(course: Path) -> None:
        await run(program, "autograde", "ps1", folder=course, path=path)
        await run(program, "export", folder=course, path=path)
        if (told := (course / "grades.csv").read_text()).count(",1.0,0.0,1.0,1.0") != count // JOBS:
            raise BenchError(told)

    async def work() -> None:
        await asyncio.gather(*map(grade, courses))

    return (await timed(count, work))[0]


async def repository(console: Console) -> None:
    """Show what grading a whole repository costs beside its tools, each run alone."""
    table = Table("CPU s", "of the slowest tool", "what", box=None)
    with tempfile.TemporaryDirectory(prefix="whole-") as folder:
        root = Path(folder)
        whole.write_repository(root)
        tools = {"mypy alone, cold": whole.mypy(root), "pytest alone": whole.pytest()}
        costs = {name: await _spent(root, *program) for name, program in tools.items()}
        slowest = max(costs.values())
        costs["scorecard, all new"] = await _spent(root, *whole.grade(root))
        whole.change(root)
        costs["scorecard, one project changed"] = await _spent(root, *whole.grade(root))
        costs["scorecard, nothing changed"] = await _spent(root, *whole.grade(root))
        count = whole.lines(root)
    for name, cpu_s in costs.items():
        table.add_row(f"{cpu_s:.1f}", f"{cpu_s / slowest:.2f}", name)
    console.print(table)
    console.print(f"{whole.PROJECTS} projects, {count} lines", style="dim")


async def _spent(root: Path, *program: str) -> float:
    """Count the CPU seconds of a program, which may end with 1: somebody is not done."""

    async def work() -> None:
        process = await asyncio.create_subprocess_exec(
            *program,
            cwd=root,
            env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{GRADER_ROOT}"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told = (await process.communicate())[0].decode(errors="replace")
        if process.returncode not in {0, 1}:
            raise BenchError(f"{' '.join(program)}: {told[-800:]}")

    return (await timed(1, work))[0].cpu_s


async def engines(home: Path, console: Console) -> None:
    """Show what a task costs on Dask and on Ray, and how much each brings along."""
    script, table = Path(__file__).with_name("overhead.py"), Table(box=None)
    for title in ("engine", "MB installed", "start s", "µs a task", "CPU s"):
        table.add_column(title, justify="right")
    ray, _ = await ensure("ray", home, locks=LOCKS, shelf="graders")
    for name, python in (("dask", Path(sys.executable)), ("ray", ray / "bin" / "python")):
        cost, printed = await timed(1, partial(run, python, script, name, str(JOBS), folder=home))
        told = json.loads(printed)
        size = megabytes(ray) if name == "ray" else sum(map(megabytes, _dask()))
        micros = 1e6 * told["tasks_s"] / told["tasks"]
        table.add_row(
            name, f"{size:.0f}", f"{told['start_s']:.1f}", f"{micros:.0f}", f"{cost.cpu_s:.1f}"
        )
    console.print(table)


def _dask() -> list[Path]:
    import distributed  # noqa: PLC0415 (half a second)

    packages = Path(distributed.__file__).parent.parent
    brought = ("distributed", "dask", "tornado", "msgpack", "zict", "tblib", "toolz", "partd")
    return [packages / name for name in brought]


async def graders(home: Path, console: Console, count: int) -> None:
    """Show every grader's cost beside ours."""
    places = {
        name: (await ensure(name, home, locks=LOCKS, shelf="graders", built=built))[0]
        for name, built in (("check50", "termcolor"), ("nbgrader", ""))
    }
    table = Table("grader", box=None)
    for title in ("submissions a minute", "CPU s each", "confined"):
        table.add_column(title, justify="right")
    with tempfile.TemporaryDirectory(prefix="graders-") as scratch:
        here = Path(scratch)
        for name, cost in (
            ("scorecard cohort", await scorecard(here / "scorecard", count)),
            ("check50", await check50(here / "check50", count, places["check50"])),
            ("nbgrader", await nbgrader(here / "nbgrader", count, places["nbgrader"])),
        ):
            confined = choose_sandbox("auto").name if name == "scorecard cohort" else "no"
            each = cost.cpu_s / count
            table.add_row(name, f"{cost.per_minute:.0f}", f"{each:.2f}", confined)
    console.print(table)


def main() -> int:
    """Measure what was asked for; 2 where something could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.graders", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="submissions, an even number")
    parser.add_argument("--only", choices=("graders", "whole", "engines"))
    asked = parser.parse_args()
    home = Path(os.environ.get("CAPSTONE_HOME", ".capstone")).absolute()
    console = Console()
    try:
        if asked.only in {None, "graders"}:
            asyncio.run(graders(home, console, asked.count))
        if asked.only in {None, "whole"}:
            asyncio.run(repository(console))
        if asked.only in {None, "engines"}:
            asyncio.run(engines(home, console))
    except (BenchError, InstallError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
