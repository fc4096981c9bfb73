"""Verify each submission in a process of its own, which may crash, hang or be killed alone."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from scorecard.cohort.listing import Submission
from scorecard.cohort.store import Record, Store
from scorecard.digest import digest_text, digest_tree
from scorecard.place import GRADER_ROOT
from scorecard.sandbox.process import Process
from scorecard.verify.result import Verification


@dataclass(frozen=True)
class Order:
    """How every submission is graded."""

    root: Path
    seeds: int
    sandbox: str
    projects: tuple[str, ...] = ()
    timeout_s: float = 1800
    jobs: int = 2

    @property
    def digest(self) -> str:
        """Hash what a verdict depends on beside the submission."""
        graders = digest_tree(
            self.root / "projects", GRADER_ROOT / "scorecard", GRADER_ROOT / "shared"
        )
        return digest_text(graders, self.seeds, self.sandbox, self.projects)[:16]


class Audience(Protocol):
    """Hears how it goes."""

    def skipped(self, count: int) -> None:
        """Hear how many were graded before."""
        ...

    def ended(self, record: Record) -> None:
        """Hear how one ended."""
        ...


async def grade_all(
    submissions: Sequence[Submission],
    order: Order,
    store: Store,
    audience: Audience,
    *,
    again: frozenset[str] = frozenset(),
) -> None:
    """Grade what is not known yet, and what is asked for again; each result is stored at once."""
    digest = order.digest
    left = [s for s in submissions if s.id in again or not store.known(s, digest)]
    audience.skipped(len(submissions) - len(left))
    seats = asyncio.Semaphore(order.jobs)

    async def grade(submission: Submission) -> None:
        async with seats:
            record = await _graded(submission, order, digest)
        store.add(record)
        audience.ended(record)

    try:
        async with asyncio.TaskGroup() as group:
            for submission in left:
                group.create_task(grade(submission))
    except* OSError as errors:  # a full disk: nothing more can be kept
        raise next(leaf for leaf in errors.exceptions if isinstance(leaf, OSError)) from None


async def _graded(submission: Submission, order: Order, digest: str) -> Record:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cohort-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "verification.json")
        trouble = await _verify(submission, order, file)
        told = _read(file)
    if told is None and not trouble:
        trouble = "crashed: the verifier left no result"
    return Record(
        submission=submission,
        order=digest,
        seconds=round(time.monotonic() - started, 1),
        trouble="" if told else trouble,
        verification=told,
    )


async def _verify(submission: Submission, order: Order, file: Path) -> str:
    """Run the verifier; return what is to be said where it does not end as it should."""
    process = Process(
        _program(submission, order, file),
        environment={**os.environ, "TMPDIR": str(file.parent)},
        folder=GRADER_ROOT,
    )
    try:
        async with process, asyncio.timeout(order.timeout_s):
            code = await process.wait()
    except TimeoutError:
        return f"timed out: it took longer than {order.timeout_s:g} s"
    except OSError as error:
        return f"not started: {error}"
    last = process.printed.text.strip().splitlines()[-1:]
    return f"crashed: exit code {code}{', ' + last[0][:200] if last else ''}"


def _program(submission: Submission, order: Order, file: Path) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "scorecard", "--root", str(order.root), "verify", "--quiet"),
        *("--json", str(file), "--seeds", str(order.seeds), "--sandbox", order.sandbox),
        *("--jobs", "1", f"--commit={submission.commit}"),
        *(("--projects", *order.projects) if order.projects else ()),
        *("--", submission.repository),
    )


def _read(file: Path) -> Verification | None:
    try:
        return Verification.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
