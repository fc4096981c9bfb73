"""A claim about a profile, what was measured of it, and whether that bears it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal, TypeAlias

from shared.criteria.measure import Measured, mean, paired_gain
from shared.simulator.profiles import Profile
from shared.simulator.sensitivity.trial import Item, draw, marks

Verdict: TypeAlias = Literal["shown", "not shown", "contradicted"]
Expected: TypeAlias = Literal["gain", "even", "at most", "at least"]
Make: TypeAlias = Callable[[Random], Item]

PREDICTED = 0.04
"""The least effect, in points, that a profile's curve must foretell for a claim to expect it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How much is asked: items a claim, items where prompts are long, and the seed."""

    items: int = 200
    long_items: int = 100
    seed: int = 1

    @property
    def wider(self) -> "Setting":
        """Ask for twice the items, where the effects are small."""
        return replace(self, items=2 * self.items, long_items=2 * self.long_items)

    @property
    def widest(self) -> "Setting":
        """Ask for four times the items, where an effect is small and the slips are many."""
        return self.wider.wider

    def drawn(self, name: str, make: Callable[[Random], Item], *, long: bool = False) -> list[Item]:
        """Draw the items of one arm; arms of the same name are drawn with the same dice."""
        count = self.long_items if long else self.items
        return [make(draw(self.seed, name, number)) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was measured of one claim on one profile.

    ``before`` and ``after`` are the accuracies compared, if two were; ``effect`` is judged: a
    ``gain`` must lie above 0, ``even`` within ``bound`` of 0, the others on their side of it.
    """

    claim: str
    subject: str
    effect: Measured
    expected: Expected
    bound: float = 0.0
    before: float | None = None
    after: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Judge by the whole interval, never by the value alone."""
        low, high = self.effect.low, self.effect.high
        if low is None or high is None:
            return "not shown"
        inner = {
            "gain": low > 0,
            "even": -self.bound <= low and high <= self.bound,
            "at most": high <= self.bound,
            "at least": low >= self.bound,
        }
        outer = {
            "gain": high < 0,
            "even": low > self.bound or high < -self.bound,
            "at most": low > self.bound,
            "at least": high < self.bound,
        }
        if inner[self.expected]:
            return "shown"
        return "contradicted" if outer[self.expected] else "not shown"


Claim: TypeAlias = Callable[[Profile, Setting], list[Finding]]


def compare(
    claim: str,
    profile: Profile,
    arms: tuple[Sequence[float], Sequence[float]],
    *,
    expected: Expected,
    bound: float = 0.0,
) -> Finding:
    """Compare two arms item by item: what is claimed to be worse first."""
    worse, better = arms
    return Finding(
        claim,
        profile.name,
        paired_gain(better, worse),
        expected,
        bound,
        before=mean(worse).value,
        after=mean(better).value,
    )


def answered(profile: Profile, setting: Setting, items: Sequence[Item]) -> list[float]:
    """Ask a profile for an arm's items."""
    return marks(items, profile, setting.seed)


def foretold(profile: Profile, hard: Mapping[str, float], easy: Mapping[str, float]) -> Expected:
    """Expect a gain where the profile's curve foretells one that can be seen, else none."""
    slip = profile.noise.slip
    return "gain" if slip(hard) - slip(easy) >= PREDICTED else "even"
