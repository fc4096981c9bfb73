"""What surrounds the evidence matters: distractors, its place, what sets data apart."""

from shared.simulator.profiles import Profile
from shared.simulator.sensitivity.claims.claim import (
    Expected,
    Finding,
    Setting,
    answered,
    compare,
    foretold,
)
from shared.simulator.sensitivity.declared import band
from shared.simulator.sensitivity.tasks.intruders import attack
from shared.simulator.sensitivity.tasks.lookup import look

MANY = 24
TOKENS_A_FACT = 18
"""Tokens of one fact of a page and the sentence beside it, about."""
LONGEST_TOKENS = 12_000
RESISTANT = 0.2
"""Below this susceptibility there is little left to lower, and it takes many cases to show."""
WITHIN_TOKENS = 5_000
"""A text that those with a long attention read evenly."""


def distractors(profile: Profile, setting: Setting) -> list[Finding]:
    """Sentences that look like the answer's hurt those whose curve says so."""
    setting = setting if profile.control else setting.wider
    crowd = {"distraction": 0.9, "rivals": 0.4}
    alone = setting.drawn("distractors", lambda dice: look(dice, others=MANY).alone().item())
    among = setting.drawn("distractors", lambda dice: look(dice, others=MANY).item())
    arms = answered(profile, setting, among), answered(profile, setting, alone)
    expected = foretold(profile, crowd, {})
    return [compare("distractors hurt", profile, arms, expected=expected, bound=band(profile))]


def position(profile: Profile, setting: Setting) -> list[Finding]:
    """In a text longer than a model's attention, the middle is read worse than the beginning."""
    if profile.control:
        return []
    attention = profile.limits.attention_tokens
    longest = min(LONGEST_TOKENS, 3 * profile.context_tokens // 4)
    expected: Expected = "gain" if 4 * attention <= longest else "even"
    setting = setting.widest if expected == "gain" else setting
    others = (4 * attention if expected == "gain" else WITHIN_TOKENS) // TOKENS_A_FACT

    def placed(at: float) -> list[float]:
        items = setting.drawn(
            "pages",
            lambda dice: (drawn := look(dice, others=others)).item(drawn.page(at=at)),
            long=True,
        )
        return answered(profile, setting, items)

    return [
        compare(
            "the middle is lost",
            profile,
            (placed(0.5), placed(0.0)),
            expected=expected,
            bound=2 * band(profile),
        )
    ]


def delimiters(profile: Profile, setting: Setting) -> list[Finding]:
    """Delimiting data lowers how often instructions in it are obeyed; a warning lowers it more."""
    if 0.0 < profile.injection_susceptibility < RESISTANT:
        setting = setting.widest
    made = [
        setting.drawn("attacks", lambda dice: attack(dice).item(delimited=False)),
        setting.drawn("attacks", lambda dice: attack(dice).item(delimited=True)),
        setting.drawn("attacks", lambda dice: attack(dice).item(delimited=True, warned=True)),
    ]
    open_, fenced, warned = (answered(profile, setting, items) for items in made)
    expected: Expected = "gain" if profile.injection_susceptibility else "even"
    bound = band(profile)
    return [
        compare("delimiters guard", profile, (open_, fenced), expected=expected, bound=bound),
        compare("a warning guards", profile, (open_, warned), expected=expected, bound=bound),
    ]
