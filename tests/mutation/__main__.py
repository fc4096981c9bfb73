"""Grade a random sample of a project's mutants: ``python -m tests.mutation p02 --sample 40``.

mutmut changes one expression or statement of a task's body at a time. Tests look first, then the
criteria, then the types; what none of them notices has survived and is listed. A sample is drawn
from a seed, so a share comes with its Wilson interval; ``--sample 0`` takes all.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from rich.console import Console
from rich.text import Text

from scorecard.catalog.find import choose
from scorecard.catalog.model import Project
from scorecard.catalog.read import read_catalog
from scorecard.entry import Request
from scorecard.evals.court import judging
from scorecard.ledger import Kind
from scorecard.place import GRADER_ROOT, Place
from scorecard.run import Run
from scorecard.sandbox.staging import stage
from shared.criteria import share
from shared.llm.messages import Frozen
from shared.settings import Settings
from tests.conformance.environments import InstallError, ensure

LOCKS = Path(__file__).with_name("locks")
JUDGES = (Kind.TESTS, Kind.CRITERION, Kind.TYPES)
SKIPPED = ("__init__.py", "__main__.py")
SURVIVED = "survived"


class Mutant(Frozen):
    """One change: where, what, and the whole file with it."""

    file: Path
    line: int
    task: int
    diff: str
    code: str


async def generate(project: Project, home: Path) -> list[Mutant]:
    """Let mutmut change every module of a project, in an environment of its own."""
    folder, _ = await ensure("mutmut", home, locks=LOCKS, shelf="mutation")
    modules = sorted((GRADER_ROOT / "projects" / project.slug).glob("*.py"))
    files = [str(file) for file in modules if file.name not in SKIPPED]
    script = str(Path(__file__).with_name("generate.py"))
    process = await asyncio.create_subprocess_exec(
        *(str(folder / "bin" / "python"), script, *files),
        cwd=LOCKS.parent,  # mutmut's settings lie there
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise InstallError("mutmut could not read the project; what it said is above.")
    return [Mutant.model_validate_json(line) for line in printed.splitlines()]


class Judge:
    """Grades staged copies of one project, and knows what the reference itself reaches."""

    def __init__(self, place: Place, settings: Settings, project: Project, seed: int) -> None:
        self._place, self._settings, self._project, self._seed = place, settings, project, seed
        self._reference: dict[Kind, set[str]] = {}

    async def noticed_by(self, mutant: Mutant) -> str:
        """Name the kind of check that notices, or say that it survived."""
        for kind in JUDGES:
            if kind not in self._reference:
                self._reference[kind] = await self._passed(kind, None)
            if self._reference[kind] - await self._passed(kind, mutant):
                return str(kind)
        return SURVIVED

    async def _passed(self, kind: Kind, mutant: Mutant | None) -> set[str]:
        with tempfile.TemporaryDirectory(prefix="mutation-", ignore_cleanup_errors=True) as folder:
            root, here = Path(folder), self._place
            stage(here.root, self._project.slug, root, house=here.grader, graders=here.root)
            if mutant:
                (root / mutant.file.relative_to(here.root)).write_text(mutant.code)
            copy = Place(root, here.home, here.grader, f"mutation/{kind}")
            request = Request(seed=self._seed, use_cache=False, kinds=frozenset({kind}))
            card = await Run(copy, self._settings, request).grade()
        return {check.code for check in card.checks if check.passed}


async def judge(console: Console, project: Project, home: Path, sample: int, seed: int) -> None:
    """Grade the sample, a line each, and say what share was noticed."""
    found = await generate(project, home)
    drawn = Random(seed)  # noqa: S311 (a sample, to be repeated)
    chosen = drawn.sample(found, min(sample or len(found), len(found)))
    counts: Counter[str] = Counter()
    judged = Judge(Place(GRADER_ROOT, home), Settings(), project, seed)
    console.print(f"{project.id}: {len(chosen)} of {len(found)} mutants", highlight=False)
    for mutant in chosen:
        verdict = await judged.noticed_by(mutant)
        counts[verdict] += 1
        where = f"task {mutant.task}, {mutant.file.name}:{mutant.line}"
        console.print(Text(f"  {where:<36} {verdict}", style="red" if verdict == SURVIVED else ""))
        if verdict == SURVIVED:
            console.print(Text(mutant.diff, style="dim"))
    told = share([verdict != SURVIVED for verdict in counts.elements()])
    by = ", ".join(f"{kind} {counts[kind]}" for kind in (*JUDGES, SURVIVED))
    noticed = f"{told.value:.2f} [{told.low:.2f}, {told.high:.2f}]"
    console.print(f"{project.id}: noticed {noticed} ({by})", highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 2 where it could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("projects", nargs="*", help="p02, 2 or p02_structured_outputs; all")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each; 0 for all")
    parser.add_argument("--seed", type=int, default=7, help="what sample and cases are drawn from")
    asked = parser.parse_args(arguments)
    home = Path(os.environ.get("CAPSTONE_HOME", ".capstone")).absolute()
    console = Console(width=100)
    try:
        with judging():
            for project in choose(read_catalog(GRADER_ROOT), asked.projects):
                asyncio.run(judge(console, project, home, asked.sample, asked.seed))
    except (InstallError, json.JSONDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
