"""Hold conversations whose last question leans on what was said before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.world import grammar
from shared.world.asking import Dialogue, Hop, Turn
from shared.world.documents import quantity
from shared.world.hops import policy_codes
from shared.world.model import Language, Product
from shared.world.phrases.books import QUESTIONS
from shared.world.questions import LANGUAGES, Library, spoken
from shared.world.rules import Rules
from shared.world.stream import Stream
from shared.world.writing import Slot

DIALOGUES = 80


@dataclass(frozen=True)
class Talk:
    """A dialogue about to be held."""

    number: str
    draw: Stream
    library: Library
    rules: Rules
    language: Language

    def say(self, forms: Sequence[str], **slots: Slot) -> str:
        """Fill one of some sentences."""
        return spoken(self.draw.pick(forms), slots)

    def ask(self, product: Product, attribute: str) -> str:
        """Ask plainly for a property of a product."""
        forms = QUESTIONS[self.language].DIRECT[attribute]
        return spoken(
            self.draw.pick(forms),
            {**grammar.words(product, self.language), "product": product.name},
        )

    def answer(self, hop: Hop) -> str:
        """Answer in the language of the dialogue."""
        value = quantity(self.draw, hop.value, hop.unit, self.language)
        return self.say(QUESTIONS[self.language].ANSWERS, value=value)

    def about(self, product: Product, attribute: str) -> Hop:
        """Find the fact that gives a property of a product."""
        return self.library.hop(f"{product.name} ({product.sku})", attribute)

    def end(
        self,
        said: Sequence[str],
        standalone: str,
        must_keep: Sequence[str],
        hops: Sequence[Hop],
        *,
        needs_rewriting: bool = True,
    ) -> Dialogue:
        """Close with the last of ``said``; user and assistant take turns."""
        roles = ("user", "assistant")
        turns = [
            Turn.model_validate({"role": roles[at % 2], "text": text})
            for at, text in enumerate(said)
        ]
        return Dialogue(
            id=self.number,
            language=self.language,
            turns=tuple(turns),
            standalone=standalone,
            must_keep=tuple(must_keep),
            needs_rewriting=needs_rewriting,
            hops=tuple(hops),
        )


def draw_dialogues(draw: Stream, library: Library, rules: Rules) -> tuple[Dialogue, ...]:
    """Draw dialogues of six manners in turn; two of the six need no rewriting."""
    held = []
    for at in range(DIALOGUES):
        own = draw.at(at)
        talk = Talk(f"D{at:04d}", own, library, rules, own.pick(LANGUAGES))
        held.append(MANNERS[at % len(MANNERS)](talk))
    return tuple(held)


def _same_product(talk: Talk) -> Dialogue:
    """Ask for another property of the product just spoken of."""
    product = talk.draw.pick(talk.library.products)
    first, second = talk.draw.sample([spec.attribute for spec in product.specs], 2)
    what = grammar.the_property(second, talk.language)
    follow_up = talk.say(QUESTIONS[talk.language].FOLLOW_UPS["what"], **what)
    return talk.end(
        [talk.ask(product, first), talk.answer(talk.about(product, first)), follow_up],
        _standalone(talk, product, second),
        [product.name, what["what"]],
        [talk.about(product, second)],
    )


def _other_product(talk: Talk) -> Dialogue:
    """Ask the same about another product."""
    product = talk.draw.pick(talk.library.products)
    attribute = talk.draw.pick([spec.attribute for spec in product.specs])
    rivals = [
        other
        for other in talk.library.products
        if other.sku != product.sku and attribute in {spec.attribute for spec in other.specs}
    ]
    other = talk.draw.pick(rivals)
    words: dict[str, Slot] = {**grammar.words(other, talk.language), "product": other.name}
    follow_up = talk.say(QUESTIONS[talk.language].FOLLOW_UPS["which"], **words)
    return talk.end(
        [talk.ask(product, attribute), talk.answer(talk.about(product, attribute)), follow_up],
        _standalone(talk, other, attribute),
        [other.name, grammar.the_property(attribute, talk.language)["what"]],
        [talk.about(other, attribute)],
    )


def _other_points(talk: Talk) -> Dialogue:
    """Ask the same about another number of points."""
    book = QUESTIONS[talk.language]
    points = [talk.draw.between(0, 9_500, 10) for _ in range(2)]
    tiers = [talk.rules.tier_for(count).name for count in points]
    code = policy_codes(talk.library)["threshold"]
    standalone = book.STANDALONE["points"]
    return talk.end(
        [
            standalone.format(points=points[0]),
            book.STANDALONE["tier_answer"].format(tier=tiers[0]),
            talk.say(book.FOLLOW_UPS["points"], points=str(points[1])),
        ],
        standalone.format(points=points[1]),
        [str(points[1])],
        [talk.library.hop(f"{code} {tiers[1]}", "threshold")],
    )


def _negated(talk: Talk) -> Dialogue:
    """Ask about the opposite case: the negation must survive."""
    book = QUESTIONS[talk.language]
    item, tier = talk.draw.pick(talk.rules.classes), talk.draw.pick(talk.rules.tiers[1:])
    words = {"name": item.name, "tier": tier.name}
    answer = book.STANDALONE["tiered_answer"].format(
        **words, fee=item.fee_percent, discount=tier.fee_discount_percent
    )
    follow_up = talk.say(book.FOLLOW_UPS["not"], tier=tier.name)
    code = policy_codes(talk.library)["fee"]
    return talk.end(
        [book.STANDALONE["tiered"].format(**words), answer, follow_up],
        book.STANDALONE["not"].format(**words),
        [item.name, tier.name, book.NOT],
        [talk.library.hop(f"{code} {item.name}", "fee")],
    )


def _changed_subject(talk: Talk) -> Dialogue:
    """Turn to something else in full: nothing to rewrite."""
    product, other = talk.draw.sample(talk.library.products, 2)
    first = talk.draw.pick([spec.attribute for spec in product.specs])
    second = talk.draw.pick([spec.attribute for spec in other.specs])
    last = talk.ask(other, second)
    return talk.end(
        [talk.ask(product, first), talk.answer(talk.about(product, first)), last],
        last,
        [other.name],
        [talk.about(other, second)],
        needs_rewriting=False,
    )


def _opening(talk: Talk) -> Dialogue:
    """Ask the first question of a dialogue: nothing to rewrite."""
    product = talk.draw.pick(talk.library.products)
    attribute = talk.draw.pick([spec.attribute for spec in product.specs])
    text = talk.ask(product, attribute)
    hop = talk.about(product, attribute)
    return talk.end([text], text, [product.name], [hop], needs_rewriting=False)


def _standalone(talk: Talk, product: Product, attribute: str) -> str:
    words = grammar.words(product, talk.language)
    what = grammar.the_property(attribute, talk.language)
    form = QUESTIONS[talk.language].STANDALONE["what"]
    return spoken(form, {**words, **what, "product": product.name})


MANNERS: tuple[Callable[[Talk], Dialogue], ...] = (
    _same_product,
    _other_product,
    _other_points,
    _negated,
    _changed_subject,
    _opening,
)
