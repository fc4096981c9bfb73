"""Write numbers the way the reader's language does."""

import math

from scorecard.ledger import Bound, Check
from scorecard.locale import Language
from shared.criteria import Measured

NO_BREAK = "\N{NO-BREAK SPACE}"
UNITS = {"usd": "$", "tokens": "tokens", "calls": "calls", "points": "points"}


class Numbers:
    """Numbers in one language."""

    def __init__(self, language: Language) -> None:
        self._comma = language == "pt-BR"

    def short(self, value: float | None) -> str:
        """Write three digits behind the point at most."""
        if value is None:
            return ""
        if not math.isfinite(value):
            return "—"
        return self._local(f"{value:,.3f}".rstrip("0").rstrip("."))

    def whole(self, value: float) -> str:
        """Write a count, with its thousands apart."""
        return self._local(f"{value:,.0f}")

    def large(self, value: float) -> str:
        """Write a large count in a few characters: ``1.2 M``."""
        for limit, name in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
            if value >= limit:
                size = value / min(limit, 1e3) if limit < 1e6 else value / limit
                return f"{self._local(f'{size:.1f}')}{NO_BREAK}{name}"
        return self.whole(value)

    def percent(self, share: float) -> str:
        """Write a share."""
        return f"{self._local(f'{share * 100:.3g}')}{NO_BREAK}%"

    def shares(self, between: tuple[float, float]) -> str:
        """Write the ends of an interval; no line ends inside."""
        low, high = map(self.percent, between)
        return f"[{low};{NO_BREAK}{high}]"

    def dollars(self, value: float) -> str:
        """Write simulated dollars."""
        return f"${self._local(f'{value:,.4f}' if value < 1 else f'{value:,.2f}')}"

    def seconds(self, milliseconds: float) -> str:
        """Write a time."""
        if milliseconds < 1000:
            return f"{self._local(f'{milliseconds:.0f}')}{NO_BREAK}ms"
        return f"{self._local(f'{milliseconds / 1000:.1f}')}{NO_BREAK}s"

    def value(self, found: Measured) -> str:
        """Write a value with its interval."""
        written = self.short(found.value)
        if found.low is not None and found.high is not None:
            between = f"[{self.short(found.low)};{NO_BREAK}{self.short(found.high)}]"
            written += NO_BREAK + between
        return f"{written} {UNITS[found.unit]}" if found.unit in UNITS else written

    def bound(self, bound: Bound | None) -> str:
        """Write a threshold."""
        if bound is None:
            return ""
        if bound.at_least is not None:
            return f"≥{NO_BREAK}{self.short(bound.at_least)}"
        return f"≤{NO_BREAK}{self.short(bound.at_most)}"

    def told(self, check: Check) -> str:
        """Write a value against its threshold, in one line."""
        if check.measured is None:
            return ""
        return f"{self.value(check.measured)}, {self.bound(check.threshold)}"

    def _local(self, written: str) -> str:
        return written.translate({44: 46, 46: 44}) if self._comma else written
