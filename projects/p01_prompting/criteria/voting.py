"""Self-consistency: how right it is at which price, and where it cannot help."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from shared.criteria import (
    Failure,
    Level,
    Measured,
    ScriptHandle,
    Subject,
    criterion,
    fact,
    mean,
    share,
)
from shared.llm.messages import Completion, FinishReason, Reply, Usage

from .results import share_of

RIGHT, WRONG = 0.62, 4
MOST = 15
QUESTIONS = 500
USED = Usage(input_tokens=10, output_tokens=1)


class VoteWire(BaseModel):
    """A vote as it crosses the boundary."""

    answer: str | None
    share: float
    samples: int
    usage: Usage


def said(text: str) -> Reply:
    """Write one reply."""
    return Completion(text=text, finish_reason=FinishReason.STOP, usage=USED, model="scripted")


def written(value: Decimal, dice: random.Random) -> str:
    """Write an amount in one of the ways that people and models do."""
    english = f"{value:,.2f}"
    brazilian = english.translate(str.maketrans(",.", ".,"))
    plain = f"{value:.2f}"
    ways = [plain, english, f"${english}", f"$ {english}", f"R$ {brazilian}", f"USD {english}",
            f"€ {brazilian}", f"{english} EUR", f"{brazilian} reais",
            english.replace(",", " ")]  # fmt: skip
    if value == value.to_integral_value():
        whole = f"{value:,.0f}"
        ways += [whole, f"{value:.0f}", f"{value:.1f}", f"${whole.replace(',', ' ')}"]
    return dice.choice(ways)


def amounts(dice: random.Random, count: int) -> list[Decimal]:
    """Draw different amounts from one to ten thousand, half of them without cents."""
    cents = dice.sample(range(100_000, 999_999), count)
    return [Decimal(c - c % 100 if dice.random() < 0.5 else c).scaleb(-2) for c in cents]


def draws(dice: random.Random, options: Sequence[Decimal], count: int) -> list[Decimal]:
    """Sample answers: the first option with the share ``RIGHT``, the others alike."""
    rest = (1 - RIGHT) / (len(options) - 1)
    return dice.choices(options, weights=[RIGHT, *[rest] * (len(options) - 1)], k=count)


async def vote(subject: Subject, replies: Sequence[Reply], **limits: int) -> VoteWire:
    """Let the learner's vote draw from a script."""
    return await subject.call(
        "voting.self_consistent",
        returns=VoteWire,
        request={"messages": [{"role": "user", "parts": [{"kind": "text", "text": "How much?"}]}]},
        model=ScriptHandle(replies=tuple(replies)),
        **limits,
    )


@fact(timeout_s=90)
async def votes(subject: Subject, seed: int) -> list[tuple[str, bool, int]]:
    """Ask a model that is right in 62 of 100 samples, with four wrong answers, each as likely."""
    dice, results = random.Random(seed), []
    for at in range(QUESTIONS):
        options = amounts(dice, WRONG + 1)
        replies = [
            said(f"Let me see.\nAnswer: {written(value, dice)}")
            for value in draws(dice, options, MOST)
        ]
        got = await vote(subject, replies)
        right = got.answer is not None and _amount(got.answer) == options[0]
        paid = got.usage.output_tokens == got.samples
        results.append((f"question {at}: {got.answer}", right and paid, got.samples))
    return results


def _amount(text: str) -> Decimal | None:
    """Read an amount that ``written`` wrote, apart from the learner's normaliser."""
    digits = "".join(c for c in text if c.isdigit() or c in ".,")
    head, mark, tail = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if mark and len(tail) < 3:
        return Decimal(f"{''.join(filter(str.isdigit, head)) or 0}.{tail}")
    only = "".join(filter(str.isdigit, digits))
    return Decimal(only) if only else None


# Reference, seeds 101 to 105: .986, .984, .986, .988, .98. The brief asks for .96.
@criterion("P01.4a", level=Level.ROBUST, at_least=0.96, requires=("P01.4c",))
def votes_are_right(votes: list[tuple[str, bool, int]]) -> Measured:
    """A model right in 62 of 100 samples becomes right in 96 of 100 votes.

    All fifteen samples would give .987; a lead of three .981 (simulated beforehand).
    """
    return share_of([(case, right) for case, right, _ in votes], expected="the likeliest answer")


