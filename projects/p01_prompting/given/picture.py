"""Show an ablation in a terminal: a table, and accuracy against cost."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from projects.p01_prompting.ablation import Row, choose_strategy, gain

WIDTH: Final = 56
HEIGHT: Final = 14
LETTERS: Final = "zfcsdr"
COLOURS: Final = ("cyan", "magenta", "yellow", "green", "blue", "red")


def tables(rows: Sequence[Row]) -> Iterator[RenderableType]:
    """Give a table and a chart for each model; simulated and live ones never share one."""
    for (model, live), group in groupby(rows, key=lambda row: (row.model, row.live)):
        of_model = list(group)
        yield Group(_table(model, of_model, live=live), chart(of_model), _choice(of_model))


def _table(model: str, rows: Sequence[Row], *, live: bool) -> Table:
    source = "LIVE, a real model" if live else "simulated"
    table = Table(
        title=f"{model} ({source}), {len(rows[0].right)} items",
        title_justify="left",
        box=SIMPLE,
        pad_edge=False,
        collapse_padding=True,
    )
    for name in (
        "strategy",
        "accuracy",
        "95 %",
        "over the first",
        "tokens",
        "USD",
        "p95",
    ):
        table.add_column(name, justify="left" if name == "strategy" else "right", no_wrap=True)
    first = rows[0]
    for letter, row in zip(LETTERS, rows, strict=False):
        low, high = row.interval
        found = gain(row, first)
        table.add_row(
            f"{letter} {row.strategy}",
            f"{row.accuracy:.3f}",
            f"{low:.2f}-{high:.2f}",
            "" if row is first else f"{100 * found.points:+.1f} {found.verdict}",
            f"{row.tokens / 1000:.0f}k",
            "unknown" if row.usd is None else f"{row.usd:.4f}",
            f"{row.p95_s:.1f} s",
        )
    return table


def _choice(rows: Sequence[Row]) -> Text:
    choice = choose_strategy(rows)
    return Text(f"Choose {choice.strategy}: {choice.reason}\n")


def costs_of(rows: Sequence[Row]) -> tuple[list[float], str]:
    """Give what rows cost, in dollars if all are priced, else in tokens."""
    if all(row.usd is not None for row in rows):
        return [float(row.usd or Decimal(0)) for row in rows], "USD"
    return [float(row.tokens) for row in rows], "tokens"


def chart(rows: Sequence[Row]) -> Text:
    """Draw accuracy against cost in characters; the letters are those of the table."""
    costs, unit = costs_of(rows)
    most = max(costs) or 1.0
    cells = [[" "] * (WIDTH + 1) for _ in range(HEIGHT + 1)]
    for at, (row, cost) in enumerate(zip(rows, costs, strict=True)):
        x, y = round(WIDTH * cost / most), round(HEIGHT * row.accuracy)
        while x < WIDTH and cells[HEIGHT - y][x] != " ":
            x += 1
        cells[HEIGHT - y][x] = LETTERS[at % len(LETTERS)]
    text = Text()
    for at, line in enumerate(cells):
        text.append(f"{1 - at / HEIGHT:4.2f} ┤" if at % 7 == 0 else "     │", style="dim")
        for cell in line:
            style = COLOURS[LETTERS.index(cell)] if cell in LETTERS else ""
            text.append(cell, style=style)
        text.append("\n")
    text.append(f"     └{'─' * WIDTH}\n      0{f'{most:,.4g} {unit}':>{WIDTH - 1}}\n", style="dim")
    return text
