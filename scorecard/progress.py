"""Tell what a run is doing, to whoever watches."""

from typing import Protocol


class Progress(Protocol):
    """Hears what happens, project by project and kind by kind."""

    def expect(self, slugs: tuple[str, ...]) -> None:
        """Hear which projects are graded."""
        ...

    def step(self, slug: str, kind: str, what: str) -> None:
        """Hear what is done now."""
        ...

    def end(self, slug: str, kind: str, summary: str) -> None:
        """Hear how a kind of check ended for a project."""
        ...


class Silence:
    """Nobody watches."""

    def expect(self, slugs: tuple[str, ...]) -> None:
        """Ignore it."""

    def step(self, slug: str, kind: str, what: str) -> None:
        """Ignore it."""

    def end(self, slug: str, kind: str, summary: str) -> None:
        """Ignore it."""
