"""What one leaf of a schema says: answers, quotes, sources, queries, or a value from the text."""

from collections.abc import Callable, Sequence

from pydantic import JsonValue

from shared.simulator.profiles import Limits
from shared.simulator.reader.aid import Aid
from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.item_row import Item
from shared.simulator.reader.items import items_in
from shared.simulator.reader.labelled import close_to, labelled_in
from shared.simulator.reader.meaning import Field, Meaning, meaning_of
from shared.simulator.reader.numerals import currency_of
from shared.simulator.reader.render import reference_date, render
from shared.simulator.reader.schema import Filled
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.slots import (
    KINDS,
    Candidate,
    Scope,
    best_sentence,
    candidates,
    name_near,
    person_in,
    place_in,
)
from shared.simulator.reader.span import NEGATION
from shared.simulator.reader.sql import select
from shared.simulator.reader.values import values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import fold, language_of, parts, stem, tokens

NOTHING = Filled(None, 0.0)
BORNE_OUT = frozenset(
    stem(w) for w in words("answerable answered sufficient supported found grounded known")
)
LEAST_FIT = 0.34
WRITERS = frozenset(
    words("customer client sender signs signer author cliente remetente assina from buyer")
)


class Leaf:
    """Finds the value of single fields."""

    def __init__(self, prompt: Prompt, limits: Limits, slips: Slips, aid: Aid) -> None:
        self.prompt = prompt
        self.limits = limits
        self.slips = slips
        self.aid = aid
        self.today = reference_date(prompt.data_text) or reference_date(prompt.orders)
        self.month_first = (
            language_of(prompt.data_text) == "en"
            and "$" in prompt.data_text
            and "R$" not in prompt.data_text
        )

    def one(self, field: Field, scope: Scope, item: Item | None) -> Filled:
        """Find one field's value in what is in view."""
        if field.type == "boolean":
            return self._boolean(field, scope)
        if "sql" in parts(field.name) and (query := self._sql(field, scope)):
            return Filled(self._short(field, query), 0.8)
        meaning = meaning_of(field)
        if item is not None:
            found = self._of_item(field, meaning, item)
            if found is not None:
                return found
        worded = self._worded(field, meaning, scope)
        if worded is not None:
            return worded
        return self._slot(field, meaning, scope)

    def _sql(self, field: Field, scope: Scope) -> str:
        described = f"{field.description}\n{self.prompt.orders}"
        return select(described, self.prompt.question or scope.text)

    def _of_item(self, field: Field, meaning: Meaning, item: Item) -> Filled | None:
        told: JsonValue
        if meaning in {"product", "name", "prose"} and field.type != "integer":
            return Filled(item.product, 0.9) if item.product else self._unnamed(field, item)
        if meaning == "code":
            return Filled(item.code, 0.95) if item.code else NOTHING
        if meaning == "number":
            told = item.quantity
            return (
                Filled(told if field.type in {"integer", "number"} else str(told), 0.95)
                if told is not None
                else NOTHING
            )
        if meaning == "money":
            if not item.price:
                return NOTHING
            return Filled(self._render(field, "money", item.price), 0.9)
        return None

    def _unnamed(self, field: Field, item: Item) -> Filled:
        if field.nullable or not item.code:
            return NOTHING
        return Filled(item.code, 0.3)

    def _worded(self, field: Field, meaning: Meaning, scope: Scope) -> Filled | None:
        """Answer for fields that ask for words of the model's own or of the text."""
        ways: dict[Meaning, Callable[[Field, Scope], Filled | None]] = {
            "answer": self._answer,
            "confidence": lambda _, __: Filled(round(self.aid.answer().evidence, 2), 0.6),
            "query": lambda _, __: _first(self.aid.queries(1)),
            "reasoning": lambda _, __: Filled(self._reasoning(), 0.7),
            "summary": lambda f, s: Filled(self._short(f, self.aid.summary(s.text, 1)), 0.8),
            "sources": self._source,
            "quote": self._quote,
            "language": lambda f, s: Filled(self._language(f, s), 0.9),
            "currency": lambda _, s: _first([c for c in (self.currency(s),) if c]),
            "name": self._person,
            "product": self._product,
            "address": self._place,
        }
        way = ways.get(meaning)
        return way(field, scope) if way else None

    def _answer(self, field: Field, scope: Scope) -> Filled | None:
        del scope
        if not self.prompt.question and self.prompt.passages:
            return None
        solved = self.aid.solve()
        if solved is not None:
            return self._as_typed(field, solved, 0.9)
        answer = self.aid.answer()
        if not answer.span and field.nullable:
            return NOTHING
        return self._as_typed(field, self.aid.say(answer), answer.evidence)

    def _source(self, field: Field, scope: Scope) -> Filled | None:
        del field, scope
        return _first(self.aid.answer().sources) if self.prompt.question else None

    def _place(self, field: Field, scope: Scope) -> Filled:
        near = labelled_in(scope.text, field) or place_in(scope) or name_near(scope, field)
        return Filled(self._short(field, near), 0.7) if near else NOTHING

    def _as_typed(self, field: Field, text: str, evidence: float) -> Filled:
        if field.type in {"number", "integer"}:
            return Filled(
                render(field, "number", text, today=self.today, month_first=self.month_first),
                evidence,
            )
        return Filled(self._short(field, text), evidence)

    def _short(self, field: Field, text: str) -> str:
        longest = field.schema.get("maxLength")
        return text[:longest] if isinstance(longest, int) else text

    def _reasoning(self) -> str:
        answer = self.aid.answer()
        if answer.sentence:
            return " ".join(answer.sentence.split())
        return self.aid.summary(self.prompt.data_text, 1) or "Nothing in the text bears on this."

    def _quote(self, field: Field, scope: Scope) -> Filled:
        if self.prompt.question:
            answer = self.aid.answer()
            if answer.support:
                sentence = answer.support[-1]
                text = self.prompt.data[sentence.passage].text[sentence.start : sentence.end]
                return Filled(self._short(field, text), answer.evidence)
            return NOTHING
        items = items_in(scope.text)
        if items:
            holder = next((s for s in scope.sentences if s.start <= items[0].start < s.end), None)
            if holder:
                return Filled(self._short(field, holder.text), 0.8)
        wordy = [s for s in scope.sentences if len(tokens(s.text)) >= 5]
        best = best_sentence(Scope(scope.text, wordy or scope.sentences), field.words)
        chosen = best or next(iter(wordy or scope.sentences), None)
        return NOTHING if chosen is None else Filled(self._short(field, chosen.text), 0.6)

    def _language(self, field: Field, scope: Scope) -> str:
        code = language_of(scope.text)
        told = fold(field.description)
        if "name" in parts(field.name) or (
            "iso" not in told and "code" not in told and "english" in told and '"en"' not in told
        ):
            return {"en": "English", "pt": "Portuguese"}[code]
        return code

    def currency(self, scope: Scope) -> str | None:
        """Name the currency of the amounts in view."""
        for text in (scope.text, self.prompt.data_text):
            for value in values_in(text[:20_000]):
                if value.kind == "money":
                    return currency_of(value.text)
        return None

    def _person(self, field: Field, scope: Scope) -> Filled:
        person = person_in(scope.text)
        writes = (set(parts(field.name)) | set(tokens(field.description))) & WRITERS
        if person and (writes or not field.description):
            return Filled(self._short(field, person), 0.9)
        if writes and field.nullable:
            return NOTHING
        near = name_near(scope, field)
        if near and not (field.nullable and near == person):
            return Filled(self._short(field, near), 0.6)
        return Filled(self._short(field, person), 0.5) if person else NOTHING

    def _product(self, field: Field, scope: Scope) -> Filled:
        items = items_in(scope.text)
        if items and items[0].product:
            return Filled(self._short(field, items[0].product), 0.8)
        near = name_near(scope, field)
        return Filled(self._short(field, near), 0.5) if near else NOTHING

    def _boolean(self, field: Field, scope: Scope) -> Filled:
        """Say whether the text bears out what a field's name and description state."""
        if self.prompt.question and BORNE_OUT.intersection(field.name_words):
            answer = self.aid.answer()
            return Filled(bool(answer.sentence), max(answer.evidence, 0.5))
        best = best_sentence(scope, field.words)
        if best is None:
            return Filled(False, 0.5)
        groups = scope.stems(best.text)
        words = [w for w in field.words if w not in {"whether", "custom"}]
        shared = sum(any(w in g for g in groups) for w in words) / max(1, min(3, len(words)))
        negative = sum(w in NEGATION for w in tokens(best.text)) % 2 == 1
        return Filled(shared >= 0.5 and not negative, min(1.0, 0.4 + shared / 2))

    def _slot(self, field: Field, meaning: Meaning, scope: Scope) -> Filled:
        kinds = KINDS.get(meaning)
        if kinds is None:
            return self._prose(field, scope)
        found = candidates(scope, field, kinds)
        if meaning in {"date", "money"}:
            found = [c for c in found if c.value.kind != "number"] or (
                [] if field.nullable else found
            )
        if meaning == "code":
            found = [c for c in found if self._own_code(c, field, scope)] or (
                [] if field.nullable else found
            )
        for candidate in found[:12]:
            if field.nullable and candidate.fit < LEAST_FIT:
                break
            written = self._render(field, meaning, candidate.value.text)
            if written is not None:
                scope.used.add(
                    (
                        candidate.sentence.start + candidate.value.start,
                        candidate.sentence.start + candidate.value.end,
                    )
                )
                return Filled(written, max(0.2, min(1.0, 0.45 + candidate.fit / 2)))
        return NOTHING

    def _own_code(self, candidate: Candidate, field: Field, scope: Scope) -> bool:
        """Keep an item's code from being taken for an order's: it goes by the word next to it."""
        text = candidate.sentence.text
        before = text[max(0, candidate.value.start - 28) : candidate.value.start]
        near = [g for g in scope.stems(before) if g][-2:]
        wanted = [w for w in field.name_words if w not in {"id", "number", "cod"}]
        if not wanted:
            return True
        return any(w in g or close_to(w, g) for w in wanted for g in near) or candidate.fit > 1.0

    def _prose(self, field: Field, scope: Scope) -> Filled:
        labelled = labelled_in(scope.text, field)
        if labelled:
            return Filled(self._short(field, labelled), 0.95)
        best = best_sentence(scope, field.words)
        if best is None:
            if field.nullable:
                return NOTHING
            wordy = [s for s in scope.sentences if len(tokens(s.text)) >= 4]
            best = next(iter(wordy or scope.sentences), None)
        if best is None:
            return NOTHING
        return Filled(self._short(field, best.text), 0.5)

    def _render(self, field: Field, meaning: Meaning, text: str) -> JsonValue:
        return render(field, meaning, text, today=self.today, month_first=self.month_first)


def _first(found: Sequence[str]) -> Filled:
    return Filled(found[0], 0.8) if found else NOTHING
