"""Messages to be sent to the right desk, by desks' names alone or with examples shown."""

from dataclasses import dataclass
from random import Random

from shared.llm.messages import JsonSchema
from shared.simulator.sensitivity.trial import Item, fields, prompt

# What people write about; a desk's name gives away some of it and not the rest.
DESKS: dict[str, tuple[str, ...]] = {
    "account": ("password", "login", "username", "two-factor code", "profile", "verification"),
    "billing": ("invoice", "card", "bank statement", "direct debit", "payment", "instalment"),
    "delivery": ("courier", "parcel", "van driver", "doorstep", "pickup point", "letterbox"),
    "technical": ("error", "crash", "screen", "battery", "hinge", "keyboard"),
}
FRAMES = (
    "There is something odd about the {0} and the {1} since Monday.",
    "Could someone look at my {0}? The {1} is not right either.",
    "I have now asked three times about the {0}, and then the {1} as well.",
    "Nobody told me what to do with the {0}. I do not understand the {1}.",
    "Yesterday it was the {0}, today it is the {1}. What now?",
)
ORDERS = "Decide which desk should get the message."
SAME_ORDERS = (
    "Choose the desk that the message belongs to.",
    "Which desk does the message go to? Pick one.",
    "Classify the message: find the right desk for it.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, the desk it belongs to, and examples for every desk."""

    text: str
    desk: str
    shown: tuple[tuple[str, str], ...]

    def item(self, *, shots: int = 0, orders: str = ORDERS, names: tuple[str, ...] = ()) -> Item:
        """Ask for the desk; ``shots`` examples of each desk are shown."""
        by_desk = [
            (text, desk)
            for wanted in DESKS
            for text, desk in [pair for pair in self.shown if pair[1] == wanted][:shots]
        ]
        examples = "".join(f"Message: {text}\nLabel: {desk}\n\n" for text, desk in by_desk)
        body = f"{examples}Message: {self.text}\nLabel:" if examples else f"Message: {self.text}"
        return Item(
            prompt(orders, body, schema=_schema(names or tuple(DESKS))), fields(desk=self.desk)
        )


def letter(dice: Random, *, shots: int = 4) -> Letter:
    """Draw a message, and so many examples of each desk that are none of it."""
    desk = dice.choice(tuple(DESKS))
    text = _message(dice, desk)
    shown = [
        (_message(dice, name), name) for _ in range(shots) for name in dice.sample(tuple(DESKS), 4)
    ]
    return Letter(text, desk, tuple(pair for pair in shown if pair[0] != text))


def _message(dice: Random, desk: str) -> str:
    return dice.choice(FRAMES).format(*dice.sample(DESKS[desk], 2))


def _schema(names: tuple[str, ...]) -> JsonSchema:
    return {
        "type": "object",
        "properties": {"desk": {"type": "string", "enum": list(names)}},
        "required": ["desk"],
        "additionalProperties": False,
    }
