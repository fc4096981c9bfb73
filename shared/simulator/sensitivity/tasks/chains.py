"""Questions that take several facts, each of which leads to the next."""

from dataclasses import dataclass
from random import Random

from shared.llm.messages import ChatRequest
from shared.simulator.sensitivity.tasks.names import firms, people, places
from shared.simulator.sensitivity.trial import Item, Judge, prompt, says

ORDERS = "Answer the question from the facts. Give only the name."
STEPS = (
    "Answer the question from the facts. Think step by step, writing down each fact you use. "
    "Then give only the name."
)
# What is asked of a person by so many facts; the questions of one link each lead there too.
ASKED = {
    1: "Which company does {0} work for?",
    2: "In which town is the company that {0} works for?",
    3: "In which county is the town of the company that {0} works for?",
    4: "Who governs the county of the town of the company that {0} works for?",
}
LINKS = (
    "Which company does {0} work for?",
    "In which town is the company {0}?",
    "In which county is the town {0}?",
    "Who governs the county {0}?",
)


@dataclass(frozen=True, slots=True)
class Chain:
    """Facts that lead from a person over a company and a town to a county and its governor."""

    names: tuple[str, ...]

    def facts(self) -> tuple[str, ...]:
        """Tell the facts."""
        person, firm, town, county, governor = self.names
        return (
            f"{person} works for the company {firm}.",
            f"The company {firm} is in the town {town}.",
            f"The town {town} is in the county {county}.",
            f"The county {county} is governed by {governor}.",
        )


@dataclass(frozen=True, slots=True)
class Riddle:
    """A chain to follow this far, among others."""

    hops: int
    chain: Chain
    text: str

    def item(self, orders: str = ORDERS) -> Item:
        """Ask it all at once."""
        return Item(self._asking(ASKED[self.hops].format(self.chain.names[0]), orders), self.judge)

    def link(self, number: int, name: str) -> Item:
        """Ask for one link only, of a name found before."""
        right = says(self.chain.names[number + 1])
        return Item(self._asking(LINKS[number].format(name), ORDERS), right)

    @property
    def judge(self) -> Judge:
        """The judge of the whole."""
        return says(self.chain.names[self.hops])

    def _asking(self, question: str, orders: str) -> ChatRequest:
        return prompt(orders, f"<facts>\n{self.text}\n</facts>\n\n{question}")


def riddle(dice: Random, hops: int, *, others: int = 3) -> Riddle:
    """Draw a question over so many facts, with so many chains beside."""
    count = others + 1
    towns = places(dice, 2 * count)
    staff = people(dice, 2 * count)
    chains = [
        Chain((staff[i], firm, towns[i], towns[count + i], staff[count + i]))
        for i, firm in enumerate(firms(dice, count))
    ]
    facts = [fact for chain in chains for fact in chain.facts()]
    dice.shuffle(facts)
    return Riddle(hops, chains[0], " ".join(facts))