# Reference, seeds 101 to 105: 7.0, 6.9, 6.7, 6.7, 6.7. The brief allows 8.
@criterion("P01.4b", level=Level.ROBUST, at_most=8.0, requires=("P01.4a",))
def votes_end_early(votes: list[tuple[str, bool, int]]) -> Measured:
    """Such a vote takes at most eight samples on average, of the fifteen it may."""
    return mean([samples for _, _, samples in votes], unit="calls")


EQUAL = (
    (
        "1,000",
        "1000.0",
        "$1 000",
        "R$ 1.000,00",
        "1000",
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
    pairs = (("Sao Paulo", "São Paulo"), ("16%", "16"), ("1.5", "15"), ("1 2", "12"))
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


@fact()
async def ties(subject: Subject, seed: int) -> list[tuple[str, bool]]:
    """Let votes end level, without votes, and with samples that say nothing."""
    dice, results = random.Random(seed), []
    for at in range(40):
        first, second = (f"name{n}" for n in dice.sample(range(999), 2))
        order = [first, second, *dice.sample([first, second], 2)]
        got = [await vote(subject, [said(f"Answer: {o}") for o in order], most=4) for _ in range(3)]
        results.append((f"tie {at}", {vote_.answer for vote_ in got} == {first}))
    nothing = await vote(subject, [said("")] * 5, most=5)
    results.append(("no votes", (nothing.answer, nothing.share, nothing.samples) == (None, 0, 5)))
    few = await vote(subject, [said(""), *[said("Answer: a")] * 3], most=15)
    counted = (few.answer, few.share, few.samples) == ("a", 1, 4)
    results.append(("an empty sample has no vote", counted))
    return results


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.4d", level=Level.ROBUST, at_least=1.0, requires=("P01.4c",))
def ties_are_decided(ties: list[tuple[str, bool]]) -> Measured:
    """Of answers with equally many votes the first wins, every time; silence is no vote."""
    return share_of(ties, expected="the answer that came first")


@fact(timeout_s=90)
async def verdicts(subject: Subject, seed: int) -> list[tuple[str, str, str]]:
    """Vote where errors are drawn anew in each sample, and where they repeat in all of them."""
    results, order = [], random.Random(f"{seed}/verdicts")
    worlds = [False, True, *order.choices((False, True), k=4)]
    order.shuffle(worlds)  # so that counting calls tells nothing
    for world, repeats in enumerate(worlds):
        dice = random.Random(f"{seed}/{world}")
        once, voted = [], []
        for _ in range(120):
            options = [f"name{n}" for n in dice.sample(range(9999), WRONG + 1)]
            weights = [RIGHT, *[(1 - RIGHT) / WRONG] * WRONG]
            answers = dice.choices(options, weights, k=7)
            answers = answers[:1] * 7 if repeats else answers
            got = await vote(subject, [said(f"Answer: {a}") for a in answers], most=7)
            once.append(answers[0] == options[0])
            voted.append(got.answer == options[0])
        found = await subject.call(
            "ablation.gain",
            returns=dict[str, Any],
            row=_row("self_consistency", voted),
            over=_row("chain_of_thought", once),
        )
        expected = "no gain" if repeats else "gain"
        results.append((f"world {world}", expected, str(found["verdict"])))
    return results


def _row(strategy: str, right: Sequence[bool]) -> dict[str, Any]:
    return {"model": "scripted", "strategy": strategy, "right": list(right)}


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.4e", level=Level.ROBUST, at_least=1.0, requires=("P01.4c",))
def repeated_errors_give_no_gain(verdicts: list[tuple[str, str, str]]) -> Measured:
    """Voting gains where errors are independent; where they repeat, the report says "no gain"."""
    failures = [
        Failure(case=case, expected=expected, actual=actual)
        for case, expected, actual in verdicts
        if expected != actual
    ]
    return share((expected == actual for _, expected, actual in verdicts), failures=failures)
