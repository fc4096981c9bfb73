"""The criteria of the two exercises, as their projects hold them; ``{canary}`` is filled in."""

CRITERIA = '''\
"""What the four functions must do."""

# {canary}

import random
from typing import Any

from shared.criteria import (
    Level,
    Measured,
    Raised,
    Returned,
    Subject,
    amount,
    criterion,
    fact,
    share,
)


@fact(timeout_s=12)
async def doubled(subject: Subject, seed: int) -> list[bool]:
    """Double numbers that nobody has seen."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1 << 30) for _ in range(12)]
    return [await subject.call("work.double", returns=int, number=n) == 2 * n for n in numbers]


@criterion("P01.1", level=Level.WORKS, at_least=1)
def numbers_are_doubled(doubled: list[bool]) -> Measured:
    """Numbers are doubled."""
    return share(doubled)


@fact(timeout_s=12)
async def halved(subject: Subject, seed: int) -> list[float]:
    """Halve numbers, and say how far off the answers are."""
    draw = random.Random(seed + 1)
    numbers = [draw.uniform(1, 1000) for _ in range(12)]
    return [
        abs(await subject.call("work.halve", returns=float, number=n) - n / 2) for n in numbers
    ]


@criterion("P01.2", level=Level.WORKS, at_most=1e-6)
def halves_are_exact(halved: list[float]) -> Measured:
    """No half is off."""
    return amount(max(halved), n=len(halved), unit="score")


@fact(timeout_s=12)
async def added(subject: Subject, seed: int) -> list[bool]:
    """Add up lines whose sums are known, reading answers as they come."""
    draw = random.Random(seed + 2)
    results = []
    for _ in range(6):
        words = [draw.choice(["tea", "oil", "rye", "fig"]) for _ in range(8)]
        pairs = [(word, draw.randrange(1, 99)) for word in words]
        outcome = await subject.attempt("work.totals", lines=[f"{w} {n}" for w, n in pairs])
        sums = {w: sum(n for name, n in pairs if name == w) for w in words}
        found: Any = outcome.value if isinstance(outcome, Returned) else {}
        results.append(bool(found) and all(found[w] == sums[w] for w in sums))
    return results


@criterion("P01.3", level=Level.WORKS, at_least=1)
def sums_are_right(added: list[bool]) -> Measured:
    """Sums are right."""
    return share(added)


@fact(timeout_s=12)
async def read(subject: Subject, seed: int) -> list[bool]:
    """Read lists of numbers, every other one of them damaged."""
    draw = random.Random(seed + 3)
    results = []
    for number in range(12):
        numbers = [draw.randrange(1000) for _ in range(4)]
        text = ",".join(map(str, numbers)) + ",x" * (number % 2)
        outcome = await subject.attempt("work.digits", text=text)
        if number % 2:
            results.append(isinstance(outcome, Raised) and "ValueError" in outcome.types)
        else:
            results.append(isinstance(outcome, Returned) and outcome.value == numbers)
    return results


@criterion("P01.4", level=Level.WORKS, at_least=1)
def damage_is_refused(read: list[bool]) -> Measured:
    """What is whole is read, what is damaged is refused."""
    return share(read)
'''

CRITERIA_ASKING = '''\
"""What asking and keeping must do."""

# {canary}

import random

from shared.criteria import (
    DatabaseHandle,
    Level,
    Measured,
    ModelHandle,
    Subject,
    SubjectRaisedError,
    amount,
    criterion,
    fact,
    share,
)

MODEL = ModelHandle(profile="sim-nano")
DRILLED = ModelHandle(profile="sim-nano", drill={"error_500": 0.5})


@fact(timeout_s=20)
async def answered(subject: Subject, seed: int) -> list[int]:
    """Ask about numbers; return those whose answer is right."""
    draw = random.Random(seed)
    numbers = [draw.randrange(1 << 30) for _ in range(4)]
    found = []
    for n in numbers:
        answer = await subject.call("work.twice", returns=int, number=n, model=MODEL)
        found += [n] if answer == 2 * n else []
    return found


@criterion("P02.1", level=Level.WORKS, at_least=4)
def answers_are_right(answered: list[int]) -> Measured:
    """Answers are right."""
    return amount(len(answered), n=4)


@fact(timeout_s=20)
async def asked(subject: Subject, answered: list[int]) -> list[bool]:
    """See which of them the model was asked about, once."""
    texts = [str(call.request) for call in await subject.calls(MODEL)]
    return [sum(str(n) in text for text in texts) == 1 for n in answered]


@criterion("P02.2", level=Level.WORKS, at_least=1)
def the_model_is_asked(asked: list[bool]) -> Measured:
    """The model is asked about each, once."""
    return share(asked)


@fact(timeout_s=20)
async def drilled(subject: Subject, seed: int) -> list[bool]:
    """Ask in a drill: half of the calls fail."""
    draw = random.Random(seed + 1)
    results = []
    for _ in range(14):
        n = draw.randrange(1 << 30)
        try:
            answer = await subject.call("work.twice", returns=int, number=n, model=DRILLED)
        except SubjectRaisedError:
            answer = -1
        results.append(answer == 2 * n)
    faults = [call.fault for call in await subject.calls(DRILLED)]
    return [*results, any(faults)]


@criterion("P02.3", level=Level.WORKS, at_least=1)
def faults_are_overcome(drilled: list[bool]) -> Measured:
    """Faults are met, and overcome."""
    return share(drilled)


@fact(timeout_s=20)
async def summed(subject: Subject, seed: int) -> list[bool]:
    """Keep numbers in a database."""
    draw = random.Random(seed + 2)
    numbers = [draw.randrange(1000) for _ in range(4)]
    pool = DatabaseHandle()
    total = await subject.call("work.kept", returns=int, numbers=numbers, pool=pool)
    return [total == sum(numbers)]


@criterion("P02.4", level=Level.WORKS, at_least=1)
def sums_come_from_the_table(summed: list[bool]) -> Measured:
    """Sums come from the table."""
    return share(summed)
'''
