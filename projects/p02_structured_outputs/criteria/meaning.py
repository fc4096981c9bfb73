"""Checks of meaning: what is valid and wrong is caught, and the truth is believed."""

import json
import random
from dataclasses import dataclass

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ScriptHandle,
    Subject,
    criterion,
    fact,
    paired_gain,
    share,
)
from shared.llm.messages import Completion, FinishReason, Usage

from .cases import draw_cases
from .conversation import OutcomeWire
from .results import Json, Problem, Row, share_of, validator
from .twists import twisted

MOST_OF_A_KIND = 0.6


@dataclass(frozen=True)
class Judged:
    """A payload, whether the schema takes it, and whether the learner's checks do."""

    case: str
    fits_schema: bool
    believed: bool


@dataclass(frozen=True)
class Checked:
    """What came of the payloads that are wrong, and of those that are right."""

    wrong: list[Judged]
    right: list[Judged]


@fact()
async def checked(subject: Subject, seed: int, sent_schema: tuple[Json, Json]) -> Checked:
    """Check payloads that keep the schema and are wrong, and two hundred true ones.

    In a drawn order, so that counting calls tells nothing.
    """
    fits, found = validator(sent_schema[0]), Checked([], [])
    truths = sorted(draw_cases(seed + 6, 1_000), key=lambda case: not _adds_up(case.payload))
    cases = [(False, kind, case, payload) for kind, case, payload in twisted(seed, 110)]
    cases += [(True, "", case, case.payload) for case in truths[:200]]
    random.Random(seed).shuffle(cases)
    for right, kind, case, payload in cases:
        told = await subject.call(
            "validation.check", returns=list[Problem], payload=payload, mail=case.mail
        )
        reasons = ", ".join(f"{problem.path} {problem.reason}" for problem in told)
        judged = Judged(f"{case.id}: {kind or reasons}", right or fits(payload), not told)
        (found.right if right else found.wrong).append(judged)
    return found


# Reference, seeds 101 to 105: 1, 1, .99, 1, 1. The brief asks for .95.
@criterion("P02.5a", level=Level.ROBUST, at_least=0.95, requires=("P02.2",))
def valid_and_wrong_is_caught(checked: Checked) -> Measured:
    """Payloads that keep the schema and contradict the mail or themselves are caught."""
    results = [(judged.case, not judged.believed) for judged in checked.wrong]
    return share_of(results, expected="a problem", mode="believed")


def _adds_up(payload: Json) -> bool:
    """Say whether a payload has a sum that can be checked, so that those are never few."""
    return any(
        request.get("shipping") and all(item["unit_price"] for item in request["items"])
        for request in payload["requests"]
    )


# Reference, seeds 7, 301 and 302: 1 each time. Of five payloads two may be missed.
@criterion("P02.5d", level=Level.ROBUST, at_least=1.0, requires=("P02.2",))
def every_kind_of_wrong_is_caught(checked: Checked) -> Measured:
    """Of every way to be valid and wrong, six in ten are caught: no check is missing.

    A word, a number, a sum, a day, a currency, a thing said twice: each takes a check of its own.
    """
    of: dict[str, list[bool]] = {}
    for judged in checked.wrong:
        of.setdefault(judged.case.partition(": ")[2], []).append(not judged.believed)
    results = [(kind, sum(caught) >= MOST_OF_A_KIND * len(caught)) for kind, caught in of.items()]
    return share_of(results, expected="most of them caught", mode="believed")


@fact()
async def doubted(subject: Subject, seed: int) -> list[Row]:
    """Have a script extract payloads that are wrong, and true ones, in a drawn order."""
    cases = [(True, case, payload) for _, case, payload in twisted(seed + 1, 22)]
    cases += [(False, case, case.payload) for case in draw_cases(seed + 6, 22)]
    random.Random(f"{seed}/doubted").shuffle(cases)
    results: list[Row] = []
    for wrong, case, payload in cases:
        reply = Completion(
            text=json.dumps(payload),
            finish_reason=FinishReason.STOP,
            usage=Usage(),
            model="scripted",
        )
        outcome = await subject.call(
            "extraction.extract",
            returns=OutcomeWire,
            mail=case.mail,
            model=ScriptHandle(replies=(reply,)),
        )
        held = outcome.extraction == payload and bool(outcome.doubts) is wrong
        results.append((f"{case.id}: {'wrong' if wrong else 'true'}", held))
    return results


# Reference, seeds 7, 301 and 302: 1 each time. As for P02.5a and P02.5b, two of 44 may be missed.
@criterion("P02.5e", level=Level.ROBUST, at_least=0.95, requires=("P02.5b",))
def what_is_doubted_is_said(doubted: list[Row]) -> Measured:
    """An extraction that contradicts its mail says so in its doubts, and a true one has none."""
    return share_of(doubted, expected="doubts where it is wrong", mode="doubts")


# Reference, seeds 101 to 105: 0 each time. The brief allows .02.
@criterion("P02.5b", level=Level.ROBUST, at_most=0.02, requires=("P02.5a",))
def the_truth_is_believed(checked: Checked) -> Measured:
    """Of payloads that are right, at most 2 in 100 are doubted."""
    doubted = [judged for judged in checked.right if not judged.believed]
    failures = [Failure(case=judged.case, mode="doubted") for judged in doubted]
    return share((not judged.believed for judged in checked.right), failures=failures)


# Reference, seeds 101 to 105: 1, 1, .99, 1, 1, and the schema alone 0. Margin .09.
@criterion("P02.5c", level=Level.ROBUST, at_least=0.9, requires=("P02.5a",))
def schemas_do_not_catch_it(checked: Checked) -> Measured:
    """Constrained decoding does not help here: checks of meaning catch what no schema does.

    The gain in wrong payloads caught over validating against the schema, which is all that a
    constrained decoder can promise.
    """
    return paired_gain(
        [float(not judged.believed) for judged in checked.wrong],
        [float(not judged.fits_schema) for judged in checked.wrong],
    )
