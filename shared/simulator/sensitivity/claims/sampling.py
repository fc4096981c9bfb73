"""Voting among samples helps where errors are independent, and not where they repeat."""

from collections import Counter

from shared.simulator.profiles import Profile
from shared.simulator.sensitivity.claims.claim import Finding, Setting, compare
from shared.simulator.sensitivity.declared import band
from shared.simulator.sensitivity.tasks.lookup import Look, look
from shared.simulator.sensitivity.trial import ask, correlated, draw, final, warmer

SAMPLES = 7
FREQUENT = 0.05
"""The least share of slips that leaves a vote something to mend."""


def self_consistency(profile: Profile, setting: Setting) -> list[Finding]:
    """Vote among samples of a profile whose slips are independent, repeated, or as declared."""
    if profile.noise.slip({"distraction": 0.9, "rivals": 0.4}) < FREQUENT:
        return []
    variants = {
        "voting helps, errors apart": correlated(profile, 0.0),
        "voting helps, as declared": profile,
        "voting is idle, errors alike": correlated(profile, 1.0),
    }
    looks = [look(draw(setting.seed, "votes", n), others=20) for n in range(setting.items)]
    return [
        compare(
            claim,
            profile,
            _voted(looks, variant, setting.seed),
            expected="even" if "idle" in claim else "gain",
            bound=band(profile),
        )
        for claim, variant in variants.items()
    ]


def _voted(looks: list[Look], profile: Profile, seed: int) -> tuple[list[float], list[float]]:
    """Mark the first sample and the vote of all."""
    single, majority = [], []
    for one in looks:
        item = one.item()
        request = warmer(item.request)
        plans = [ask(request, profile, seed, index) for index in range(SAMPLES)]
        counts = Counter(final(plan) for plan in plans)
        chosen = counts.most_common(1)[0][0]
        single.append(float(item.judge(plans[0])))
        majority.append(float(item.judge(next(p for p in plans if final(p) == chosen))))
    return single, majority
