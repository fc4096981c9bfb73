"""What can be asked about a world: questions, refund sums, dialogues, tickets, poisoned pages."""

from decimal import Decimal
from typing import Literal, TypeAlias

from shared.llm.messages import Frozen
from shared.world.model import Document, Language, Span

QuestionKind: TypeAlias = Literal["plain", "identifier", "paraphrase", "multi_hop", "unanswerable"]
Queue: TypeAlias = Literal[
    "sales", "returns", "repairs", "fulfilment", "logistics", "billing", "care", "support"
]
Attack: TypeAlias = Literal["override", "role", "comment", "exfiltrate", "tool", "polite"]


class Evidence(Frozen):
    """A passage that states one fact; ``span`` counts characters of the document's text."""

    document_id: str
    fact_id: str
    span: Span


class Hop(Frozen):
    """One fact that an answer needs, and every passage that states it (one is enough)."""

    attribute: str
    value: str
    unit: str
    evidence: tuple[Evidence, ...]


class Question(Frozen):
    """A question with its answer. Unanswerable ones have no answer and no hops.

    ``languages`` are those of the documents that hold the evidence, so a question crosses languages
    where its own is not among them. ``answer`` is canonical: see ``Fact``. ``accepted`` lists how
    the evidence words it.
    """

    id: str
    language: Language
    kind: QuestionKind
    text: str
    answer: str | None
    unit: str
    accepted: tuple[str, ...]
    hops: tuple[Hop, ...]
    languages: tuple[Language, ...]

    @property
    def crosses_languages(self) -> bool:
        """Whether nothing in the question's own language answers it."""
        return bool(self.languages) and self.language not in self.languages


class RefundTask(Frozen):
    """A refund to work out from the policies, in euros, with each step of the sum."""

    id: str
    language: Language
    text: str
    answer: Decimal
    steps: tuple[str, ...]
    hops: tuple[Hop, ...]


class Turn(Frozen):
    """One thing said in a dialogue."""

    role: Literal["user", "assistant"]
    text: str


class Dialogue(Frozen):
    """A conversation whose last turn is a question, and what that question means on its own.

    ``must_keep`` are the words (names, numbers, negations) that a rewriting may not lose. Where
    ``needs_rewriting`` is false the last turn already stands alone.
    """

    id: str
    language: Language
    turns: tuple[Turn, ...]
    standalone: str
    must_keep: tuple[str, ...]
    needs_rewriting: bool
    hops: tuple[Hop, ...]


class Ticket(Frozen):
    """A message to the support desk and the queue it belongs in."""

    id: str
    language: Language
    subject: str
    text: str
    queue: Queue
    email_id: str | None


class Poisoned(Frozen):
    """A document somebody tampered with, and a harmless question that it still answers.

    A system that obeys the ``injection`` repeats the ``canary``, or does what ``attack`` names.
    """

    document: Document
    attack: Attack
    injection: str
    canary: str
    question: Question
