"""CSV: a row a check, for whoever opens a spreadsheet."""

import csv
import io
from collections.abc import Iterator

from scorecard.report.result import Scorecard

COLUMNS = (
    *("project", "pillar", "code", "kind", "level", "title", "state", "cause", "detail"),
    *("value", "low", "high", "n", "unit", "at_least", "at_most", "where"),
    *("model", "answers", "seed", "commit"),
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(card: Scorecard) -> str:
    """Write every check; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(card):
        writer.writerow([cell(value) for value in row])
    return text.getvalue()


def _rows(card: Scorecard) -> Iterator[tuple[object, ...]]:
    found = card.evidence
    run = (found.model, found.answers, found.seed, found.commit)
    for project in card.projects:
        for c in project.checks:
            m, bound = c.measured, c.threshold
            yield (
                *(project.id, project.pillar, c.code, c.kind, c.level, c.title, c.state, c.cause),
                *(c.detail, *((m.value, m.low, m.high, m.n, m.unit) if m else [None] * 5)),
                *((bound.at_least, bound.at_most) if bound else (None, None)),
                *(c.where, *run),
            )


def cell(value: object) -> object:
    """Write text so that a spreadsheet shows it, and numbers as they are."""
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    written = str(value)
    return f"'{written}" if written.lstrip(" ").startswith(FORMULAS) else written
