"""Answers that are written in many ways: the same ones are one, and others stay apart."""

import random

from shared.criteria import Level, Measured, Subject, criterion, fact

from .results import share_of
from .voting import amounts, written

EQUAL = (
    (
        "1,000",
        "1000.0",
        "$1 000",
        "R$ 1.000,00",
        "1000",
        "1.000",
        "US$ 1,000.00",
        "1.000,00 reais",
        " 1000. ",
    ),
    ("0.125", "0,125", "0.1250"),
    ("16%", "16 %", "16 per cent", "16.0 percent", "16 por cento"),
    ("Leah Hayes", "leah  hayes.", '"Leah Hayes"', "LEAH HAYES"),
    ("50 h", "50 hours", "50 horas"),
    ("-5", "-5.00", "\u22125"),
    ("São Paulo", "são paulo"),
    ("1,234,567.89", "1.234.567,89", "1 234 567.89", "$1,234,567.89"),
)


@fact()
async def readings(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Normalise answers that are equal, and answers that are not."""
    dice = random.Random(seed)
    groups = [list(group) for group in EQUAL]
    groups += [[written(value, dice) for _ in range(4)] for value in amounts(dice, 40)]
    large, days = dice.randrange(10**17, 10**18), dice.randrange(10, 99)
    pairs = (
        ("Sao Paulo", "São Paulo"),
        ("16%", "16"),
        ("1.5", "15"),
        ("1 2", "12"),
        ("1.000", "1"),
        (f"-{days}", f"{days}"),
        (f"{days} h", f"{days} days"),
        (f"{days} hours", f"{days}"),
        (f"{large}", f"{large + 1}"),  # no float holds both
    )
    texts = sorted({text for group in (*groups, *pairs) for text in group})
    dice.shuffle(texts)  # so that counting calls tells nothing
    form_of = {text: await _normal(subject, text) for text in texts}
    forms = [[form_of[text] for text in group] for group in groups]
    results = [
        (" = ".join(group), len(set(form)) == 1) for group, form in zip(groups, forms, strict=True)
    ]
    firsts = [form[0] for form in forms]
    results.append(("different answers stay different", len(set(firsts)) == len(firsts)))
    results += [
        (f"{left} is not {right}", form_of[left] != form_of[right]) for left, right in pairs
    ]
    return results


async def _normal(subject: Subject, text: str) -> str:
    return await subject.call("voting.normalised", returns=str, answer=text)


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.4c", level=Level.ROBUST, at_least=1.0)
def equal_answers_are_equal(readings: list[tuple[str, bool]]) -> Measured:
    """Answers that mean the same are one: "1,000", "1000.0", "$1 000", "R$ 1.000,00"."""
    return share_of(readings, expected="one form for each answer")
