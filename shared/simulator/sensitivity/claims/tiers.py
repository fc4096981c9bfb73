"""Profiles order as declared, and without reading there is only chance."""

from itertools import pairwise

from shared.criteria.measure import paired_gain, share
from shared.simulator.profiles import PROFILES, Profile
from shared.simulator.sensitivity.claims.claim import Finding, Setting, answered
from shared.simulator.sensitivity.suite import SUITE

LADDER = ("sim-nano", "sim-fast", "sim-smart", "sim-large", "sim-reasoner")
SLACK = 0.05
CEILING = 0.9


def ladder(setting: Setting) -> list[Finding]:
    """Find each profile better than the one below it, over all tasks that need reading."""
    tasks = {name: task for name, task in SUITE.items() if task.needs_reading}
    items = [
        item
        for name, task in tasks.items()
        for item in setting.drawn(f"tiers {name}", task.make, long=True)
    ]
    marks = {name: answered(PROFILES[name], setting, items) for name in (*LADDER, "sim-oracle")}
    average = {name: sum(found) / len(found) for name, found in marks.items()}
    findings = [
        Finding(
            f"above {lower}",
            upper,
            paired_gain(marks[upper], marks[lower]),
            "gain",
            before=average[lower],
            after=average[upper],
        )
        for lower, upper in pairwise(LADDER)
    ]
    best = share(bool(mark) for mark in marks["sim-oracle"])
    return [*findings, Finding("near the ceiling", "sim-oracle", best, "at least", CEILING)]


def chance(profile: Profile, setting: Setting) -> list[Finding]:
    """With the reader replaced by chance, accuracy falls to chance."""
    if profile.control != "null":
        return []
    return [
        Finding(
            f"only chance: {name}",
            profile.name,
            share(bool(m) for m in answered(profile, setting, setting.drawn(name, task.make))),
            "at most",
            task.chance + 2 * SLACK if task.chance else SLACK,
        )
        for name, task in SUITE.items()
        if task.needs_reading
    ]
