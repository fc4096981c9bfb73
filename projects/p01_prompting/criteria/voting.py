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
    ModelHandle,
    ScriptHandle,
    Subject,
    criterion,
    fact,
    mean,
    share,
)
from shared.llm.messages import Completion, FinishReason, Refusal, Reply, Usage

from .overheard import overheard
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


def said(text: str) -> Completion:
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


async def vote(
    subject: Subject, replies: Sequence[Reply], *, model: ModelHandle | None = None, **limits: int
) -> VoteWire:
    """Let the learner's vote draw from a script, or from a model."""
    return await subject.call(
        "voting.self_consistent",
        returns=VoteWire,
        request={"messages": [{"role": "user", "parts": [{"kind": "text", "text": "How much?"}]}]},
        model=model or ScriptHandle(replies=tuple(replies)),
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
    return [*results, *await _elections(subject, dice), await _sampled(subject)]


async def _elections(subject: Subject, dice: random.Random) -> list[tuple[str, bool]]:
    """Hold small votes with every most and margin; refusals stand between the answers."""
    results = []
    for at in range(40):
        most, margin = dice.randrange(3, 10), dice.randrange(1, 5)
        names = [f"Name {n}" for n in dice.sample(range(999), 3)]
        drawn = dice.choices([*names, None], weights=[5, 3, 2, 1], k=most)
        replies: list[Reply] = [said(f"Answer: {n}") if n else _REFUSAL for n in drawn]
        got = await vote(subject, replies, most=most, margin=margin)
        held = (got.answer, got.samples) == _elected(drawn, margin)
        results.append((f"vote {at}: {drawn}, a lead of {margin}", held))
    return results


_REFUSAL = Refusal(text="I cannot help with that.", model="scripted", usage=USED)


def _elected(drawn: Sequence[str | None], margin: int) -> tuple[str | None, int]:
    """Name the winner, and the samples after which nothing could change any more."""
    counts: dict[str, int] = {}
    taken = 0
    while taken < len(drawn):
        first, second, *_ = [*sorted(counts.values(), reverse=True), 0, 0]
        if first - second >= margin or first - second > len(drawn) - taken:
            break
        name, taken = drawn[taken], taken + 1
        if name:
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default=None), taken


async def _sampled(subject: Subject) -> tuple[str, bool]:
    """Look at what a vote asks for: the same each time, but for the seed, and not greedily."""
    async with overheard([said(f"Answer: {at}") for at in range(5)]) as server:
        await vote(subject, (), model=ModelHandle(server=server.url), most=5)
    seeds = {str(asked.get("seed")) for asked in server.asked}
    warm = all(asked.get("temperature") for asked in server.asked)
    return "a seed for each sample, and a temperature", len(seeds) == 5 and warm


# Reference, seeds 101 to 105: 1 each time. A guarantee, so no margin.
@criterion("P01.4d", level=Level.ROBUST, at_least=1.0, requires=("P01.4c",))
def ties_are_decided(ties: list[tuple[str, bool]]) -> Measured:
    """Of answers with equally many votes the first wins, every time; silence is no vote.

    Nor is a refusal. A vote ends as soon as what is left cannot change it, and no sample is asked
    for with the seed of another.
    """
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
