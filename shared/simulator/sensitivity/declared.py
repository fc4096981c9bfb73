"""What each profile declares of itself, to be held against what is measured.

The accuracies were declared from a first measurement (seeds 1 and 2, 100 items a task; the smallest
model's on long texts also from 11 to 13), those of
the small profiles rounded to 0.05, except where limits give them: products of up to so many digits
of six, the chance to abstain, the chance to obey. Cards are measured with the seeds 21 to 23, and
the tests measure with 99 what the cards say, so a change of the reader that moves a profile shows.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.simulator.profiles import Profile

STEADY = 0.06
UNSTEADY = 0.10
"""How far, in points, accuracy may move when a prompt changes and its task does not."""
TOLERANCE = 0.10
"""How far, in points, a measured accuracy may lie from the one declared."""
TASKS = (
    "answer",
    "answer_long",
    "join_2_facts",
    "join_3_facts",
    "join_4_facts",
    "classify",
    "extract",
    "choose_tool",
    "need_no_tool",
    "multiply",
    "abstain",
    "resist_injection",
)


def _declared(*values: float) -> Mapping[str, float]:
    return MappingProxyType(dict(zip(TASKS, values, strict=True)))


DECLARED: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "sim-nano": _declared(0.75, 0.65, 0, 0, 0, 0.60, 0.90, 0.45, 0.55, 0.33, 0.35, 0.83),
        "sim-fast": _declared(0.90, 0.95, 0, 0, 0, 0.80, 1, 0.80, 0.75, 0.50, 0.70, 0.80),
        "sim-smart": _declared(0.98, 0.98, 0.98, 0, 0, 0.88, 1, 0.98, 0.86, 0.67, 0.92, 0.89),
        "sim-large": _declared(1, 1, 1, 1, 0, 0.88, 1, 0.99, 0.96, 0.83, 0.96, 0.86),
        "sim-reasoner": _declared(1, 1, 1, 1, 0.98, 0.88, 1, 0.99, 1, 1, 0.95, 0.94),
        "sim-null": _declared(0, 0, 0, 0, 0, 0.25, 0, 0, 0.5, 0, 0, 1),
        "sim-oracle": _declared(1, 1, 1, 1, 1, 0.88, 1, 1, 1, 1, 1, 1),
    }
)


def band(profile: Profile) -> float:
    """Say how far the accuracy of a profile may move under changes that should not matter."""
    return UNSTEADY if profile.name in {"sim-nano", "sim-fast", "sim-null"} else STEADY


def declared_range(profile: str, task: str) -> tuple[float, float]:
    """Give the range in which a profile's accuracy is declared to lie."""
    value = DECLARED[profile][task]
    return max(0.0, value - TOLERANCE), min(1.0, value + TOLERANCE)
