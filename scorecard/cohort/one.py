"""Verify one submission in a process of its own, which may crash, hang or be killed alone."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from pydantic import ValidationError

from scorecard.cohort.listing import Submission
from scorecard.cohort.order import Order
from scorecard.cohort.store import Record
from scorecard.place import GRADER_ROOT
from scorecard.sandbox.process import Process
from scorecard.verify.result import Verification


async def grade_one(submission: Submission, order: Order, digest: str) -> Record:
    """Grade it; whatever goes wrong stands in the record and is never raised."""
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
