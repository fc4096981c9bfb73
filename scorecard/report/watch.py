"""Show a run while it goes on: a table that changes, or plain lines where there is no terminal."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from scorecard.ledger import Kind

SHOWN = (Kind.TYPES, Kind.LINT, Kind.TESTS, Kind.CRITERION)


class Board:
    """A table with a row a project, redrawn ten times a second."""

    def __init__(self, console: Console) -> None:
        self._cells: dict[tuple[str, str], str | Spinner] = {}
        self._slugs: tuple[str, ...] = ()
        self._live = Live(console=console, refresh_per_second=10, transient=True)
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.get_renderable = self._table  # type: ignore[method-assign]  # rich's own way
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the table away."""
        self._live.stop()

    def expect(self, slugs: tuple[str, ...]) -> None:
        """Show a row for each project."""
        self._slugs = slugs

    def step(self, slug: str, kind: str, what: str) -> None:
        """Show what is done now."""
        cell = self._cells.get((slug, kind))
        text = Text(what[:28], style="dim")
        if isinstance(cell, Spinner):
            cell.update(text=text)
        else:
            self._cells[slug, kind] = Spinner("dots", text)

    def end(self, slug: str, kind: str, summary: str) -> None:
        """Show how it went."""
        self._cells[slug, kind] = summary

    def _table(self) -> Table:
        title = f"grading, {time.monotonic() - self._started:.0f} s"
        table = Table("project", *SHOWN, box=None, title=title, title_justify="left", min_width=90)
        for slug in self._slugs:
            table.add_row(slug, *(self._cells.get((slug, kind), "—") for kind in SHOWN))
        return table


class Lines:
    """One line for each thing that ended."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        """Nothing to prepare."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to clear."""

    def expect(self, slugs: tuple[str, ...]) -> None:
        """Say how many projects there are."""
        self._console.print(f"grading {len(slugs)} project{'' if len(slugs) == 1 else 's'}")

    def step(self, slug: str, kind: str, what: str) -> None:
        """Too much for a log."""

    def end(self, slug: str, kind: str, summary: str) -> None:
        """Print it."""
        self._console.print(f"{slug} {kind}: {summary}")
