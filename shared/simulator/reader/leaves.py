"""Lists of leaves, options that the text shows otherwise than by words, and plausible errors."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import JsonValue

from shared.simulator.reader.items import items_in
from shared.simulator.reader.leaf import NOTHING, Leaf
from shared.simulator.reader.meaning import Field, Meaning, meaning_of
from shared.simulator.reader.schema import Filled
from shared.simulator.reader.slots import (
    KINDS,
    Scope,
    best_sentence,
    candidates,
)
from shared.simulator.reader.values import Kind, names_in, values_in
from shared.simulator.reader.words import fold, language_of

LANGUAGES = {"en": "english ingles en en-us en-gb", "pt": "portuguese portugues pt pt-br pt-pt"}


class Leaves(Leaf):
    """Finds values, lists of values, and values to be mistaken for them."""

    def many(self, field: Field, scope: Scope) -> list[Filled]:
        """Find all values of a plain list."""
        meaning = meaning_of(field)
        if meaning in {"sources", "code", "quote"} and self.prompt.question:
            return self._grounds(meaning)
        if meaning in {"answer", "reasoning", "summary"}:
            one = self.one(field, scope, None)
            return [one] if one.value is not None else []
        worded: dict[Meaning, Callable[[], Iterable[str | None]]] = {
            "query": lambda: self.aid.queries(8),
            "keywords": lambda: self.aid.keywords(self.prompt.question or scope.text),
            "product": lambda: (item.product or item.code for item in items_in(scope.text)),
            "name": lambda: dict.fromkeys(name.text for name in names_in(scope.text)),
        }
        if meaning in worded:
            return [Filled(text, 0.7) for text in worded[meaning]()]
        kinds = KINDS.get(meaning)
        return (
            self._values(field, scope, meaning, kinds[:1]) if kinds else self._nearest(field, scope)
        )

    def _grounds(self, meaning: Meaning) -> list[Filled]:
        """Give the sources or the quotes behind the answer."""
        answer = self.aid.answer()
        if meaning != "quote":
            return [Filled(source, 0.8) for source in answer.sources]
        support = answer.support if answer.evidence > 0.15 else ()
        return [
            Filled(self.prompt.data[s.passage].text[s.start : s.end], answer.evidence)
            for s in support
        ]

    def _values(
        self, field: Field, scope: Scope, meaning: Meaning, kinds: Sequence[Kind]
    ) -> list[Filled]:
        found = candidates(scope, field, kinds)
        found.sort(key=lambda c: (c.sentence.start, c.value.start))
        rendered = [self._render(field, meaning, c.value.text) for c in found]
        plain = dict.fromkeys(r for r in rendered if isinstance(r, str | int | float))
        return [Filled(value, 0.8) for value in plain]

    def _nearest(self, field: Field, scope: Scope) -> list[Filled]:
        best = best_sentence(scope, field.words)
        return [Filled(self._short(field, best.text), 0.5)] if best else []

    def records_in(self, scope: Scope, leaves: Sequence[Field]) -> list[str]:
        """Take each sentence that holds values for most leaves as a record of its own."""
        kinds = {k for leaf in leaves for k in (KINDS.get(meaning_of(leaf)) or ())[:1]}
        if not kinds:
            return []
        return [s.text for s in scope.sentences if {v.kind for v in values_in(s.text)} >= kinds]

    def special_enum(
        self, field: Field, options: Mapping[str, JsonValue], scope: Scope
    ) -> Filled | None:
        """Choose an option where the text shows it otherwise than by words: language, currency."""
        folded = {fold(name): value for name, value in options.items()}
        language = language_of(scope.text)
        names = LANGUAGES[language].split()
        other = LANGUAGES["pt" if language == "en" else "en"].split()
        if any(n in folded for n in names) and (
            any(n in folded for n in other) or meaning_of(field) == "language"
        ):
            return Filled(next(folded[n] for n in names if n in folded), 0.95)
        if {"brl", "usd", "eur", "gbp"} & set(folded):
            found = self.currency(scope)
            if found and fold(found) in folded:
                return Filled(folded[fold(found)], 0.95)
            return NOTHING if field.nullable else None
        if self.prompt.question and meaning_of(field) == "answer":
            said = fold(self.aid.say(self.aid.answer()))
            for name, value in folded.items():
                if name == said or (len(name) > 2 and name in said):
                    return Filled(value, self.aid.answer().evidence)
        return None

    def wrong(self, field: Field, scope: Scope, right: Filled) -> Filled:
        """Give a plausible wrong value of the same kind, from elsewhere in the text."""
        label = "/".join(field.path)
        options: list[JsonValue] = []
        enum = field.schema.get("enum")
        if isinstance(enum, list):
            options = [o for o in enum if o != right.value and o is not None]
        elif field.type == "boolean":
            return Filled(right.value is not True, 0.3)
        else:
            meaning = meaning_of(field)
            kinds = KINDS.get(meaning)
            whole = Scope(self.prompt.data_text)
            for candidate in candidates(whole, field, kinds or ())[:20]:
                written = self._render(field, meaning, candidate.value.text)
                if written is not None and written != right.value:
                    options.append(written)
            if not kinds and field.type == "string":
                options = [
                    self._short(field, s.text) for s in scope.sentences if s.text != right.value
                ]
        if field.nullable and right.value is not None:
            options.append(None)
        return Filled(self.slips.other(options, label), 0.25) if options else right
