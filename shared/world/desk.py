"""What the support desk is asked: tickets to route, questions over several facts, refunds to sum.

Questions come with a sheet of facts to answer from, in short sentences, among others that only look
alike. All is drawn from one world, and each item knows its answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Final, Literal, TypeAlias, get_args

from shared.llm.messages import Frozen
from shared.world import grammar
from shared.world.asking import Question, Queue
from shared.world.hops import LEAVES, PATH
from shared.world.model import Document, Fact, Language
from shared.world.phrases.books import QUESTIONS
from shared.world.stream import Stream
from shared.world.world import World

DeskKind: TypeAlias = Literal["routing", "lookup", "refund"]
QUEUES: Final[tuple[str, ...]] = get_args(Queue)
SHEET: Final = 24
IS: Final[Mapping[Language, str]] = {"en": "is", "pt": "é"}
KINDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "class": "the class",
        "centre": "the centre",
        "courier": "the courier",
        "desk": "the desk",
        "lead": "the lead",
    },
    "pt": {
        "class": "a classe",
        "centre": "o centro",
        "courier": "a transportadora",
        "desk": "a mesa",
        "lead": "a pessoa",
    },
}
LONGEST_TICKET: Final = 900


class DeskItem(Frozen):
    """Something the desk is asked; ``accepted`` lists what counts as the answer, best first.

    ``facts`` are sentences to answer from, ``choices`` what a routing chooses among, ``hops`` how
    many facts the answer joins.
    """

    id: str
    kind: DeskKind
    language: Language
    text: str
    facts: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    accepted: tuple[str, ...]
    hops: int = 0


def draw_desk(
    world: World, *, routing: int, lookup: int, refund: int, hops: tuple[int, int] = (2, 4)
) -> tuple[DeskItem, ...]:
    """Draw so many items of each kind, fewer where the world has no more; lookups join ``hops``."""
    draw = Stream(world.seed, "desk")
    return (
        *islice(_routings(world), routing),
        *islice(_lookups(world, draw.at("lookup"), hops), lookup),
        *(_refund(world, draw.at("refund", at), at) for at in range(refund)),
    )


def draw_shots(world: World, each: int = 2) -> tuple[tuple[str, str], ...]:
    """Draw routed tickets to show as examples, ``each`` of every queue, none of them an item."""
    shown = [t for t in reversed(world.tickets) if len(t.text) < LONGEST_TICKET // 2]
    of = {queue: [t for t in shown if t.queue == queue][:each] for queue in QUEUES}
    rounds = [of[queue][at : at + 1] for at in range(each) for queue in QUEUES]
    return tuple((t.text, t.queue) for few in rounds for t in few)


def _routings(world: World) -> Iterator[DeskItem]:
    for ticket in world.tickets[: len(world.tickets) // 2]:
        if len(ticket.text) < LONGEST_TICKET:
            yield DeskItem(
                id=ticket.id,
                kind="routing",
                language=ticket.language,
                text=ticket.text,
                choices=QUEUES,
                accepted=(ticket.queue,),
            )


def _lookups(world: World, draw: Stream, hops: tuple[int, int]) -> Iterator[DeskItem]:
    """Ask the world's chains that stay within the policies."""
    sheets = {language: _Sheet(world, language) for language in QUESTIONS}
    facts = {fact.id: fact for fact in world.facts}
    for chain in world.chains:
        if hops[0] <= len(chain.hops) <= hops[1] and chain.hops[0].attribute != "category":
            sheet = sheets[chain.language]
            needed = [
                sheet.line(hop.attribute, facts[hop.evidence[0].fact_id]) for hop in chain.hops
            ]
            others = [line for line in sheet.lines if line not in needed]
            shown = draw.at(chain.id).sample(others, SHEET - len(needed))
            yield DeskItem(
                id=chain.id,
                kind="lookup",
                language=chain.language,
                text=chain.text,
                facts=tuple(draw.at(chain.id, "order").shuffled([*needed, *shown])),
                accepted=_accepted(chain),
                hops=len(chain.hops),
            )


def _accepted(chain: Question) -> tuple[str, ...]:
    return (*chain.accepted, *((chain.answer,) if chain.answer else ()))


class _Sheet:
    """The policies' facts in one language, each in a sentence of one form."""

    def __init__(self, world: World, language: Language) -> None:
        self._language: Language = language
        self._nouns = {p.category: grammar.words(p, language)["noun"] for p in world.products}
        attributes = {*PATH[1:], *(leaf for leaves in LEAVES.values() for leaf in leaves)}
        texts = {
            d.id: d for d in world.policies if d.language == language and d.superseded_on is None
        }
        self._lines = {
            (fact.attribute, _name(fact)): self._sentence(fact, texts[fact.document_id])
            for fact in world.facts
            if fact.attribute in attributes and fact.document_id in texts
        }

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self._lines.values())

    def line(self, attribute: str, fact: Fact) -> str:
        return self._lines[attribute, _name(fact)]

    def _sentence(self, fact: Fact, document: Document) -> str:
        article, form = QUESTIONS[self._language].HOPS[fact.attribute]
        of = self._subject(fact)
        said = form.format(x=of, de_x=grammar.of(of), por_x=grammar.by(of))
        value = document.text[slice(*fact.span)]
        return f"{article.capitalize()} {said} {IS[self._language]} {value}."

    def _subject(self, fact: Fact) -> str:
        step, name = _start(fact.attribute), _name(fact)
        if step != "category":
            return f"{KINDS[self._language][step]} {name}"
        noun = self._nouns[name]
        article, form = QUESTIONS[self._language].STARTS[step]
        return grammar.a(noun) if self._language == "en" else f"{article} {form.format(x=noun)}"


def _name(fact: Fact) -> str:
    return fact.subject.partition(" ")[2]


def _start(attribute: str) -> str:
    """Say what an attribute is one of: a centre is that of a class."""
    for holder, leaves in LEAVES.items():
        if attribute in leaves:
            return holder
    return PATH[PATH.index(attribute) - 1]


TELL: Final[Mapping[Language, str]] = {
    "en": "A shop returns {n} units at €{price} each, less a restocking fee of {fee}%. "
    "What is the refund, that is {sum}?",
    "pt": "Uma loja devolve {n} unidades a €{price} cada, menos uma taxa de {fee}%. "
    "Qual é o reembolso, ou seja, {sum}?",
}


def _refund(world: World, draw: Stream, at: int) -> DeskItem:
    """Ask what comes back for many units of one class, in euros."""
    product = draw.pick(world.products)
    fee = world.rules.class_for(product.category).fee_percent
    count = draw.pick((draw.between(2, 9), draw.between(11, 99), draw.between(101, 199)))
    language: Language = draw.pick(_languages())
    price = Decimal(100 * draw.between(5, 49) + draw.between(10, 99)).scaleb(-2)
    written = {"n": count, "price": price, "fee": fee}
    worked = f"{count} * {price} * (100 - {fee}) / 100"
    total = (count * price * (100 - fee) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return DeskItem(
        id=f"B{at:04d}",
        kind="refund",
        language=language,
        text=TELL[language].format(**written, sum=worked),
        accepted=(str(total),),
        hops=1,
    )


def _languages() -> Sequence[Language]:
    return tuple(QUESTIONS)
