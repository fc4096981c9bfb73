import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.p09_agents.graph import added, joined

COUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**12))
ITEMS = st.lists(st.integers())


@given(COUNTS, COUNTS, COUNTS)
def test_adding_is_associative_and_pure(
    one: dict[str, int], two: dict[str, int], three: dict[str, int]
) -> None:
    before = copy.deepcopy((one, two, three))

    left, right = added(added(one, two), three), added(one, added(two, three))

    assert left == right
    assert (one, two, three) == before


@given(ITEMS, ITEMS, ITEMS)
def test_joining_is_associative_and_pure(one: list[int], two: list[int], three: list[int]) -> None:
    before = copy.deepcopy((one, two, three))

    assert joined(joined(one, two), three) == joined(one, joined(two, three))
    assert (one, two, three) == before


@pytest.mark.parametrize("missing", [{}, {"b": 2}])
def test_what_is_missing_counts_as_nothing(missing: dict[str, int]) -> None:
    assert added({"a": 1}, missing) == {"a": 1, **missing}
