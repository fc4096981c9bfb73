"""The held-out model of an exam: drawn from the exam's seed, so nobody can have practised on it."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from shared.simulator.dice import Dice, run_key
from shared.simulator.profiles import FAST, SMART, Curve, Limits, Profile

HELD_OUT: Final = "sim-heldout"
_CENT: Final = Decimal("0.01")

T = TypeVar("T", Limits, Profile)


def held_out(seed: int | bytes) -> Profile:
    """Draw the profile: each number lies between those of ``sim-fast`` and of ``sim-smart``.

    Numbers are drawn independently of each other, so the profile has strengths and weaknesses that
    neither of the two has together.
    """
    dice = Dice(run_key(seed)).sub("held-out")
    drawn = _between(FAST, SMART, dice)
    return replace(
        drawn, name=HELD_OUT, title="held out: drawn between sim-fast and sim-smart", analogue=""
    )


def _between(low: T, high: T, dice: Dice) -> T:
    names = [field.name for field in fields(low)]
    pairs = {name: (getattr(low, name), getattr(high, name)) for name in names}
    return replace(low, **{name: _value(*pair, dice, name) for name, pair in pairs.items()})


def _value(low: Any, high: Any, dice: Dice, name: str) -> Any:
    """Draw one value; counts and prices on a logarithmic scale, words from the two."""
    if low == high:
        return low
    share = dice.uniform(name)
    if isinstance(low, Limits):
        return _between(low, high, dice.sub(name))
    if isinstance(low, Curve):
        weights = {
            feature: _value(weight, high.weights[feature], dice.sub(name), feature)
            for feature, weight in low.weights.items()
        }
        return Curve(low.bias + share * (high.bias - low.bias), weights)
    if isinstance(low, str):
        return dice.choice((low, high), name)
    return _number(low, high, share)


def _number(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, int):
        return round(low * (high / low) ** share)
    if isinstance(low, Decimal):
        return (low * Decimal((float(high) / float(low)) ** share)).quantize(_CENT)
    return low + share * (high - low)
