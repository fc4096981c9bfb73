"""Every claim there is, on every profile that it is about."""

from collections.abc import Iterator, Sequence

from shared.simulator.profiles import PROFILES
from shared.simulator.sensitivity.claims.claim import Claim, Finding, Setting
from shared.simulator.sensitivity.claims.contexts import delimiters, distractors, position
from shared.simulator.sensitivity.claims.metamorphic import (
    evidence_removed,
    order,
    paraphrase,
    renaming,
)
from shared.simulator.sensitivity.claims.prompting import (
    decomposition,
    examples,
    field_descriptions,
    steps,
    tool_descriptions,
)
from shared.simulator.sensitivity.claims.sampling import self_consistency
from shared.simulator.sensitivity.claims.tiers import chance, ladder

CLAIMS: Sequence[Claim] = (
    examples,
    field_descriptions,
    tool_descriptions,
    steps,
    decomposition,
    distractors,
    position,
    delimiters,
    self_consistency,
    paraphrase,
    renaming,
    order,
    evidence_removed,
    chance,
)
SUBJECTS = tuple(name for name, profile in PROFILES.items() if profile.control != "embedding")


def findings(setting: Setting, subjects: Sequence[str] = SUBJECTS) -> Iterator[Finding]:
    """Measure every claim on every profile, then how the profiles order."""
    for claim in CLAIMS:
        for name in subjects:
            yield from claim(PROFILES[name], setting)
    if set(subjects) >= set(SUBJECTS):
        yield from ladder(setting)
