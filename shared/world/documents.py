"""Put a document together: its text, and the facts with the spans where it states them."""

from dataclasses import dataclass, field
from datetime import date

from shared.world.model import Document, DocumentKind, Fact, Language, Style
from shared.world.phrases.books import MANUALS
from shared.world.stream import Stream
from shared.world.writing import Mark, Page

THOUSAND = 1000


@dataclass(frozen=True)
class Heading:
    """What is known about a document before a word of it is written."""

    id: str
    kind: DocumentKind
    language: Language
    topic: str
    version: str
    effective_on: date
    superseded_on: date | None = None
    sku: str | None = None
    brand: str | None = None
    category: str | None = None
    style: Style = "plain"


@dataclass
class Draft:
    """A document under way."""

    heading: Heading
    draw: Stream
    page: Page = field(default_factory=Page)
    _facts: list[tuple[str, str, str, str]] = field(default_factory=list)

    def fact(self, subject: str, attribute: str, value: str, unit: str, written: str) -> Mark:
        """Note a fact; put the mark that comes back where the text says it."""
        self._facts.append((subject, attribute, value, unit))
        return Mark(written, str(len(self._facts) - 1))

    def measure(self, subject: str, attribute: str, value: str, unit: str) -> Mark:
        """Note a number with its unit, written the way the document's language does."""
        written = quantity(self.draw, value, unit, self.heading.language)
        return self.fact(subject, attribute, value, unit, written)

    def finish(self, title: str) -> Document:
        """Close the document and work out where each fact is."""
        text, spans = self.page.read()
        facts = tuple(
            self._fact(int(key), at, (start, end)) for at, (key, start, end) in enumerate(spans)
        )
        return Document(
            **{name: getattr(self.heading, name) for name in Heading.__dataclass_fields__},
            title=title,
            text=text,
            facts=facts,
        )

    def _fact(self, key: int, at: int, span: tuple[int, int]) -> Fact:
        subject, attribute, value, unit = self._facts[key]
        return Fact(
            id=f"{self.heading.id}#{at}",
            document_id=self.heading.id,
            subject=subject,
            attribute=attribute,
            value=value,
            unit=unit,
            span=span,
        )


def quantity(draw: Stream, value: str, unit: str, language: Language) -> str:
    """Write a number with its unit: 1,200 W, 1.200 watts, 2.5 kg, 2,5 quilos."""
    whole, _, part = value.partition(".")
    number = f"{int(whole):,}" if int(whole) >= THOUSAND and draw.chance(50) else whole
    number = f"{number}.{part}" if part else number
    if language == "pt":
        number = number.translate(str.maketrans(",.", ".,"))
    return draw.pick(MANUALS[language].UNITS[unit]).format(n=number)
