"""How much of what the mails say is found, beside a model that fills the schema at random."""

from pydantic import JsonValue

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ModelHandle,
    Subject,
    criterion,
    fact,
    mean,
    paired_gain,
)

from .cases import Case, draw_cases
from .conversation import OutcomeWire, Run, run
from .results import Json, leaves


@fact(timeout_s=60)
async def undisturbed(subject: Subject, seed: int) -> Run:
    """Read mails with a model in no drill."""
    return await run(subject, draw_cases(seed + 4, 80), ModelHandle())


@fact(timeout_s=60)
async def mindless(subject: Subject, seed: int) -> Run:
    """Read the first of the same mails with the model that fills any schema at random."""
    return await run(subject, draw_cases(seed + 4, 30), ModelHandle(profile="sim-null"))


# Reference, seeds 101 to 105: .794, .777, .789, .786, .779. Margin .077 under the lowest.
@criterion("P02.4h", level=Level.ROBUST, at_least=0.7, requires=("P02.4a",))
def what_mails_say_is_found(undisturbed: Run) -> Measured:
    """Of the fields that a mail or its extraction fills, this share agrees."""
    failures = [
        Failure(case=case.id, expected=str(sorted(wrong)[:3]), mode="other than the truth")
        for case, out, _ in undisturbed.rows()
        if (wrong := _said(case.payload) ^ _said(out.extraction or {}))
    ]
    right = [fields_right(case, out) for case, out, _ in undisturbed.rows()]
    return mean(right, failures=failures)


# Reference, seeds 101 to 105: .784, .723, .734, .726, .724. Margin .123 under the lowest.
@criterion("P02.4i", level=Level.ROBUST, at_least=0.6, requires=("P02.4a",))
def the_mail_is_really_read(undisturbed: Run, mindless: Run) -> Measured:
    """The gain over a model that fills the schema at random: the answers come from the mail."""
    guessed = [fields_right(case, out) for case, out, _ in mindless.rows()]
    found = [fields_right(case, out) for case, out, _ in undisturbed.rows()]
    return paired_gain(found[: len(guessed)], guessed)


def fields_right(case: Case, outcome: OutcomeWire) -> float:
    """Share the fields that either the truth or the extraction fills and in which they agree."""
    truth, said = _said(case.payload), _said(outcome.extraction or {})
    return len(said & truth) / len({path for path, _ in said | truth})


def _said(payload: Json) -> set[tuple[str, JsonValue]]:
    """List what is filled, but for the version and the quotes, of which many would do."""
    return {
        (path, value)
        for path, value in leaves(payload)
        if path != "version" and not path.endswith("quote")
    }
