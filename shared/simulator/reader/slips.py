"""When a model slips: its published curve against draws that are shared by all models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.simulator.dice import Dice
from shared.simulator.profiles import Profile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slips:
    """The chance of slips in one request.

    A slip is drawn against the item's difficulty, the same for every model, so a better model is
    better item by item. With a temperature, the share of slips that the profile does not declare
    as correlated is drawn anew in every sample.
    """

    profile: Profile
    dice: Dice
    features: Mapping[str, float]
    temperature: float = 0.0

    def draw(self, label: str) -> float:
        """Draw the hardness of one decision, in [0, 1)."""
        shared = self.dice.difficulty(label)
        if not self.temperature:
            return shared
        if self.dice.difficulty(label, "kind") < self.profile.limits.correlation:
            return shared
        return self.dice.uniform(label)

    def happens(self, label: str, **more: float) -> bool:
        """Tell whether the model slips at one decision, given more of its features."""
        return self.draw(label) < self.profile.noise.slip({**self.features, **more})

    def other(self, items: Sequence[T], label: str) -> T:
        """Pick what is taken by mistake; the same for every model. Raises on an empty sequence."""
        return items[int(self.dice.difficulty(label, "other") * len(items))]

    def abstains(self, label: str) -> bool:
        """Tell whether the model admits not to know, where it was told that it may."""
        return self.draw(f"abstain {label}") < self.profile.limits.abstains

    def random(self, label: str) -> float:
        """Draw from the model's own dice, in [0, 1)."""
        return self.dice.uniform(label)
