"""Claims are judged by intervals, and the plainest of them hold on a few items."""

import pytest

from shared.criteria.measure import Measured
from shared.simulator.profiles import PROFILES
from shared.simulator.sensitivity.claims.claim import Claim, Expected, Finding, Setting, Verdict
from shared.simulator.sensitivity.claims.contexts import delimiters
from shared.simulator.sensitivity.claims.metamorphic import evidence_removed, order
from shared.simulator.sensitivity.claims.prompting import (
    decomposition,
    examples,
    field_descriptions,
    steps,
    tool_descriptions,
)
from shared.simulator.sensitivity.claims.sampling import self_consistency
from shared.simulator.sensitivity.claims.tiers import chance
from shared.simulator.sensitivity.report import table

FEW = Setting(items=50, long_items=10, seed=3)


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict"),
    [
        (0.01, 0.30, "gain", "shown"),
        (-0.01, 0.30, "gain", "not shown"),
        (-0.30, -0.01, "gain", "contradicted"),
        (-0.05, 0.05, "even", "shown"),
        (-0.05, 0.11, "even", "not shown"),
        (0.11, 0.20, "even", "contradicted"),
        (0.00, 0.10, "at most", "shown"),
        (0.11, 0.20, "at most", "contradicted"),
        (0.05, 0.20, "at least", "not shown"),
    ],
)
def test_a_verdict_rests_on_the_whole_interval(
    low: float, high: float, expected: Expected, verdict: Verdict
) -> None:
    effect = Measured(value=(low + high) / 2, low=low, high=high, n=50)

    assert Finding("claim", "sim-nano", effect, expected, 0.10).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "profile"),
    [
        (examples, "sim-nano"),
        (field_descriptions, "sim-smart"),
        (tool_descriptions, "sim-fast"),
        (steps, "sim-nano"),
        (decomposition, "sim-fast"),
    ],
)
def test_a_better_prompt_helps(claim: Claim, profile: str) -> None:
    findings = claim(PROFILES[profile], FEW)

    assert {finding.verdict for finding in findings} == {"shown"}


def test_steps_cost_a_reasoner_tokens_and_gain_it_nothing() -> None:
    gain, cost = steps(PROFILES["sim-reasoner"], FEW)

    assert gain.effect.value < 0.05
    assert cost.verdict == "shown"


def test_whoever_does_not_read_gains_nothing_from_better_prompts() -> None:
    for claim in (examples, field_descriptions, tool_descriptions):
        (finding,) = claim(PROFILES["sim-null"], FEW)

        assert finding.verdict != "contradicted"
        assert abs(finding.effect.value) < 0.15


def test_without_reading_there_is_only_chance() -> None:
    findings = chance(PROFILES["sim-null"], Setting(items=100))

    assert not [finding.claim for finding in findings if finding.verdict != "shown"]


@pytest.mark.parametrize("claim", [order, evidence_removed, delimiters, self_consistency])
def test_nothing_contradicts_the_other_claims_of_the_smallest_model(claim: Claim) -> None:
    findings = claim(PROFILES["sim-nano"], FEW)

    assert not [f.claim for f in findings if f.verdict == "contradicted"]


def test_the_table_says_each_verdict_and_counts_them() -> None:
    found = Measured(value=0.2, low=0.1, high=0.3, n=50)
    lost = Measured(value=-0.2, low=-0.3, high=-0.1, n=50)

    lines = list(
        table([Finding("a", "sim-nano", found, "gain"), Finding("a", "sim-fast", lost, "gain")])
    )

    assert lines[1].startswith("✓ a")
    assert lines[2].startswith("✗  ")
    assert lines[-1] == "1 shown, 0 not shown, 1 contradicted"
