"""Charts as SVG, of numbers alone: no text of anybody's ever enters one.

They are decoration beside the same numbers in words, and so hidden from screen readers. Nothing in
them needs a style of its own, which the page's policy would not allow.
"""

import math
from collections.abc import Sequence

from markupsafe import Markup

from scorecard.ledger import Check
from shared.criteria import Measured

WIDTH, HEIGHT = 100, 10
UNIT_SCALES = {"share", "score"}


def bullet(check: Check) -> Markup:
    """Draw a value, its interval and its threshold on one line."""
    found, bound = check.measured, check.threshold
    if found is None or bound is None or not math.isfinite(found.value):
        return Markup("")
    threshold = bound.at_least if bound.at_least is not None else bound.at_most or 0.0
    low, high = _scale(found, threshold)
    at = _at(threshold, low, high)
    good = (at, 100.0) if bound.at_least is not None else (0.0, at)
    between = [_at(n, low, high) for n in (found.low, found.high) if n is not None]
    return _line(good, between, _at(found.value, low, high), at)


def interval(share: float, low: float, high: float) -> Markup:
    """Draw a share with its interval."""
    return _line((0.0, 100.0), [low * WIDTH, high * WIDTH], share * WIDTH)


def _line(
    good: tuple[float, float], between: Sequence[float], value: float, mark: float | None = None
) -> Markup:
    """Draw the side that passes, the interval, the threshold and the value, all in per cent."""
    parts = [_box("g", *good)]
    if len(between) == 2:
        parts.append(_box("i", between[0], max(between[1], between[0] + 1)))
    if mark is not None:
        parts.append(Markup('<rect class="t" x="{}%"/>').format(f"{mark:g}"))
    parts.append(Markup('<circle cx="{}%"/>').format(f"{value:.4g}"))
    return Markup('<svg class="k" aria-hidden="true">{}</svg>').format(Markup("").join(parts))


def _box(name: str, left: float, right: float) -> Markup:
    if right <= left:
        return Markup("")
    drawn = Markup('<rect class="{}" x="{}%" width="{}%"/>')
    return drawn.format(name, f"{left:.4g}", f"{right - left:.4g}")


def stack(counts: Sequence[tuple[str, int]]) -> Markup:
    """Draw how many there are of each, side by side; the class names are ours."""
    total = sum(count for _, count in counts) or 1
    parts: list[Markup] = []
    left = 0.0
    for name, count in counts:
        if count:
            wide = count / total * WIDTH
            parts.append(
                Markup('<rect class="{}" x="{}" width="{}" height="6"/>').format(
                    name, f"{left:.5g}", f"{max(wide - 0.4, 0.3):.5g}"
                )
            )
            left += wide
    return Markup(
        '<svg class="b" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(parts))


def course(shares: Sequence[float | None]) -> Markup:
    """Draw a share over time, a point a run; a gap where a run said nothing."""
    wide = WIDTH * 3
    step = wide / max(1, len(shares) - 1)
    at = [(index * step, 40 - 36 * s) for index, s in enumerate(shares) if s is not None]
    line = " ".join(f"{x:.4g},{y:.4g}" for x, y in at)
    points = Markup("").join(
        Markup('<circle cx="{}" cy="{}" r="2.5"/>').format(f"{x:.4g}", f"{y:.4g}") for x, y in at
    )
    return Markup(
        '<svg class="h" viewBox="-4 0 308 44" aria-hidden="true"><path class="g" d="M0 4H300M0 40'
        'H300"/><polyline points="{}"/>{}</svg>'
    ).format(line, points)


def _scale(found: Measured, threshold: float) -> tuple[float, float]:
    """Choose the ends of the axis: 0 to 1 where that is what is measured."""
    numbers = [found.value, threshold, found.low or 0.0, found.high or 0.0, 0.0]
    finite = [number for number in numbers if math.isfinite(number)]
    if found.unit in UNIT_SCALES and min(finite) >= 0 and max(finite) <= 1:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    margin = (high - low) * 0.15 or 1.0
    return (low - margin if low < 0 else 0.0), high + margin


def _at(number: float, low: float, high: float) -> float:
    """Place a number on the axis, in tenths; what lies outside stands at the end."""
    if not math.isfinite(number):
        return 0.0
    return round(min(1.0, max(0.0, (number - low) / (high - low))) * WIDTH, 1)
