"""Read a request and decide what to say: the one entry point of the reader."""

from shared.llm.messages import ChatRequest
from shared.simulator.dice import Dice
from shared.simulator.plan import Draft
from shared.simulator.profiles import Profile
from shared.simulator.reader.answers import Reply
from shared.simulator.reader.chance import guess
from shared.simulator.reader.conversation import take_apart
from shared.simulator.reader.score import SentenceScorer


def read(
    request: ChatRequest,
    profile: Profile,
    dice: Dice,
    *,
    json_mode: bool = False,
    parallel: bool = True,
    scorer: SentenceScorer | None = None,
) -> Draft:
    """Read a request within a profile's limits; the same request, profile and dice, the same draft.

    ``json_mode`` asks for some JSON object where no schema says which. ``scorer`` adds a semantic
    score to the likeliest sentences.
    """
    if profile.control == "null":
        return guess(request, dice, json_mode=json_mode)
    reading = Reply(request, take_apart(request), profile, dice, scorer)
    return reading.draft(json_mode=json_mode, parallel=parallel)
