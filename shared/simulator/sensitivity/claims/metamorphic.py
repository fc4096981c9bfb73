"""What does not change a task does not change the accuracy; what takes the evidence away does."""

from random import Random

from shared.criteria.measure import share
from shared.simulator.profiles import Profile
from shared.simulator.sensitivity.claims.claim import Finding, Make, Setting, answered, compare
from shared.simulator.sensitivity.declared import STEADY, band
from shared.simulator.sensitivity.tasks import desks, forms, lookup
from shared.simulator.sensitivity.tasks.names import places
from shared.simulator.sensitivity.trial import Item, ask

OTHERS = 8
LEAST = 0.05
"""How often, at most, what nothing supports may come out right."""


def paraphrase(profile: Profile, setting: Setting) -> list[Finding]:
    """Wording the orders otherwise keeps the accuracy."""
    pairs: dict[str, tuple[Make, Make]] = {
        "other orders, answering": (
            lambda dice: lookup.look(dice, others=OTHERS).item(),
            lambda dice: lookup.look(dice, others=OTHERS).item(
                orders=dice.choice(lookup.SAME_ORDERS)
            ),
        ),
        "other orders, extraction": (
            lambda dice: forms.letter(dice).item(),
            lambda dice: forms.letter(dice).item(orders=dice.choice(forms.SAME_ORDERS)),
        ),
        "other orders, classification": (
            lambda dice: desks.letter(dice).item(shots=3),
            lambda dice: desks.letter(dice).item(shots=3, orders=dice.choice(desks.SAME_ORDERS)),
        ),
    }
    return [_even(name, profile, setting, *pair) for name, pair in pairs.items()]


def renaming(profile: Profile, setting: Setting) -> list[Finding]:
    """Another name for what is asked about keeps the accuracy."""

    def renamed(dice: Random) -> Item:
        return lookup.look(dice, others=OTHERS).renamed(places(dice, 1)[0]).item()

    return [_even("other names", profile, setting, _looked_up, renamed)]


def order(profile: Profile, setting: Setting) -> list[Finding]:
    """The order of a schema's keys, of labels, and of the other sentences does not matter."""
    pairs: dict[str, tuple[Make, Make]] = {
        "keys in another order": (
            lambda dice: forms.letter(dice).item(),
            lambda dice: forms.letter(dice).item(backwards=True),
        ),
        "labels in another order": (
            lambda dice: desks.letter(dice).item(shots=3),
            lambda dice: desks.letter(dice).item(shots=3, names=tuple(reversed(desks.DESKS))),
        ),
        "distractors shuffled": (
            _looked_up,
            lambda dice: lookup.look(dice, others=OTHERS).shuffled(dice).item(),
        ),
    }
    return [_even(name, profile, setting, *pair) for name, pair in pairs.items()]


def _looked_up(dice: Random) -> Item:
    return lookup.look(dice, others=OTHERS).item()


def _even(name: str, profile: Profile, setting: Setting, one: Make, other: Make) -> Finding:
    """Compare two ways that should be the same to a model; both draw with the same dice."""
    unsteady = band(profile) > STEADY
    setting = setting.widest if unsteady else setting if profile.control else setting.wider
    arms = (
        answered(profile, setting, setting.drawn("same", one)),
        answered(profile, setting, setting.drawn("same", other)),
    )
    return compare(name, profile, arms, expected="even", bound=band(profile))


def evidence_removed(profile: Profile, setting: Setting) -> list[Finding]:
    """Without the sentence that answers, nobody is right: they abstain, or they make it up."""

    def bereft(dice: Random) -> Item:
        drawn = lookup.look(dice, others=OTHERS)
        return drawn.item(drawn.page_without(), orders=lookup.MAY_ABSTAIN)

    items = setting.drawn("bereft", bereft)
    plans = [ask(item.request, profile, setting.seed) for item in items]
    right = share(item.judge(plan) for item, plan in zip(items, plans, strict=True))
    claims = [Finding("no evidence, not right", profile.name, right, "at most", LEAST)]
    if profile.control != "null":
        admitted = share(lookup.UNKNOWN in plan.text for plan in plans)
        claims.append(
            Finding(
                "no evidence, abstains",
                profile.name,
                admitted,
                "at least",
                profile.limits.abstains - 2 * band(profile),
            )
        )
    return claims
