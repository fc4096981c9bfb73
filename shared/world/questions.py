"""Ask about the facts in the documents, in both languages, plainly and in other words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.world import grammar, names
from shared.world.asking import Evidence, Hop, Question, QuestionKind
from shared.world.catalogue import error_code
from shared.world.categories import BY_KEY, CATEGORIES
from shared.world.model import Document, Fact, Language, Product
from shared.world.phrases.books import MANUALS, QUESTIONS
from shared.world.stream import Stream
from shared.world.writing import Slot, fill, written

LANGUAGES: tuple[Language, ...] = ("en", "pt")
ANSWERABLE = 360
UNANSWERABLE = 60
CODED = {"cause", "remedy", "setting"}


@dataclass(frozen=True)
class Library:
    """The documents, with every fact found by what it is about."""

    documents: Sequence[Document]
    products: Sequence[Product]
    by_topic: Mapping[tuple[str, str], tuple[Fact, ...]] = field(init=False)
    texts: Mapping[str, Document] = field(init=False)

    def __post_init__(self) -> None:
        """Index the facts; a superseded policy answers nothing."""
        found: dict[tuple[str, str], list[Fact]] = {}
        for document in self.documents:
            for fact in document.facts if document.superseded_on is None else ():
                found.setdefault((fact.subject, fact.attribute), []).append(fact)
        object.__setattr__(self, "by_topic", {key: tuple(facts) for key, facts in found.items()})
        object.__setattr__(self, "texts", {document.id: document for document in self.documents})

    def hop(self, subject: str, attribute: str) -> Hop:
        """Gather every passage that states one fact."""
        facts = self.by_topic[subject, attribute]
        return Hop(
            attribute=attribute,
            value=facts[0].value,
            unit=facts[0].unit,
            evidence=tuple(
                Evidence(document_id=fact.document_id, fact_id=fact.id, span=fact.span)
                for fact in facts
            ),
        )

    def wordings(self, hop: Hop) -> tuple[str, ...]:
        """List how the evidence words a fact."""
        return tuple(
            dict.fromkeys(
                self.texts[item.document_id].text[slice(*item.span)] for item in hop.evidence
            )
        )

    def languages(self, hop: Hop) -> tuple[Language, ...]:
        """List the languages a fact is stated in."""
        return tuple(dict.fromkeys(self.texts[item.document_id].language for item in hop.evidence))

    def question(
        self, number: str, language: Language, kind: QuestionKind, text: str, hops: Sequence[Hop]
    ) -> Question:
        """Put together a question that the last of ``hops`` answers."""
        last = hops[-1]
        return Question(
            id=number,
            language=language,
            kind=kind,
            text=text,
            answer=last.value,
            unit=last.unit,
            accepted=self.wordings(last),
            hops=tuple(hops),
            languages=self.languages(last),
        )


def draw_questions(draw: Stream, library: Library) -> tuple[Question, ...]:
    """Ask about drawn facts once each, in a drawn language and manner; some have no answer."""
    topics = draw.at("topics").shuffled(list(library.by_topic))
    asked: list[Question] = []
    for at, (subject, attribute) in enumerate(topics):
        if len(asked) == ANSWERABLE:
            break
        if question := _ask(draw.at("ask", at), library, subject, attribute, f"Q{at:04d}"):
            asked.append(question)
    return (*asked, *_unanswerable(draw.at("unanswerable"), library))


def _ask(
    draw: Stream, library: Library, subject: str, attribute: str, number: str
) -> Question | None:
    language = draw.pick(LANGUAGES)
    prefix, _, rest = attribute.partition(".")
    kind: QuestionKind = "identifier" if prefix in CODED else "plain"
    book = QUESTIONS[language]
    forms = book.DIRECT.get(attribute) or book.DIRECT.get(prefix)
    others = book.PARAPHRASE.get(attribute) or book.PARAPHRASE.get(prefix)
    if forms is None:
        return None
    if others and draw.chance(40):
        forms, kind = others, "paraphrase"
    slots = _slots(library, subject, attribute, rest, language)
    if kind == "plain" and "product" in slots and draw.chance(20):
        slots["product"], kind = str(slots["sku"]), "identifier"
    hop = library.hop(subject, attribute)
    return library.question(number, language, kind, spoken(draw.pick(forms), slots), [hop])


def _slots(
    library: Library, subject: str, attribute: str, rest: str, language: Language
) -> dict[str, Slot]:
    fact = library.by_topic[subject, attribute][0]
    sku = library.texts[fact.document_id].sku
    if sku is None:
        name = _named(subject.partition(" ")[2], language)
        return {"name": name, "a": grammar.article(name)}
    product = next(product for product in library.products if product.sku == sku)
    return {
        **grammar.words(product, language),
        "product": product.name,
        "sku": sku,
        "code": rest,
        "name": rest,
        "job": MANUALS[language].JOBS.get(rest, ""),
    }


def _named(name: str, language: Language) -> str:
    if name not in BY_KEY:
        return name
    return BY_KEY[name].noun_en if language == "en" else BY_KEY[name].noun_pt


def spoken(template: str, slots: Mapping[str, Slot]) -> str:
    """Fill a template where nobody asks for spans; returns plain text."""
    pieces = fill(template, slots)
    return written(pieces)


def _unanswerable(draw: Stream, library: Library) -> Iterator[Question]:
    """Ask for what no document says: unknown topics, properties, products and codes."""
    asked: set[str] = set()
    for at in range(UNANSWERABLE):
        own, language = draw.at(at), LANGUAGES[at % 2]
        while (text := _unknown(own, library.products, language, at // 2)) in asked:
            continue
        asked.add(text)
        yield Question(
            id=f"U{at:04d}",
            language=language,
            kind="unanswerable",
            text=text,
            answer=None,
            unit="",
            accepted=(),
            hops=(),
            languages=(),
        )


def _unknown(draw: Stream, products: Sequence[Product], language: Language, turn: int) -> str:
    """Take four manners in turn."""
    manners = (_missing_property, _missing_product, _missing_code)
    topics = QUESTIONS[language].UNKNOWN
    if turn % 4 == len(manners):
        return topics[turn // 4 % len(topics)]
    return manners[turn % 4](draw, products, language)


def _missing_property(draw: Stream, products: Sequence[Product], language: Language) -> str:
    product = draw.pick(products)
    has = {spec.attribute for spec in product.specs}
    every = {m.attribute: None for category in CATEGORIES for m in category.measures}
    attribute = draw.pick([name for name in every if name not in has])
    slots: dict[str, Slot] = {**grammar.words(product, language), "product": product.name}
    return spoken(draw.pick(QUESTIONS[language].DIRECT[attribute]), slots)


def _missing_product(draw: Stream, products: Sequence[Product], language: Language) -> str:
    known = {product.name for product in products}
    while (name := f"{names.brand(draw)} {names.model(draw)}") in known:
        continue
    what = grammar.the_property(draw.pick(list(MANUALS[language].ATTRIBUTES)), language)
    return spoken(
        draw.pick(QUESTIONS[language].UNKNOWN_PRODUCT), {**what, "product": name, "do": "do"}
    )


def _missing_code(draw: Stream, products: Sequence[Product], language: Language) -> str:
    known = {trouble.code for product in products for trouble in product.troubles}
    while (code := error_code(draw)) in known:
        continue
    return spoken(draw.pick(QUESTIONS[language].DIRECT["cause"]), {"code": code})
