"""Keep results: one JSON line a submission, appended whole, so that a kill loses only what ran."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from scorecard.cohort.listing import Submission
from scorecard.verify.result import Verification
from shared.errors import CapstoneError
from shared.llm.messages import Frozen

FILE = "results.jsonl"


class StoreError(CapstoneError):
    """Another cohort run uses the same folder."""


class Record(Frozen):
    """How one submission ended; ``trouble`` where it gave no verification."""

    submission: Submission
    order: str
    seconds: float
    trouble: str = ""
    verification: Verification | None = None


class Store:
    """The results of one list in one folder; use it as ``with``."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._records: dict[str, Record] = {}

    def __enter__(self) -> Self:
        """Read what is there; raises ``StoreError`` where somebody else is writing."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise StoreError(
                f"Another run writes to {self._file}.", advice="Wait for it, or choose --out."
            ) from None
        self._read()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let others write."""
        os.close(self._descriptor)

    def _read(self) -> None:
        content = self._file.read_bytes()
        if content and not content.endswith(b"\n"):
            os.write(self._descriptor, b"\n")  # a kill cut the last line; the next stands apart
        for line in content.splitlines():
            try:
                record = Record.model_validate_json(line)
            except ValidationError:
                continue
            self._records[record.submission.id] = record

    def known(self, submission: Submission, order: str) -> bool:
        """Whether this very submission was graded in this very way."""
        record = self._records.get(submission.id)
        return record is not None and (record.submission, record.order) == (submission, order)

    def add(self, record: Record) -> None:
        """Append a record and see it on the disk; the latest of an id counts."""
        line = record.model_dump_json().encode() + b"\n"
        written = os.write(self._descriptor, line)
        if written != len(line):
            raise OSError(28, "The disk is full", str(self._file))
        os.fsync(self._descriptor)
        self._records[record.submission.id] = record

    def latest(self, submissions: Sequence[Submission]) -> tuple[Record, ...]:
        """The latest record of each, in the list's order."""
        found = (self._records.get(submission.id) for submission in submissions)
        return tuple(record for record in found if record is not None)
