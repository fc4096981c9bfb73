"""A request taken apart into what the reader works on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.llm.messages import ChatRequest, Role
from shared.simulator.reader.cues import is_order
from shared.simulator.reader.examples import Example, examples_in, pair_of
from shared.simulator.reader.passages import Passage, passages_of
from shared.simulator.reader.prompt import (
    Block,
    blocks_of,
    sort_paragraphs,
    trailing_orders,
)
from shared.simulator.reader.turns import (
    Called,
    Turn,
    calls_in,
    dialogue_examples,
    ends_with_results,
    feedback_in,
    last_user,
    spoken,
)

MOST_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a request says to do, asks, shows and gives.

    ``message`` is the plain text of the last user turn that is neither order nor delimited data.
    ``schema`` is one shown inside the prompt. ``feedback`` is what was said of ``previous``, the
    model's last answer, when that answer was found wanting.
    """

    orders: str
    question: str
    message: str
    passages: tuple[Passage, ...]
    examples: tuple[Example, ...] = ()
    turns: tuple[Turn, ...] = ()
    calls: tuple[Called, ...] = ()
    shown: tuple[str, ...] = ()
    previous: str = ""
    feedback: str = ""
    ends_with_results: bool = False
    size: int = 0

    @property
    def data(self) -> tuple[Passage, ...]:
        """The passages, or the message itself where there are none."""
        if self.passages:
            return self.passages
        text = self.message or self.question
        return (Passage(text),) if text else ()

    @property
    def data_text(self) -> str:
        """All data as one text."""
        return "\n\n".join(passage.text for passage in self.data)


@dataclass
class _Sheet:
    orders: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


def take_apart(request: ChatRequest) -> Prompt:
    """Take a request apart."""
    sheet = _Sheet()
    last = last_user(request.messages)
    previous, feedback = feedback_in(request.messages, last)
    for index, message in enumerate(request.messages):
        text = message.text[:MOST_CHARACTERS]
        if message.role is Role.SYSTEM:
            _sort_system(text, sheet)
        elif message.role is Role.USER and index == last:
            _sort_user(text, sheet)
        elif index > last and feedback:
            continue  # Answers that were rejected, and why, are no dialogue to take facts from.
        elif message.role in {Role.USER, Role.ASSISTANT} and text.strip():
            sheet.turns.append(Turn(message.role.value, text))
    calls = tuple(calls_in(request.messages))
    return Prompt(
        orders="\n".join(sheet.orders),
        question=sheet.questions[-1] if sheet.questions else "",
        message="\n\n".join(sheet.plain),
        passages=tuple(sheet.passages),
        examples=(*sheet.examples, *dialogue_examples(sheet.turns)),
        turns=tuple(sheet.turns),
        calls=calls,
        shown=tuple(sheet.shown),
        previous=previous,
        feedback=feedback,
        ends_with_results=bool(request.messages) and ends_with_results(request.messages[-1]),
        size=sum(len(m.text) for m in request.messages),
    )


def _sort_system(text: str, sheet: _Sheet) -> None:
    for block in blocks_of(text):
        if block.part in {None, "instruction"}:
            found, rest = examples_in(block.text)
            sheet.examples.extend(found)
            sheet.orders.append(rest)
        else:
            _sort_labelled(block, "system", sheet)


def _sort_user(text: str, sheet: _Sheet) -> None:
    plain: list[str] = []
    for block in blocks_of(text):
        if block.part is None:
            plain.append(block.text)
        elif block.part == "instruction":
            sheet.orders.append(block.text)
        else:
            _sort_labelled(block, "user", sheet)
    _sort_plain("\n\n".join(plain), sheet)


def _sort_labelled(block: Block, origin: str, sheet: _Sheet) -> None:
    text = block.text.strip()
    if block.part == "question" and origin == "user":
        head = sort_paragraphs(text)
        sheet.questions.append(text if not head.orders else head.question or text)
        if head.orders and head.orders != sheet.questions[-1]:
            sheet.orders.append(head.orders)
    elif block.part == "example":
        pairs, rest = examples_in(block.text, labelled=True)
        pair = pair_of(block)
        sheet.examples.extend(pairs or ([pair] if pair else []))
        if not pairs and not pair:
            sheet.shown.append(rest)
    elif block.part == "history":
        said, orders = (text, "") if block.closed else trailing_orders(text)
        sheet.turns.extend(spoken(said))
        sheet.orders.append(orders)
    elif block.part == "schema" or _is_schema(text):
        sheet.shown.append(text)
        sheet.orders.append(text[:4_000])
    elif origin == "system" and block.label and not block.text.strip():
        return
    else:
        _sort_data(block, origin, sheet)


def _sort_data(block: Block, origin: str, sheet: _Sheet) -> None:
    """Put data in passages; an undelimited section may end with orders or the question."""
    if block.closed:
        sheet.passages.extend(passages_of(block, "system" if origin == "system" else "user"))
        return
    head = sort_paragraphs(block.text)
    if head.told.strip():
        left = Block(head.told, block.label, block.attributes, block.part, block.delimited)
        sheet.passages.extend(passages_of(left, "system" if origin == "system" else "user"))
    if head.orders:
        sheet.orders.append(head.orders)
    if head.question:
        sheet.questions.append(head.question)


def _is_schema(text: str) -> bool:
    if not text.startswith("{") or len(text) > 200_000:
        return False
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, Mapping) and ("properties" in data or "$ref" in data or "anyOf" in data)


def _sort_plain(text: str, sheet: _Sheet) -> None:
    """Sort the plain text of the last user turn by what else there is."""
    if not text.strip():
        return
    pairs, rest = examples_in(text)
    sheet.examples.extend(pairs)
    head = sort_paragraphs(rest)
    if head.orders:
        sheet.orders.append(head.orders)
    if head.question:
        sheet.questions.append(head.question)
    if not head.told:
        if not head.question and sheet.passages and not sheet.questions and not is_order(rest):
            sheet.questions.append(rest)
        return
    if sheet.passages and not sheet.questions:
        sheet.questions.append(head.told)
    elif head.question and not sheet.passages:
        told = Block(head.told, "", (), "data", delimited=False)
        sheet.passages.extend(passages_of(told, "user"))
        sheet.plain.append(rest.strip())
        return
    sheet.plain.append(head.told)
