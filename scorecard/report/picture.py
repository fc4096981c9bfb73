"""The board as a picture: an SVG of what the terminal shows."""

import io
import re

from rich.console import Console

from scorecard.report.board import show_board
from scorecard.report.junit import FORBIDDEN
from scorecard.report.result import Scorecard

COLUMNS = 120
FONTS_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def svg_text(card: Scorecard) -> str:
    """Draw the board; the picture makes no request when it is looked at."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    show_board(console, card)
    drawn = console.export_svg(title="make scorecard", unique_id="board")
    return FORBIDDEN.sub("�", FONTS_FROM_ELSEWHERE.sub("", drawn))
