"""The board as a picture: an SVG of what the terminal shows."""

import io

from rich.console import Console

from scorecard.report.board import show_board
from scorecard.report.result import Scorecard

COLUMNS = 120


def svg_text(card: Scorecard) -> str:
    """Draw the board."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    show_board(console, card)
    return console.export_svg(title="make scorecard", unique_id="board")
