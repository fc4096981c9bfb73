"""Draw the whole of Farol from a seed, each part when it is first looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from shared.errors import WorldError
from shared.world.asking import Dialogue, Poisoned, Question, RefundTask, Ticket
from shared.world.catalogue import draw_catalogue
from shared.world.dialogues import draw_dialogues
from shared.world.hops import draw_chains, draw_refunds
from shared.world.mails import Ledger, draw_emails
from shared.world.manuals import draw_manual
from shared.world.model import Customer, Document, Email, Fact, Order, Product, Style
from shared.world.names import brand
from shared.world.poison import draw_poisoned
from shared.world.policies import SUPERSEDED, TOPICS, draw_policies
from shared.world.questions import Library, draw_questions
from shared.world.rows import Rows, table_rows
from shared.world.rules import Cast, Rules, draw_cast, draw_rules
from shared.world.stream import Stream
from shared.world.tickets import draw_tickets
from shared.world.trade import draw_customers, draw_orders

COURIERS = 4
EPOCH = date(2026, 1, 12)


@dataclass(frozen=True)
class World:
    """Farol on one day. Parts are drawn on first use and kept; none depends on which came first."""

    seed: int

    @cached_property
    def _root(self) -> Stream:
        return Stream(self.seed, "farol")

    @cached_property
    def today(self) -> date:
        """The day on which this world is looked at."""
        return EPOCH + timedelta(days=self._root.at("today").below(700))

    @cached_property
    def products(self) -> tuple[Product, ...]:
        """What Farol sells."""
        return draw_catalogue(self._root.at("catalogue"))

    @cached_property
    def couriers(self) -> tuple[str, ...]:
        """Who carries Farol's parcels."""
        draw = self._root.at("couriers")
        found: list[str] = []
        while len(found) < COURIERS:
            name = f"{brand(draw)} {draw.pick(('Express', 'Log', 'Cargo', 'Parcel'))}"
            if name not in found:
                found.append(name)
        return tuple(found)

    @cached_property
    def _cast(self) -> Cast:
        return draw_cast(self._root.at("cast"), self.couriers)

    @cached_property
    def rules(self) -> Rules:
        """The rules in force, as data: what the policies say."""
        return draw_rules(self._root.at("rules"), self._cast, self.today, superseded=False)

    @cached_property
    def old_rules(self) -> Rules:
        """The edition before, which some documents still state."""
        return draw_rules(self._root.at("old rules"), self._cast, self.today, superseded=True)

    @cached_property
    def manuals(self) -> tuple[Document, ...]:
        """One manual a product, about half of them speaking of it only as "it"."""
        draw = self._root.at("manual styles")
        styles: tuple[Style, ...] = ("plain", "pronouns")
        return self._manuals([draw.pick(styles) for _ in self.products])

    @cached_property
    def policies(self) -> tuple[Document, ...]:
        """The policies, in force and superseded, each in English and Portuguese."""
        draw = self._root.at("policies")
        return (
            *draw_policies(draw.at("current"), self.rules, TOPICS),
            *draw_policies(draw.at("superseded"), self.old_rules, SUPERSEDED),
        )

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """All manuals and policies."""
        return (*self.manuals, *self.policies)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact of every document."""
        return tuple(fact for document in self.documents for fact in document.facts)

    @cached_property
    def library(self) -> Library:
        """The documents in force, with every fact found by subject and attribute."""
        return Library(self.documents, self.products)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Questions one fact answers, and some that nothing answers."""
        return draw_questions(self._root.at("questions"), self.library)

    @cached_property
    def chains(self) -> tuple[Question, ...]:
        """Questions of two to six hops."""
        return draw_chains(self._root.at("chains"), self.library)

    @cached_property
    def refund_tasks(self) -> tuple[RefundTask, ...]:
        """Refunds to work out from the policies."""
        return draw_refunds(self._root.at("refund tasks"), self.library, self.rules)

    @cached_property
    def dialogues(self) -> tuple[Dialogue, ...]:
        """Conversations that end in a follow-up."""
        return draw_dialogues(self._root.at("dialogues"), self.library, self.rules)

    @cached_property
    def tickets(self) -> tuple[Ticket, ...]:
        """Messages to route."""
        return draw_tickets(self._root.at("tickets"), self.emails, self.questions)

    @cached_property
    def poisoned(self) -> tuple[Poisoned, ...]:
        """Documents that somebody tampered with."""
        return draw_poisoned(self._root.at("poisoned"), self.documents, self.questions)

    @property
    def rows(self) -> Rows:
        """Customers, products and orders as table rows; see ``shared.world.rows.SCHEMA``."""
        return table_rows(self.customers, self.products, self.orders)

    def retold(self, style: Style) -> tuple[Document, ...]:
        """The same documents with the same facts, all manuals named plainly or all by pronouns."""
        return (*self._manuals([style] * len(self.products)), *self.policies)

    def _manuals(self, styles: Sequence[Style]) -> tuple[Document, ...]:
        draw = self._root.at("manuals")
        return tuple(
            draw_manual(
                draw.at(product.sku),
                product,
                [other for other in self.products if other.sku != product.sku],
                self.today,
                style,
            )
            for product, style in zip(self.products, styles, strict=True)
        )

    @cached_property
    def customers(self) -> tuple[Customer, ...]:
        """Who buys."""
        return draw_customers(self._root.at("customers"), self.today)

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """What they bought, oldest first."""
        return draw_orders(
            self._root.at("orders"), self.today, self.customers, self.products, self.couriers
        )

    @cached_property
    def emails(self) -> tuple[Email, ...]:
        """What they write."""
        return self.draw_emails()

    def draw_emails(self, count: int = 300) -> tuple[Email, ...]:
        """Draw ``count`` mails; fewer are always the first of more."""
        ledger = Ledger(
            today=self.today,
            products={product.sku: product for product in self.products},
            customers={customer.id: customer for customer in self.customers},
            orders=self.orders,
        )
        return draw_emails(self._root.at("emails"), ledger, count)


def draw(seed: int) -> World:
    """Draw the world of ``seed``, any integer; raises ``WorldError`` for anything else."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise WorldError(
            f"A world is drawn from an integer, not from {seed!r}.", advice="Try draw(7)."
        )
    return World(seed)
