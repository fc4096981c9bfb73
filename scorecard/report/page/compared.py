"""The page that shows several candidates side by side."""

from scorecard.catalog.model import Pillar
from scorecard.locale import Language
from scorecard.report.compare import COUNTED, OF_WHAT, REFUSED, Comparison
from scorecard.report.page.render import render


def comparison_text(
    found: Comparison, language: Language, known: frozenset[str] = frozenset()
) -> str:
    """Write it; ``known`` are the titles that are in that language."""
    page = render("compare.html.jinja", language, known=known)
    told = {"refused": REFUSED, "of_what": OF_WHAT, "counted": COUNTED}
    return page.substitute(found=found, pillars=list(Pillar), **told)
