"""Grade attempts at a real project the way a verifier does: staged, confined, on a fresh seed."""

import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scorecard.catalog.find import choose
from scorecard.catalog.read import read_catalog
from scorecard.checks.sources import read_sources
from scorecard.evals.court import Court, Patience
from scorecard.evals.expected import criteria_file, expected_criteria
from scorecard.ledger import Check, Ledger
from scorecard.place import GRADER_ROOT, Place
from scorecard.progress import Silence
from scorecard.sandbox.confine import Name
from scorecard.sandbox.staging import stage
from shared.settings import Settings
from tests.redteam.arena import SEED_BITS
from tests.redteam.attempts import Attempt

PROJECT = "p02"


@dataclass(frozen=True)
class Tried:
    """How one attempt fared: ``wrong`` says what was reported that is not true."""

    attempt: Attempt
    seed: int
    seconds: float
    wrong: str = ""


async def attempt(submission: Attempt, sandbox: Name, home: Path) -> Tried:
    """Grade one attempt."""
    started, seed = time.monotonic(), secrets.randbits(SEED_BITS)
    with tempfile.TemporaryDirectory(prefix="redteam-", ignore_cleanup_errors=True) as folder:
        checks = await _graded(submission, sandbox, home, Path(folder), seed)
    if submission.letter:
        told = checks if all(check.passed for check in checks) else ()
    else:
        told = tuple(check for check in checks if not check.passed)
    wrong = "; ".join(f"{c.code} {c.state} {c.cause} {c.detail}"[:200] for c in told)
    return Tried(submission, seed, time.monotonic() - started, wrong)


async def _graded(
    submission: Attempt, sandbox: Name, home: Path, folder: Path, seed: int
) -> tuple[Check, ...]:
    (project,) = choose(read_catalog(GRADER_ROOT), (PROJECT,))
    tree, root = folder / "theirs", folder / "staged"
    work = tree / "projects" / project.slug
    shutil.copytree(GRADER_ROOT / "projects" / project.slug, work)
    _write(submission, work)
    root.mkdir()
    staged = stage(tree, project.slug, root, house=GRADER_ROOT, graders=GRADER_ROOT)
    expected = expected_criteria(criteria_file(staged))
    wanted = submission.codes or tuple(check.code for check in expected)
    ledger = Ledger(check for check in expected if check.code in wanted)
    court = Court(
        Place(root, home, GRADER_ROOT),
        Settings(),
        seed,
        jobs=1,
        progress=Silence(),
        patience=Patience(),
        sandbox=sandbox,
        gated=False,
    )
    async with court:
        needs = read_sources(root, staged).needs
        await court.judge(project, ledger, needs, only=wanted)
    return ledger.checks


def _write(submission: Attempt, work: Path) -> None:
    """Turn the reference into what somebody hands in."""
    for name, text in submission.appended.items():
        module = work / name
        module.write_text(f"{module.read_text(encoding='utf-8')}{text}", encoding="utf-8")
    for name, other in submission.moved.items():
        (work / name).rename(work / other)
        front = (
            f"import sys\n\nfrom . import {other[:-3]}\n\nsys.modules[__name__] = {other[:-3]}\n"
        )
        (work / name).write_text(front, encoding="utf-8")
