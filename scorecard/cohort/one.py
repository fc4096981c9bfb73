"""Verify one submission, and keep whatever came of it."""

import tempfile
import time
from pathlib import Path

from pydantic import ValidationError

from scorecard.cohort.listing import Submission
from scorecard.cohort.order import Order
from scorecard.cohort.seat import Seat
from scorecard.cohort.store import Record
from scorecard.verify.result import Verification


async def grade_one(seat: Seat, submission: Submission, order: Order, digest: str) -> Record:
    """Grade it; whatever goes wrong stands in the record and is never raised."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cohort-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "verification.json")
        arguments = _arguments(submission, order, file)
        trouble = await seat.verify(arguments, Path(folder), order.timeout_s)
        told = _read(file)
    return Record(
        submission=submission,
        order=digest,
        seconds=round(time.monotonic() - started, 1),
        trouble="" if told else trouble,
        verification=told,
    )


def _arguments(submission: Submission, order: Order, file: Path) -> tuple[str, ...]:
    return (
        *("--root", str(order.root), "verify", "--quiet", "--json", str(file)),
        *("--seeds", str(order.seeds), "--sandbox", order.sandbox),
        *("--jobs", "1", f"--commit={submission.commit}"),
        *(("--projects", *order.projects) if order.projects else ()),
        *("--", submission.repository),
    )


def _read(file: Path) -> Verification | None:
    try:
        return Verification.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None
