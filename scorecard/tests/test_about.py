"""What files say without running: how near the reference a body is, what a criterion is about."""

import ast
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from scorecard.catalog.model import Project
from scorecard.catalog.places import called_by, criterion_places
from scorecard.catalog.read import read_project
from scorecard.catalog.similarity import fingerprints, similarity
from scorecard.origin import SEPARATOR, read_facts, read_remote
from scorecard.spent import add_up
from scorecard.toys import write_project

REFERENCE = '''
async def double(number: int) -> int:
    """Double a number."""
    total = 0
    for step in range(number):
        total += 2 if step >= 0 else 3
        if total > 10_000:
            raise ValueError("too large")
    return total
'''
RENAMED = """
async def double(number: int) -> int:
    # mine
    result = 0
    for index in range(number):
        result += 5 if index >= 7 else 9
        if result > 1: raise ValueError("other words")
    return result
"""
OTHER = '''
async def double(number: int) -> int:
    """Double a number."""
    return sum((number, number))
'''


def project(folder: Path) -> Project:
    found = read_project(folder / "project.toml")
    assert isinstance(found, Project)
    return found


def alike(tmp_path: Path, body: str) -> float | None:
    reference = write_project(tmp_path / "a", doubling=REFERENCE)
    own = write_project(tmp_path / "b", doubling=body)
    record = fingerprints(reference, project(reference))
    return similarity(own, project(own).tasks[0], record)


def test_new_names_words_and_layout_make_no_body_ones_own(tmp_path: Path) -> None:
    assert alike(tmp_path, RENAMED) == 1.0


def test_another_way_to_the_same_result_is_another_body(tmp_path: Path) -> None:
    found = alike(tmp_path, OTHER)

    assert found is not None
    assert found < 0.2


def test_a_part_that_was_kept_is_a_part_of_the_share(tmp_path: Path) -> None:
    longer = f"{RENAMED}    # and more\n".replace(
        "    return result", "    print([n * n for n in range(3)], {1: 2})\n    return result"
    )

    found = alike(tmp_path, longer)

    assert found is not None
    assert 0.4 < found < 1


@pytest.mark.parametrize("body", ["", "def other(): pass", "def double(:"])
def test_a_body_that_is_not_there_is_like_nothing(tmp_path: Path, body: str) -> None:
    assert alike(tmp_path, body) is None


def test_a_criterion_is_about_the_function_its_facts_call(tmp_path: Path) -> None:
    folder = write_project(tmp_path)

    places = criterion_places(folder, project(folder))

    assert places == {
        "P01.1": "projects/p01_toy/doubling.py:4",
        "P01.2": "projects/p01_toy/doubling.py:4",
    }


def test_calls_are_followed_through_helpers_constants_and_other_facts() -> None:
    first = ast.parse(
        "NAME = 'deep.function'\n"
        "async def helper(subject): return await subject.call(NAME)\n"
        "@fact()\nasync def inner(subject): return await helper(subject)\n"
    )
    second = ast.parse(
        "@fact()\nasync def outer(inner): return inner\n"
        "@criterion('P01.1', level=Level.WORKS, at_least=1)\n"
        "def holds(outer): return share(outer)\n"
        "def loop(): return loop()\n"
    )

    assert called_by([first, second]) == {"P01.1": ("deep.function",)}


def test_a_function_that_is_gone_has_no_place(tmp_path: Path) -> None:
    folder = write_project(tmp_path, doubling="")

    assert criterion_places(folder, project(folder)) == {}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("git@github.com:maria/capstone.git", "https://github.com/maria/capstone"),
        ("https://maria:secret@github.com/maria/capstone.git", "https://github.com/maria/capstone"),
        ("https://x-access-token:ghs_1@github.com/a/b", "https://github.com/a/b"),
        ("ssh://git@gitlab.example.org:2222/team/x.git", "https://gitlab.example.org/team/x"),
        ("/home/maria/capstone", ""),
        ("file:///srv/git/capstone.git", ""),
        ("https://github.com/a/b?token=secret", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_remote_is_shown_without_its_secrets(address: str | None, shown: str) -> None:
    assert read_remote(address) == shown


def test_commits_are_counted_by_whoever_wrote_the_graded_one() -> None:
    head = SEPARATOR.join(("Maria", "m@x.org", "2026-03-02T10:00:00-03:00", "Subject"))
    lines = [
        ("m@x.org", "2026-03-02T10:00:00-03:00"),
        ("other@x.org", "2026-02-01T10:00:00+00:00"),
        ("m@x.org", "2026-01-01T23:30:00-03:00"),
    ]
    history = "\n".join(SEPARATOR.join(line) for line in lines)

    facts = read_facts(head, history, "false\n")

    assert facts is not None
    assert (facts.own_commits, facts.other_commits) == (2, 1)
    assert (facts.first_at, facts.last_at) == (
        "2026-01-02T02:30:00+00:00",
        "2026-03-02T13:00:00+00:00",
    )
    assert "m@x.org" not in facts.model_dump_json()


@pytest.mark.parametrize("head", [None, "", "no separators"])
def test_a_tree_without_commits_has_no_facts(head: str | None) -> None:
    assert read_facts(head, None, None) is None


def test_what_was_spent_is_added_up_with_nearest_ranks() -> None:
    calls = [
        SimpleNamespace(
            input_tokens=10, output_tokens=1, cost_usd=Decimal("0.25"), total_ms=float(ms)
        )
        for ms in range(1, 101)
    ]

    spent = add_up(calls)

    assert (spent.calls, spent.input_tokens, spent.output_tokens) == (100, 1000, 100)
    assert (spent.simulated_usd, spent.p50_ms, spent.p95_ms) == (25.0, 51.0, 96.0)
    assert add_up(()).p95_ms == 0
