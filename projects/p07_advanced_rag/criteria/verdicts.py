"""6: questions and rewritings judged one by one, without a model."""

import random
from typing import TypeAlias

from shared.criteria import Failure, Level, Measured, Subject, criterion, fact, share

Told: TypeAlias = tuple[str, str, tuple[str, ...], bool, bool]
"""A question, a rewriting, what was said before, whether it is to be English, the verdict."""


def verdicts(draw: random.Random) -> list[Told]:
    """Write rewritings that keep what they must, and such that do not, about drawn things."""
    name, other = draw.sample(("Onda", "Brisa", "Cometa", "Falua", "Jangada"), 2)
    days, more = draw.sample(range(11, 99), 2)
    said = (f"Does the {name} take {more} minutes with asyncio.gather?", "Yes.")
    whole = f"How long does the {name} lamp last after {days} days?"
    late = f"Can I send the {name} back without a receipt?"
    tarde = f"Posso devolver a {name} sem recibo?"
    code = "Why does asyncio.wait not end here?"
    return [
        (whole, whole, (), True, True),
        (whole, f"lifetime of the {name} lamp after {days} days", (), True, True),
        (whole, f"How long does the {name} lamp last after {more} days?", (), True, False),
        (whole, f"How long does the lamp last after {days} days?", (), True, False),
        (whole, f"How long does the {other} lamp last after {days} days?", (), True, False),
        (
            whole,
            f"How long does the {name} lamp last after {days} days, or {more}?",
            (),
            True,
            False,
        ),
        (
            whole,
            f"How long does the {name} lamp last after {days} days and {more} minutes?",
            said,
            True,
            True,
        ),
        (whole, "", (), True, False),
        (late, f"returning the {name} without a receipt", (), True, True),
        (late, f"Can I send the {name} back with a receipt?", (), True, False),
        (tarde, f"Can I send the {name} back without a receipt?", (), True, True),
        (tarde, f"Can I send the {name} back with a receipt?", (), True, False),
        (tarde, f"Posso devolver a {name} com recibo?", (), False, False),
        (code, "asyncio.wait does not end", (), True, True),
        (code, "Why does waiting not end here?", (), True, False),
        (code, "Why does asyncio.wait not end, unlike asyncio.shield?", said, True, False),
        (code, "Why does asyncio.wait not end, unlike asyncio.gather?", said, True, True),
    ]


def leanings(draw: random.Random) -> list[Told]:
    """Write questions that need rewriting, and that do not; there is no rewriting yet."""
    name = draw.choice(("Onda", "Brisa", "Cometa", "Falua"))
    said = (f"Do you sell the {name} lamp?", "Yes, we do.")
    return [
        (f"How long may I keep the {name} lamp before I send it to you?", "", (), True, False),
        (f"Por quanto tempo posso ficar com a {name} antes de devolver?", "", (), True, True),
        (f"Por quanto tempo posso ficar com a {name} antes de devolver?", "", (), False, False),
        ("How much does it weigh when the box is empty?", "", said, True, True),
        ("And the warranty?", "", said, True, True),
        ("E a garantia?", "", said, False, True),
        (f"How many years does the {name} lamp last?", "", said, True, False),
    ]


@fact()
async def told(subject: Subject, seed: int) -> list[tuple[Told, bool]]:
    """Let questions and rewritings be judged one by one, without a model, in a drawn order."""
    draw = random.Random(f"{seed}/told")
    cases = [("is_faithful", case) for _ in range(3) for case in verdicts(draw)]
    cases += [("needs_rewriting", case) for _ in range(3) for case in leanings(draw)]
    draw.shuffle(cases)
    results = []
    for function, (question, query, said, english, verdict) in cases:
        given = {"query": query} if function == "is_faithful" else {}
        got = await subject.call(
            f"rewrite.{function}",
            returns=bool,
            question=question,
            history=list(said),
            into_english=english,
            **given,
        )
        results.append(((question, query, said, english, verdict), got))
    return results


# A guarantee, so no margin.
@criterion("P07.6e", level=Level.ROBUST, at_least=1.0)
def what_must_stay_stays(told: list[tuple[Told, bool]]) -> Measured:
    """Questions and rewritings judged rightly, one by one: numbers, names, codes, negation.

    In both languages and across them. Nothing may come in that neither question nor conversation
    holds; what was said before may.
    """
    wrong = [case for case, got in told if got is not case[-1]]
    failures = [
        Failure(case=f"{question} -> {query}", expected=str(verdict))
        for question, query, _, _, verdict in wrong
    ]
    return share((got is case[-1] for case, got in told), failures=failures)
