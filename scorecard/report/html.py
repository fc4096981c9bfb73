"""The page as one of the formats."""

from scorecard.report.page.render import page_text
from scorecard.report.result import Scorecard


def html_text(card: Scorecard) -> str:
    """Write the result as a page, in English and without a history."""
    return page_text(card)
