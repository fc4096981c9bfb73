"""What pytest is told to say for a learner: where values differ; and that every test ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from scorecard.learn.check import ADDED
from scorecard.learn.pytest_told import Patience, TookTooLong, Unwritten, differences, shown

ROOT = Path(__file__).resolve().parents[3]


class Point(BaseModel):
    x: int
    y: int


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = None  # type: ignore[assignment]  # as Python does beside __eq__


@pytest.mark.parametrize(
    ("came", "expected", "told"),
    [
        ([1, 2], [1, 3], ["[1]: 2 ≠ 3"]),
        ([1], [1, 2], ["len: 1 ≠ 2", "[1]: — ≠ 2"]),
        ({"a": Point(x=1, y=2)}, {"a": Point(x=1, y=3)}, ["['a'].y: 2 ≠ 3"]),
        ({"a": 1}, {"b": 1}, ["['a']: 1 ≠ —", "['b']: — ≠ 1"]),
        ("x" * 90 + "a", "x" * 90 + "b", ["[90:]: 'a' ≠ 'b'"]),
        ({1}, {2}, [" only left: 1 ≠ —", " only right: — ≠ 2"]),
        (1, "1", ["1 ≠ '1'"]),
        (1, 1, []),
    ],
)
def test_where_two_values_differ_is_named(came: object, expected: object, told: list[str]) -> None:
    assert list(differences(came, expected)) == told


def test_a_value_whose_own_methods_raise_is_shown_all_the_same() -> None:
    assert list(differences([Odd()], [Odd()]))
    assert shown(Odd()) == "<Odd: its repr raises RuntimeError>"


def test_a_task_that_did_not_end_once_is_not_tried_again() -> None:
    heard: list[str] = []
    patience = Patience(heard.append)

    def body() -> None:
        patience.called("p01_toy:2")
        patience.late(-1, sys._getframe())  # noqa: SLF001 (as the interpreter hands it over)

    with pytest.raises(TookTooLong, match=r"^2 "):
        body()
    with pytest.raises(TookTooLong, match=r"^2 "):
        patience.called("p01_toy:2")
    patience.called("p01_toy:1")

    assert heard == ["p01_toy:2", "p01_toy:2", "p01_toy:1"]


def test_a_stub_ends_a_test_of_many_examples_at_once() -> None:
    patience = Patience(lambda _label: None)

    def stub() -> None:
        patience.called("p01_toy:2")
        raise NotImplementedError("P01 task 2: Derive")

    patience.begin(generated=True)
    try:
        with pytest.raises(Unwritten, match="NotImplementedError: P01 task 2: Derive"):
            stub()
    finally:
        patience.end()


ENDLESS = '''\
"""Tests."""



def test_a_loop() -> None:
    while True:
        try:
            pass
        except Exception:
            pass


def test_long_values_differ() -> None:
    assert list(range(50)) == [*range(49), 50]
'''


def test_a_loop_in_a_test_is_ended_and_the_others_still_run(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(ENDLESS)
    plugin = (*ADDED.split(), "-p", "no:cacheprovider")

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugin, "-c", os.devnull, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )

    assert "TookTooLong: 0 3" in ran.stdout
    assert "differ = [49]: 49 ≠ 50" in ran.stdout
    assert "2 failed" in ran.stdout
