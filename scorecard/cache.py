"""Remember results by the content they were computed from.

An entry is named by the hash of everything that went in, so nothing is ever stale; one that cannot
be read counts as missing. Only the newest entry of each project and kind is kept.
"""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scorecard.about import About
from scorecard.ledger import Check
from scorecard.spent import Spent

CHECKS: TypeAdapter[tuple[Check, ...]] = TypeAdapter(tuple[Check, ...])


class Cache:
    """Checks on disk, one file a project and kind."""

    def __init__(self, folder: Path, *, enabled: bool = True) -> None:
        self._folder = folder
        self._enabled = enabled

    def get(self, slug: str, kind: str, key: str) -> tuple[Check, ...] | None:
        """Return what was stored under ``key``."""
        if not self._enabled:
            return None
        with suppress(OSError, ValueError, ValidationError, KeyError, TypeError):
            entry = json.loads(self._file(slug, kind).read_bytes())
            if entry["key"] == key:
                return CHECKS.validate_python(entry["checks"])
        return None

    def spent(self, slug: str, kind: str, key: str) -> Spent | None:
        """Return what the checks under ``key`` had cost, where that was known."""
        with suppress(OSError, ValueError, ValidationError, KeyError, TypeError):
            entry = json.loads(self._file(slug, kind).read_bytes())
            if entry["key"] == key and entry["spent"]:
                return Spent.model_validate(entry["spent"])
        return None

    def put(
        self,
        slug: str,
        kind: str,
        key: str,
        checks: tuple[Check, ...],
        spent: Spent | None = None,
    ) -> None:
        """Store ``checks``; a full disk costs the next run some time, and nothing else."""
        entry = {
            "key": key,
            "checks": CHECKS.dump_python(checks, mode="json"),
            "spent": spent.model_dump(mode="json") if spent else None,
        }
        with suppress(OSError):
            write_whole(self._file(slug, kind), json.dumps(entry))

    def about(self, slug: str, key: str) -> About | None:
        """Return what was read from the same files before."""
        if self._enabled:
            with suppress(OSError, ValueError, ValidationError, KeyError, TypeError):
                entry = json.loads(self._file(slug, "about").read_bytes())
                if entry["key"] == key:
                    return About.model_validate(entry["about"])
        return None

    def put_about(self, slug: str, key: str, about: About) -> None:
        """Store what files say."""
        entry = {"key": key, "about": about.model_dump(mode="json")}
        with suppress(OSError):
            write_whole(self._file(slug, "about"), json.dumps(entry))

    def _file(self, slug: str, kind: str) -> Path:
        return self._folder / slug / f"{kind}.json"


def write_whole(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as writer:
            writer.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
