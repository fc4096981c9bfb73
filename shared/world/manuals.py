"""Write the manual of a product: sections, a table, a settings panel, codes, a URL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from shared.world import grammar
from shared.world.documents import Draft, Heading, quantity
from shared.world.model import Document, Language, Product, Spec, Style
from shared.world.phrases.books import MANUALS
from shared.world.stream import Stream
from shared.world.writing import Mark, Slot, capitalised, fill, written

SETTINGS = (
    ("standby_minutes", 5, 55, 5),
    ("display_brightness", 1, 9, 1),
    ("key_volume", 1, 9, 1),
    ("eco_level", 1, 5, 1),
)


def draw_manual(
    draw: Stream, product: Product, others: Sequence[Product], today: date, style: Style
) -> Document:
    """Write one manual; ``style`` decides only how the product is spoken of, never a fact."""
    language: Language = "pt" if draw.at("language").chance(35) else "en"
    base = draw.at("facts")
    heading = Heading(
        id=f"MAN-{base.code(8)}",
        kind="manual",
        language=language,
        topic="manual",
        version=f"{base.between(1, 4)}.{base.between(0, 9)}",
        effective_on=today - timedelta(days=base.between(120, 900)),
        sku=product.sku,
        brand=product.brand,
        category=product.category,
        style=style,
    )
    return _Manual(heading, draw, base, product, others).write()


class _Manual:
    def __init__(
        self,
        heading: Heading,
        draw: Stream,
        base: Stream,
        product: Product,
        others: Sequence[Product],
    ) -> None:
        self._draw, self._base = draw.at("wording"), base
        self._draft = Draft(heading, self._draw)
        self._product, self._others = product, others
        self._language = heading.language
        self._book = MANUALS[self._language]
        self._words = grammar.words(product, self._language)
        self._subject = f"{product.name} ({product.sku})"

    def write(self) -> Document:
        product = self._product
        title = self._text("title", name=product.name)
        self._draft.page.add(
            f"# {title}\n\n", f"SKU {product.sku} · v{self._draft.heading.version}\n\n"
        )
        inner: list[Callable[[], None]] = [
            self._specs, self._start, self._settings, self._care, self._trouble, self._safety,
        ]  # fmt: skip
        self._overview()
        for section in self._draw.shuffled(inner):
            section()
        self._support()
        return self._draft.finish(title)

    def _text(self, key: str, **slots: str) -> str:
        pieces = fill(self._draw.pick(self._book.PHRASES[key]), {**self._words, **slots})
        return written(pieces)

    def _say(self, key: str, **slots: Slot) -> None:
        """Add a sentence, speaking of the product as the style has it."""
        subject = self._spoken()
        words: Mapping[str, Slot] = {
            **self._words,
            "It": subject[:1].upper() + subject[1:],
            "it": subject,
            **slots,
        }
        pieces = capitalised(fill(self._draw.pick(self._book.PHRASES[key]), words))
        self._draft.page.add(*pieces, " ")

    def _spoken(self) -> str:
        if self._draft.heading.style == "pronouns":
            return self._draw.pick(self._book.PHRASES["it"])
        article = "the" if self._language == "en" else self._words["o"]
        return f"{article} {self._product.name}"

    def _section(self, name: str) -> None:
        self._draft.page.add(f"## {self._text(f'heading.{name}')}\n\n")

    def _end(self) -> None:
        self._draft.page.add("\n\n")

    def _overview(self) -> None:
        self._section("overview")
        noun = self._words["noun"]
        mark = self._draft.fact(self._subject, "category", self._product.category, "", noun)
        self._say("overview", name=self._product.name, brand=self._product.brand, noun=mark)
        for sentence in self._draw.sample(self._book.PHRASES["padding"], 3):
            self._draft.page.add(sentence, " ")
        self._end()

    def _specs(self) -> None:
        self._section("specs")
        specs = self._draw.shuffled(self._product.specs)
        tabled = 3
        for at, spec in enumerate(specs[tabled:]):
            value = self._measure(spec)
            self._say(f"spec.{spec.attribute}", value=value)
            if at % 2 == 0:
                self._distract()
        self._end()
        head = self._draw.pick(self._book.PHRASES["table.head"])
        self._draft.page.add(f"{head}\n|---|---|\n")
        for spec in specs[:tabled]:
            name = self._book.ATTRIBUTES[spec.attribute]
            self._draft.page.add(f"| {name} | ", self._measure(spec), " |\n")
        self._draft.page.add("\n")

    def _measure(self, spec: Spec) -> Mark:
        return self._draft.measure(self._subject, spec.attribute, spec.value, spec.unit)

    def _distract(self) -> None:
        """Say something true about another product, to be told apart."""
        other = self._draw.pick(self._others)
        spec = self._draw.pick(other.specs)
        self._say(
            "distractor",
            **grammar.words(other, self._language),
            **grammar.the_property(spec.attribute, self._language),
            other=other.name,
            value=quantity(self._draw, spec.value, spec.unit, self._language),
        )

    def _start(self) -> None:
        self._section("start")
        for at, sentence in enumerate(self._draw.sample(self._book.PHRASES["start"], 5)):
            self._draft.page.add(f"{at + 1}. {sentence}\n")
        self._draft.page.add("\n")

    def _settings(self) -> None:
        self._section("settings")
        self._say("settings")
        self._draft.page.add("\n\n```ini\n[device]\nmode = auto\n")
        for name, low, high, step in SETTINGS:
            value = str(self._base.at(name).between(low, high, step))
            mark = self._draft.fact(self._subject, f"setting.{name}", value, "", value)
            self._draft.page.add(f"{name} = ", mark, "\n")
        self._draft.page.add("```\n\n")

    def _care(self) -> None:
        self._section("care")
        for job in self._product.upkeep:
            text = self._book.JOBS[job.job]
            self._say(
                "care",
                job=text,
                Job=text[:1].upper() + text[1:],
                value=self._draft.measure(
                    self._subject, f"upkeep.{job.job}", str(job.every), job.unit
                ),
            )
        self._end()

    def _trouble(self) -> None:
        self._section("trouble")
        for trouble in self._draw.shuffled(self._product.troubles):
            remedy = self._book.REMEDIES[trouble.remedy]
            cause = self._draft.fact(
                self._subject,
                f"cause.{trouble.code}",
                trouble.cause,
                "",
                self._book.CAUSES[trouble.cause],
            )
            key = f"remedy.{trouble.code}"
            template = self._draw.pick(self._book.PHRASES["trouble"])
            written = remedy[:1].upper() + remedy[1:] if "{Remedy}" in template else remedy
            mark = self._draft.fact(self._subject, key, trouble.remedy, "", written)
            slots: dict[str, Slot] = {
                "code": trouble.code,
                "cause": cause,
                "remedy": mark,
                "Remedy": mark,
            }
            self._draft.page.add("- ", *fill(template, slots), "\n")
        self._draft.page.add("\n")

    def _safety(self) -> None:
        self._section("safety")
        sentences = self._draw.sample(self._book.PHRASES["safety"], 5)
        for sentence in sentences[:3]:
            self._draft.page.add(sentence, " ")
        clearance = str(self._base.at("clearance").between(5, 60))
        self._say(
            "clearance", value=self._draft.measure(self._subject, "clearance", clearance, "cm")
        )
        self._draft.page.add(sentences[3], " ")
        limit = str(self._base.at("temperature").between(30, 49))
        self._say(
            "temperature", value=self._draft.measure(self._subject, "max_temperature", limit, "°C")
        )
        self._draft.page.add(sentences[4])
        self._end()

    def _support(self) -> None:
        self._section("support")
        url = f"https://farol.example/{self._language}/support/{self._product.sku.lower()}?v={self._draft.heading.version}"
        self._say("support", url=self._draft.fact(self._subject, "support_url", url, "", url))
        self._distract()
        self._draft.page.add("\n")
