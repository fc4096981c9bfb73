"""Letters with two dates and two amounts, and forms whose field names fit either."""

from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from shared.llm.messages import JsonSchema
from shared.simulator.sensitivity.tasks.names import people
from shared.simulator.sensitivity.trial import Item, fields, prompt

ORDERS = "Fill in the form from the letter."
SAME_ORDERS = (
    "Extract the fields of the form from the letter.",
    "Read the letter and complete the record that is asked for.",
    "From the letter, give the values that the form calls for.",
)
# Each field's name with what it is to hold, in words that the letter does not use.
DATES = {"ordered": "the day of the purchase", "came": "the day of delivery"}
SUMS = {"goods": "what all the goods cost, in total", "freight": "what the shipping cost"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, the meanings its form asks for, and the values they have."""

    text: str
    date: str
    amount: str
    values: dict[str, JsonValue]

    def item(
        self, *, described: bool = True, orders: str = ORDERS, backwards: bool = False
    ) -> Item:
        """Ask for the form; ``described`` fields say what they are to hold."""
        told = {
            "reference": "the order's number",
            "date": DATES[self.date],
            "amount": SUMS[self.amount],
        }
        kinds: dict[str, JsonSchema] = {
            "reference": {"type": "string"},
            "date": {"type": "string", "format": "date"},
            "amount": {"type": "number"},
        }
        names = [*reversed(kinds)] if backwards else [*kinds]
        properties: dict[str, JsonValue] = {
            name: {**kinds[name], "description": told[name]} if described else {**kinds[name]}
            for name in names
        }
        schema: JsonSchema = {
            "type": "object",
            "properties": properties,
            "required": [*names],
            "additionalProperties": False,
        }
        wanted = {
            "reference": self.values["reference"],
            "date": self.values[self.date],
            "amount": self.values[self.amount],
        }
        body = f"<letter>\n{self.text}\n</letter>"
        return Item(prompt(orders, body, schema=schema), fields(**wanted))


def letter(dice: Random, *, name: str = "") -> Letter:
    """Draw a letter; ``name`` is who signs it, where that matters."""
    month = dice.randint(1, 12)
    first, second = (
        f"2025-{month:02d}-{dice.randint(1, 12):02d}",
        f"2025-{month:02d}-{dice.randint(13, 28)}",
    )
    goods, freight = dice.randint(40, 900) + 0.5, dice.randint(5, 38) + 0.25
    reference = (
        f"{dice.choice('ABCDEFGHJK')}{dice.choice('LMNPQRSTUV')}-{dice.randint(1000, 99999)}"
    )
    sentences = [
        f"I placed order {reference} on {first}.",
        f"The delivery came on {second}.",
        f"In total I paid ${goods:.2f} for the goods.",
        f"The freight was ${freight:.2f}.",
    ]
    dice.shuffle(sentences)
    signed = name or people(dice, 1)[0]
    return Letter(
        " ".join(sentences) + f"\n\nRegards,\n{signed}",
        dice.choice(tuple(DATES)),
        dice.choice(tuple(SUMS)),
        {
            "reference": reference,
            "ordered": first,
            "came": second,
            "goods": goods,
            "freight": freight,
        },
    )
