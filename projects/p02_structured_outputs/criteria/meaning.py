"""Checks of meaning: what is valid and wrong is caught, and the truth is believed."""

import random
from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, Subject, criterion, fact, paired_gain, share

from .cases import draw_cases
from .results import Json, Problem, share_of, validator
from .twists import twisted


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
    """Check a hundred payloads that keep the schema and are wrong, and two hundred true ones.

    In a drawn order, so that counting calls tells nothing.
    """
    fits, found = validator(sent_schema[0]), Checked([], [])
    truths = sorted(draw_cases(seed + 6, 1_000), key=lambda case: not _adds_up(case.payload))
    cases = [(False, kind, case, payload) for kind, case, payload in twisted(seed, 100)]
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
