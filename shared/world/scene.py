"""Who writes a mail, when, about which order, and in what manner."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shared.world import formats
from shared.world.model import Customer, Difficulty, Language, Order, Product
from shared.world.phrases import mail_en, mail_pt
from shared.world.stream import Stream
from shared.world.writing import Mark, Piece, Slot, fill

PHRASES: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "en": mail_en.PHRASES,
    "pt": mail_pt.PHRASES,
}


@dataclass(frozen=True)
class Scene:
    """Who writes, when, about which order, and how hard the mail is meant to be to read."""

    draw: Stream
    customer: Customer
    order: Order
    products: Mapping[str, Product]
    sent_on: date
    level: Difficulty

    @property
    def language(self) -> Language:
        """The language the customer writes."""
        return self.customer.language

    @property
    def american(self) -> bool:
        """Whether the month comes before the day."""
        return self.customer.country == "US"

    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]:
        """The sentences of the customer's language."""
        return PHRASES[self.language]

    def about(self, order: Order) -> "Scene":
        """Turn to another order of the same customer."""
        return replace(self, order=order)

    def say(self, key: str, **slots: Slot) -> tuple[Piece, ...]:
        """Fill one of the sentences under ``key``."""
        return fill(self.draw.pick(self.phrases[key]), slots)

    def drops(self, percent: int) -> bool:
        """Say whether something goes unsaid; an easy mail leaves nothing out."""
        return self.level != "easy" and self.draw.chance(percent)

    def money(self, amount: Decimal, key: str) -> Mark:
        """Write an amount the customer's way."""
        plain = self.level == "easy"
        return Mark(formats.money(self.draw, amount, self.customer.currency, plain=plain), key)

    def past(self, day: date, key: str) -> tuple[Piece, ...]:
        """Write a day gone by, with its preposition."""
        lead, written = formats.past_day(
            self.draw,
            day,
            self.sent_on,
            self.language,
            american=self.american,
            plain=self.level == "easy",
        )
        return (lead, Mark(written, key))
