"""Write numbers the way the reader's language does."""

import math

from scorecard.ledger import Bound, Check
from scorecard.locale import Language
from shared.criteria import Measured

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
                return f"{self._local(f'{size:.1f}')} {name}"
        return self.whole(value)

    def percent(self, share: float) -> str:
        """Write a share."""
        return f"{self._local(f'{share * 100:.3g}')} %"

    def dollars(self, value: float) -> str:
        """Write simulated dollars."""
        return f"${self._local(f'{value:,.4f}' if value < 1 else f'{value:,.2f}')}"

    def seconds(self, milliseconds: float) -> str:
        """Write a time."""
        if milliseconds < 1000:
            return f"{self._local(f'{milliseconds:.0f}')} ms"
        return f"{self._local(f'{milliseconds / 1000:.1f}')} s"

    def value(self, found: Measured) -> str:
        """Write a value with its interval."""
        written = self.short(found.value)
        if found.low is not None and found.high is not None:
            written += f" [{self.short(found.low)}; {self.short(found.high)}]"
        return f"{written} {UNITS[found.unit]}" if found.unit in UNITS else written

    def bound(self, bound: Bound | None) -> str:
        """Write a threshold."""
        if bound is None:
            return ""
        if bound.at_least is not None:
            return f"≥ {self.short(bound.at_least)}"
        return f"≤ {self.short(bound.at_most)}"

    def told(self, check: Check) -> str:
        """Write a value against its threshold, in one line."""
        if check.measured is None:
            return ""
        return f"{self.value(check.measured)}, {self.bound(check.threshold)}"

    def _local(self, written: str) -> str:
        return written.translate({44: 46, 46: 44}) if self._comma else written
