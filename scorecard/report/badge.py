"""Badges in the usual shape: all pillars in one, or one a pillar."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from scorecard.readiness import Readiness
from scorecard.report.ending import Ending, tally, unwritten
from scorecard.report.result import PillarResult, Scorecard

COLOURS = {
    Readiness.NOT_STARTED: "#59636e",
    Readiness.STARTED: "#8a5a00",
    Readiness.WORKS: "#2f6f9f",
    Readiness.ROBUST: "#1f6f43",
    Readiness.SENIOR: "#116329",
}
DARK = "#3b434b"
HEIGHT, PADDING, LETTER = 20, 7, 6.4
NARROW, BROAD = frozenset("fijlrtI1 .:,|'!()"), frozenset("mwMW%")


def badge_text(card: Scorecard) -> str:
    """Draw every pillar that has projects, and how much nobody knows."""
    parts = [("capstone", DARK)]
    parts += [
        (f"{pillar.pillar}: {pillar.readiness}", COLOURS[pillar.readiness])
        for pillar in card.pillars
        if pillar.projects
    ]
    found = tally((project, check) for project in card.projects for check in project.checks)
    if unknown := found[Ending.COULD_NOT_CHECK]:
        parts.append((f"{unknown} unknown", COLOURS[Readiness.STARTED]))
    if tasks := sum(len(unwritten(project)) for project in card.projects):
        parts.append((f"{tasks} to write", COLOURS[Readiness.NOT_STARTED]))
    return _draw(parts)


def pillar_badges(card: Scorecard) -> dict[str, str]:
    """Draw a badge for each pillar, by its name in small letters."""
    return {pillar.pillar.lower(): _pillar(pillar) for pillar in card.pillars}


def _pillar(pillar: PillarResult) -> str:
    told = str(pillar.readiness) if pillar.projects else "no project"
    return _draw([(str(pillar.pillar), DARK), (told, COLOURS[pillar.readiness])])


def _draw(parts: Sequence[tuple[str, str]]) -> str:
    title = ", ".join(text for text, _ in parts)
    left, boxes, words = 0, "", ""
    for text, colour in parts:
        wide = _width(text) + 2 * PADDING
        boxes += f'<rect x="{left}" width="{wide}" height="{HEIGHT}" fill="{colour}"/>'
        words += (
            f'<text x="{left + PADDING}" y="14" textLength="{wide - 2 * PADDING}">'
            f"{escape(text)}</text>"
        )
        left += wide
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left}" height="{HEIGHT}" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<clipPath id="r"><rect width="{left}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)">{boxes}</g><g fill="#fff" '
        f'font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">{words}</g></svg>\n'
    )


def _width(text: str) -> int:
    """Estimate how wide a text is; ``textLength`` makes the estimate true."""
    sizes = {**dict.fromkeys(NARROW, 0.6), **dict.fromkeys(BROAD, 1.5)}
    return round(sum(LETTER * sizes.get(letter, 1.0) for letter in text))
