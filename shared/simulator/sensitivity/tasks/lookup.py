"""Questions whose answer is one value in one sentence, among sentences that look alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from shared.simulator.sensitivity.tasks.names import places
from shared.simulator.sensitivity.trial import Item, Judge, prompt, says

ORDERS = "Answer the question from the text. Give only the value."
MAY_ABSTAIN = f"{ORDERS} If the text does not say, answer: I don't know."
UNKNOWN = "I don't know"
SAME_ORDERS = (
    "Read the text and reply with just the value asked for, nothing else.",
    "Use only the text. Your reply must be the exact value and no explanation.",
    "Find in the text what the question asks. Return only the value.",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: how it is told, how it is asked in two ways, and its unit."""

    told: str
    asked: tuple[str, str]
    unit: str
    least: int
    most: int


KINDS = (
    Kind(
        "The museum of {0} has {1}.",
        (
            "How many paintings does the museum of {0} have?",
            "What is the number of paintings in the museum of {0}?",
        ),
        "{} paintings",
        20,
        990,
    ),
    Kind(
        "The ferry to {0} takes {1}.",
        (
            "How many minutes does the ferry to {0} take?",
            "How long does the ferry to {0} take, in minutes?",
        ),
        "{} minutes",
        12,
        95,
    ),
    Kind(
        "A ticket for the castle of {0} costs {1}.",
        (
            "How much is a ticket for the castle of {0}?",
            "What is the price of a ticket for the castle of {0}?",
        ),
        "${}",
        3,
        98,
    ),
    Kind(
        "The tower of {0} is {1} high.",
        ("How high is the tower of {0}?", "What height is the tower of {0}?"),
        "{} m",
        15,
        240,
    ),
)
FILLERS = (
    "Visitors like the garden behind it.",
    "It was painted again after the war.",
    "Most guests come in the early summer.",
    "The council looks after it all year round.",
    "A small shop sells postcards at the door.",
    "Children from the schools nearby come often.",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, the place it is about, and its value."""

    place: str
    sentence: str
    value: str


def _written(facts: Sequence[Fact]) -> str:
    """Write facts down, each with a sentence beside it that says nothing of the kind."""
    return " ".join(
        f"{fact.sentence} {FILLERS[len(fact.value + fact.place) % len(FILLERS)]}" for fact in facts
    )


@dataclass(frozen=True, slots=True)
class Look:
    """A question, the fact that answers it, and other facts of its kind."""

    kind: Kind
    fact: Fact
    others: tuple[Fact, ...]

    def page(self, *, at: float = 0.5) -> str:
        """Write the text, the answer's sentence this far down."""
        place = round(at * len(self.others))
        return _written([*self.others[:place], self.fact, *self.others[place:]])

    def page_without(self) -> str:
        """Write the text without the sentence that answers."""
        return _written(self.others)

    def alone(self) -> "Look":
        """Leave the other facts out."""
        return replace(self, others=())

    def renamed(self, place: str) -> "Look":
        """Give the place that is asked about another name, everywhere."""
        told = self.fact.sentence.replace(self.fact.place, place)
        return replace(self, fact=Fact(place, told, self.fact.value))

    def shuffled(self, dice: Random) -> "Look":
        """Put the other facts in another order."""
        return replace(self, others=tuple(dice.sample(self.others, len(self.others))))

    def question(self, way: int = 0) -> str:
        """Ask, in one of two ways."""
        return self.kind.asked[way].format(self.fact.place)

    def item(self, text: str = "", *, orders: str = ORDERS, way: int = 0) -> Item:
        """Ask from a text, the page itself unless another is given."""
        body = f"<text>\n{text or self.page()}\n</text>\n\n{self.question(way)}"
        return Item(prompt(orders, body), says_value(self.fact.value))


def says_value(value: str) -> Judge:
    """Want the value, with or without its unit."""
    whole, short = says(value), says(value.strip("$").split()[0])
    return lambda plan: whole(plan) or short(plan)


def look(dice: Random, *, others: int) -> Look:
    """Draw a question with so many facts beside the one that answers it."""
    kind = dice.choice(KINDS)
    drawn = places(dice, others + 1)
    values = _numbers(dice, kind, others + 1)
    facts = [_fact(kind, place, value) for place, value in zip(drawn, values, strict=True)]
    return Look(kind, facts[0], tuple(facts[1:]))


def _fact(kind: Kind, place: str, number: int) -> Fact:
    value = kind.unit.format(number)
    return Fact(place, kind.told.format(place, value), value)


def _numbers(dice: Random, kind: Kind, count: int) -> Sequence[int]:
    """Draw numbers; the first, which answers, is no other fact's."""
    first = dice.randint(kind.least, kind.most)
    rest = [n for n in range(kind.least, kind.most + 1) if n != first]
    return [first, *dice.choices(rest, k=count - 1)]
