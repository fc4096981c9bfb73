import pytest

from projects.p09_agents.given.contracts import Limits, Spend
from projects.p09_agents.policy import FAILED, stop_reason

LIMITS = Limits(steps=5, tokens=100, usd_micros=50, repeats=2, corrections=2)


@pytest.mark.parametrize(
    ("spend", "visits", "reason"),
    [
        (Spend(steps=4, input_tokens=60, output_tokens=39, usd_micros=49), ["a", "b"], ""),
        (Spend(steps=5), [], "steps"),
        (Spend(input_tokens=60, output_tokens=40), [], "tokens"),
        (Spend(usd_micros=50), [], "money"),
        (Spend(), ["a", "b", "a", "a"], "repeated_state"),
        (Spend(), [f"{FAILED}a", f"{FAILED}b", f"{FAILED}c"], "corrections"),
        (Spend(), [f"{FAILED}a", "b", f"{FAILED}c"], ""),
        (Spend(), [f"{FAILED}a", f"{FAILED}b"], ""),
        (Spend(), ["a", f"{FAILED}a", f"{FAILED}b", f"{FAILED}c"], "corrections"),
        (Spend(), ["a", "b", "a"], ""),
    ],
)
def test_a_run_stops_at_its_limits(spend: Spend, visits: list[str], reason: str) -> None:
    assert stop_reason(spend, LIMITS, visits) == reason
