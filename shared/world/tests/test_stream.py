import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import WorldError
from shared.world.stream import Stream


@given(st.integers())
def test_the_same_seed_and_path_give_the_same_draws(seed: int) -> None:
    one, other = Stream(seed, "a", 1), Stream(seed, "a").at(1)

    drawn = [(one.below(1000), other.below(1000)) for _ in range(20)]

    assert all(left == right for left, right in drawn)


def test_different_paths_give_different_draws() -> None:
    one, other = Stream(7, "a"), Stream(7, "b")

    assert [one.below(1 << 60) for _ in range(4)] != [other.below(1 << 60) for _ in range(4)]


def test_known_draws_never_change() -> None:
    draw = Stream(7, "golden")

    assert [draw.below(1000) for _ in range(8)] == [891, 704, 103, 926, 767, 891, 594, 319]
    assert draw.code(6) == "4WKV6M"


def test_every_choice_comes_up_about_as_often() -> None:
    draw = Stream(1)

    counts = [0] * 6
    for _ in range(6000):
        counts[draw.below(6)] += 1

    assert min(counts) > 850
    assert max(counts) < 1150


@given(st.integers(), st.lists(st.integers(), max_size=30))
def test_shuffling_loses_nothing(seed: int, items: list[int]) -> None:
    assert sorted(Stream(seed).shuffled(items)) == sorted(items)


@given(st.integers(-50, 50), st.integers(0, 100), st.integers(1, 9))
def test_between_stays_within_its_bounds_and_steps(low: int, width: int, step: int) -> None:
    value = Stream(width, low, step).between(low, low + width, step)

    assert low <= value <= low + width
    assert (value - low) % step == 0


def test_nothing_can_be_drawn_below_zero() -> None:
    with pytest.raises(WorldError, match="below 0"):
        Stream(1).below(0)
