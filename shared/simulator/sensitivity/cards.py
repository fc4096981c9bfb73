"""Model cards: what each profile declares of itself, beside what is measured of it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.criteria.measure import wilson
from shared.simulator.cards import COMMITTED, Accuracy, Card, Cards
from shared.simulator.profiles import PROFILES, Profile
from shared.simulator.sensitivity.declared import declared_range
from shared.simulator.sensitivity.suite import SUITE
from shared.simulator.sensitivity.trial import draw, marks
from shared.simulator.state import VERSION

SEEDS = (21, 22, 23)
ITEMS = 80
"""Items of each task that are asked with each seed."""


def measure(
    profile: Profile, tasks: Sequence[str], *, seeds: Sequence[int], items: int
) -> dict[str, Accuracy]:
    """Measure a profile's accuracy on some tasks."""
    return {
        name: _accuracy(_marks(profile, name, seeds, items), declared_range(profile.name, name))
        for name in tasks
    }


def _marks(profile: Profile, name: str, seeds: Sequence[int], items: int) -> list[float]:
    make = SUITE[name].make
    return [
        mark
        for seed in seeds
        for mark in marks([make(draw(seed, name, n)) for n in range(items)], profile, seed)
    ]


def _accuracy(found: Sequence[float], declared: tuple[float, float]) -> Accuracy:
    low, high = wilson(int(sum(found)), len(found))
    return Accuracy(
        declared=(round(declared[0], 4), round(declared[1], 4)),
        value=round(sum(found) / len(found), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=len(found),
    )


def measured_cards(*, seeds: Sequence[int] = SEEDS, items: int = ITEMS) -> Cards:
    """Make every card."""
    cards = {
        name: _card(profile, measure(profile, tuple(SUITE), seeds=seeds, items=items))
        for name, profile in PROFILES.items()
        if profile.control != "embedding"
    }
    return Cards(simulator=VERSION, seeds=tuple(seeds), items_a_task=items, cards=cards)


def _card(profile: Profile, measured: Mapping[str, Accuracy]) -> Card:
    return Card(
        title=profile.title,
        analogue=profile.analogue,
        context_tokens=profile.context_tokens,
        max_output_tokens=profile.max_output_tokens,
        input_price=str(profile.input_price),
        output_price=str(profile.output_price),
        ttft_p50_s=profile.ttft_p50_s,
        ttft_p95_s=profile.ttft_p95_s,
        tokens_per_s=profile.tokens_per_s,
        injection_susceptibility=profile.injection_susceptibility,
        limits={name: getattr(profile.limits, name) for name in profile.limits.__slots__},
        measured=measured,
    )


def write_cards(cards: Cards, path: Path = COMMITTED) -> None:
    """Write the cards down, one line a value, so that a difference can be read."""
    path.write_text(json.dumps(cards.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")
