"""The cards that are committed say what the profiles declare, and what can be measured again."""

import pytest

from shared.simulator.cards import read_cards
from shared.simulator.profiles import PROFILES
from shared.simulator.sensitivity.cards import measure, measured_cards
from shared.simulator.sensitivity.suite import SUITE

NAMES = sorted(name for name, profile in PROFILES.items() if profile.control != "embedding")


@pytest.mark.parametrize("name", NAMES)
def test_every_accuracy_lies_where_the_profile_declares_it(name: str) -> None:
    measured = read_cards().cards[name].measured

    strays = {
        task: found.value
        for task, found in measured.items()
        if not found.declared[0] <= found.value <= found.declared[1]
    }

    assert measured.keys() == SUITE.keys()
    assert not strays


@pytest.mark.parametrize("name", NAMES)
def test_a_card_states_the_profiles_own_prices_and_limits(name: str) -> None:
    card, profile = read_cards().cards[name], PROFILES[name]

    assert (card.input_price, card.output_price) == (
        str(profile.input_price),
        str(profile.output_price),
    )
    assert card.context_tokens == profile.context_tokens
    assert card.limits == {key: getattr(profile.limits, key) for key in profile.limits.__slots__}


@pytest.mark.parametrize("name", ["sim-nano", "sim-smart"])
def test_measuring_again_agrees_with_what_is_declared(name: str) -> None:
    tasks = tuple(task for task in SUITE if task != "answer_long")

    again = measure(PROFILES[name], tasks, seeds=(99,), items=30)

    apart = [
        task
        for task, found in again.items()
        if found.high < found.declared[0] or found.low > found.declared[1]
    ]
    assert not apart


def test_the_same_seed_gives_the_same_cards() -> None:
    first, second = (measured_cards(seeds=(5,), items=1) for _ in range(2))

    assert first == second
