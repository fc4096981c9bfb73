"""What the road remembers between two commands: results by content, and the hints taken.

All of it can be lost without harm; what cannot be read counts as nothing.
"""

import json
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from scorecard.cache import write_whole
from scorecard.learn.examined import Examined
from scorecard.place import Place

HINTS: TypeAdapter[dict[str, dict[int, int]]] = TypeAdapter(dict[str, dict[int, int]])


class Store:
    """A folder under ``.capstone``."""

    def __init__(self, place: Place) -> None:
        self._folder = place.home / "learn"

    def examined(self, slug: str) -> Examined | None:
        """Return the last check of a project."""
        with suppress(OSError, ValueError, ValidationError):
            return Examined.model_validate_json(self._result(slug).read_bytes())
        return None

    def keep(self, slug: str, examined: Examined) -> None:
        """Remember a check."""
        with suppress(OSError):
            write_whole(self._result(slug), examined.model_dump_json())

    def hints(self, slug: str) -> dict[int, int]:
        """Say how many hints were taken, by task."""
        return self._taken().get(slug, {})

    def take_hints(self, slug: str, task: int, count: int) -> None:
        """Remember that ``count`` hints of a task were taken."""
        known = self._taken()
        known.setdefault(slug, {})[task] = count
        with suppress(OSError):
            write_whole(self._hints, json.dumps(known, indent=2))

    def _taken(self) -> dict[str, dict[int, int]]:
        with suppress(OSError, ValueError, ValidationError):
            return HINTS.validate_json(self._hints.read_bytes())
        return {}

    @property
    def _hints(self) -> Path:
        return self._folder / "hints.json"

    def _result(self, slug: str) -> Path:
        return self._folder / f"{slug}.json"
