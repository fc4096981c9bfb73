from decimal import Decimal
from pathlib import Path

import pytest

from shared.errors import ConfigurationError
from shared.simulator.bucket import Occurrences, TokenBucket
from shared.simulator.ledger import MAX_BYTES, Entry, Ledger
from shared.simulator.scenario import read_scenario

SCENARIO = """
title = "An outage"
[drill]
error_500 = 0.01
[[phase]]
from_s = 30
to_s = 60
drill = { overloaded_529 = 0.9 }
"""


def entry(tag: str = "a", size: int = 10) -> Entry:
    return Entry(
        tag=tag,
        dialect="openai_chat",
        model="sim-fast",
        body=b'{"n": 1}'.ljust(size),
        input_tokens=3,
        output_tokens=2,
        cost_usd=Decimal("0.5"),
    )


def test_calls_are_listed_by_tag_with_the_request_as_it_arrived() -> None:
    ledger = Ledger()
    ledger.add(entry("a"))
    ledger.add(entry("b"))

    shown = [item.shown() for item in ledger.of("b")]

    assert [item["request"] for item in shown] == [{"n": 1}]
    assert ledger.totals("b") == {
        "calls": 1,
        "input_tokens": 3,
        "cached_tokens": 0,
        "output_tokens": 2,
        "simulated_usd": "0.5",
        "dropped": 0,
    }


def test_a_ledger_forgets_the_oldest_and_says_so() -> None:
    ledger = Ledger()

    for _ in range(9):
        ledger.add(entry(size=MAX_BYTES // 8))

    assert ledger.dropped == 2
    assert ledger.totals()["calls"] == 7


def test_a_bucket_lets_its_burst_pass_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=2.0, burst=3.0, level=3.0, at=0.0)

    waits = [bucket.take(0.0) for _ in range(4)]

    assert waits == [0.0, 0.0, 0.0, 0.5]
    assert bucket.take(0.5) == 0.0
    assert bucket.take(0.5) > 0.0


def test_occurrences_are_counted_for_each_request_by_itself() -> None:
    seen = Occurrences()

    counts = [seen.count("s", b"x"), seen.count("s", b"y"), seen.count("s", b"x")]

    assert counts == [0, 0, 1]
    assert seen.count("other", b"x") == 0


def test_an_outage_lasts_as_long_as_its_phase(tmp_path: Path) -> None:
    path = tmp_path / "outage.toml"
    path.write_text(SCENARIO)

    scenario = read_scenario(path)

    assert scenario.drill_at(29.9) == {"error_500": 0.01}
    assert scenario.drill_at(30.0) == {"error_500": 0.01, "overloaded_529": 0.9}
    assert scenario.drill_at(60.0) == {"error_500": 0.01}


@pytest.mark.parametrize(
    "text",
    [
        "drill = 3",
        "not toml [",
        "[drill]\nrefusal = 2.0",
        "[[phase]]\nfrom_s = 5\nto_s = 1\ndrill = {}",
        "[surprise]\nx = 1",
    ],
)
def test_a_scenario_that_cannot_be_used_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)

    with pytest.raises(ConfigurationError):
        read_scenario(path)
