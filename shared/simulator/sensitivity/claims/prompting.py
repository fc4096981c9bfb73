"""Better prompts help: examples, descriptions, steps, decomposition."""

from shared.simulator.profiles import Profile
from shared.simulator.sensitivity.claims.claim import (
    Expected,
    Finding,
    Setting,
    answered,
    compare,
)
from shared.simulator.sensitivity.declared import band
from shared.simulator.sensitivity.tasks.chains import LINKS, STEPS, Riddle, riddle
from shared.simulator.sensitivity.tasks.desks import letter as desk_letter
from shared.simulator.sensitivity.tasks.forms import letter as form_letter
from shared.simulator.sensitivity.tasks.toolbox import errand
from shared.simulator.sensitivity.trial import ask, bare, draw, final

SHOTS = 4


def _reads(profile: Profile) -> Expected:
    """Expect a gain of whoever reads the prompt at all."""
    return "even" if profile.control == "null" else "gain"


def _enough(profile: Profile, setting: Setting) -> Setting:
    """Ask chance four times as often: it is quick, and its two arms have nothing in common."""
    return setting.widest if profile.control == "null" else setting


def examples(profile: Profile, setting: Setting) -> list[Finding]:
    """Few-shot examples help classification."""
    setting = _enough(profile, setting)
    without = setting.drawn("desks", lambda dice: desk_letter(dice).item())
    shown = setting.drawn("desks", lambda dice: desk_letter(dice).item(shots=SHOTS))
    arms = answered(profile, setting, without), answered(profile, setting, shown)
    expected = _reads(profile)
    return [compare("examples help", profile, arms, expected=expected, bound=band(profile))]


def field_descriptions(profile: Profile, setting: Setting) -> list[Finding]:
    """Descriptions of fields help extraction."""
    setting = _enough(profile, setting)
    bare_form = setting.drawn("forms", lambda dice: form_letter(dice).item(described=False))
    told_form = setting.drawn("forms", lambda dice: form_letter(dice).item())
    arms = answered(profile, setting, bare_form), answered(profile, setting, told_form)
    expected = _reads(profile)
    return [
        compare("field descriptions help", profile, arms, expected=expected, bound=band(profile))
    ]


def tool_descriptions(profile: Profile, setting: Setting) -> list[Finding]:
    """Better descriptions of tools help to choose among them."""
    setting = _enough(profile, setting)
    badly = setting.drawn("tools", lambda dice: errand(dice).item(described=False))
    well = setting.drawn("tools", lambda dice: errand(dice).item())
    arms = answered(profile, setting, badly), answered(profile, setting, well)
    expected = _reads(profile)
    return [
        compare("tool descriptions help", profile, arms, expected=expected, bound=band(profile))
    ]


def _beyond(profile: Profile) -> tuple[int, Expected]:
    """Choose how many facts to join: one more than the profile can at once, if there are so many.

    Whoever joins all there are without being told to has nothing to gain.
    """
    at_once = profile.limits.reasoned_hops if profile.reasons else profile.limits.hops
    if at_once >= len(LINKS) or profile.control:
        return len(LINKS), "even"
    return at_once + 1, "gain"


def steps(profile: Profile, setting: Setting) -> list[Finding]:
    """Step-by-step helps to join facts, where a model does not think anyway; it costs tokens."""
    hops, expected = _beyond(profile)
    plain = setting.drawn("chains", lambda dice: riddle(dice, hops).item())
    stepwise = setting.drawn("chains", lambda dice: riddle(dice, hops).item(STEPS))
    said = [ask(item.request, profile, setting.seed) for item in plain]
    thought = [ask(item.request, profile, setting.seed) for item in stepwise]
    arms = (
        [float(item.judge(plan)) for item, plan in zip(plain, said, strict=True)],
        [float(item.judge(plan)) for item, plan in zip(stepwise, thought, strict=True)],
    )
    spent = (
        [float(plan.usage.output_tokens) for plan in said],
        [float(plan.usage.output_tokens) for plan in thought],
    )
    found = [compare("steps help", profile, arms, expected=expected, bound=band(profile))]
    if profile.control != "null":
        found.append(compare("steps cost tokens", profile, spent, expected="gain"))
    return found


def decomposition(profile: Profile, setting: Setting) -> list[Finding]:
    """Asking for one fact after the other helps those who cannot join so many.

    Those who can lose a little: each question is one more in which to slip.
    """
    hops, expected = _beyond(profile)
    setting = setting.wider if expected == "even" else setting
    riddles = [
        riddle(draw(setting.seed, "chains", number), hops) for number in range(setting.items)
    ]
    at_once = answered(profile, setting, [one.item() for one in riddles])
    apart = [_one_by_one(one, profile, setting.seed) for one in riddles]
    return [
        compare(
            "decomposition helps",
            profile,
            (at_once, apart),
            expected=expected,
            bound=band(profile),
        )
    ]


def _one_by_one(riddle: Riddle, profile: Profile, seed: int) -> float:
    """Ask for each link, with the answer to the one before: a program's work, not the model's."""
    name = riddle.chain.names[0]
    for number in range(riddle.hops):
        name = _as_written(final(ask(riddle.link(number, name).request, profile, seed)), riddle)
    return float(bare(name) == bare(riddle.chain.names[riddle.hops]))


def _as_written(answer: str, riddle: Riddle) -> str:
    """Find the answer in the text, to go on with it as it is written there."""
    at = riddle.text.lower().find(answer) if answer else -1
    return riddle.text[at : at + len(answer)] if at >= 0 else answer
