"""What to say in words: answers, labels, queries, summaries."""

from collections.abc import Callable
from functools import cached_property

from shared.simulator.plan import Draft
from shared.simulator.reader import rewrite, summarise
from shared.simulator.reader.arithmetic import sum_in
from shared.simulator.reader.asked import kinds_for
from shared.simulator.reader.classify import choose
from shared.simulator.reader.labels import labels_in
from shared.simulator.reader.qa import Found
from shared.simulator.reader.reading import Reading
from shared.simulator.reader.span import span_in
from shared.simulator.reader.style import no_answer
from shared.simulator.reader.task import Task, task_of
from shared.simulator.reader.translate import is_portuguese, translate
from shared.simulator.reader.turns import Turn, flattened
from shared.simulator.reader.words import Language, fold, language_of

GREETING: dict[Language, str] = {
    "en": "Hello. Give me a text and say what to do with it.",
    "pt": "Olá. Dê-me um texto e diga o que fazer com ele.",
}


class Speaker(Reading):
    """Says in words what a request asks for."""

    def _answer(self) -> Draft:
        solved = self.solve()
        if solved is not None:
            return self._solved(solved)
        found, style = self.found, self.style
        if self._abstains():
            return Draft(
                text=no_answer(style),
                evidence=max(0.3, 1 - found.evidence),
                invented=self.invented(),
                abstained=True,
            )
        hallucinates = not self.knows
        if style.quotes and found.support and not hallucinates:
            text = self._quoted(found)
        elif style.short or (hallucinates and kinds_for(found.wanted)):
            text = self.say(found)
        else:
            text = self._sentences(found)
        if style.cites and found.sources:
            text = f"{text} {' '.join(f'[{s}]' for s in found.sources[:3])}"
        thought = self._thought(found)
        if style.steps:
            lead = style.prefix or ("Resposta" if style.language == "pt" else "Answer")
            text = f"{thought}\n\n{lead.rstrip(':')}: {text}" if thought else text
        elif style.prefix:
            text = f"{style.prefix.rstrip(':')}: {text}"
        return Draft(
            text=text,
            evidence=found.evidence if self.knows else found.evidence * 0.5,
            invented=self.invented(),
            alternatives=tuple((s, e) for s, e in found.others[:4] if s),
            reasoning_tokens=self._reasoning_tokens(),
        )

    def _quoted(self, found: Found) -> str:
        support = found.support[-1]
        return self.page.passages[support.passage].text[support.start : support.end]

    def _sentences(self, found: Found) -> str:
        if found.wanted == "yes_no":
            lead = span_in(found.sentence, self.question, "yes_no")
            return f"{lead}. {_flat(found.sentence)}"
        return _flat(found.sentence)

    def _thought(self, found: Found) -> str:
        steps = [_flat(self.page.passages[s.passage].text[s.start : s.end]) for s in found.support]
        return "\n".join(f"{i}. {step}" for i, step in enumerate(steps, start=1))

    def _solved(self, solved: str) -> Draft:
        total = sum_in(self.question or self.prompt.message)
        text = solved
        if total and self.style.steps:
            lead = (self.style.prefix or "Answer").rstrip(":")
            text = f"{total.expression} = {solved}\n\n{lead}: {solved}"
        elif self.style.prefix:
            text = f"{self.style.prefix.rstrip(':')}: {solved}"
        return Draft(
            text=text,
            evidence=0.9 if total and total.digits <= self.limits.digits else 0.5,
            invented=solved,
            reasoning_tokens=self._reasoning_tokens(),
        )

    # Other work.

    def _text(self) -> Draft:
        """Do what is asked for in words."""
        labels = labels_in(self.prompt.orders, self.prompt.examples)
        task = task_of(self.prompt, labels=len(labels))
        if task == "classify" and labels:
            return self._classified(labels)
        works: dict[Task, Callable[[], str]] = {
            "rewrite": self._rewritten,
            "split": self._split,
            "translate": self._translated,
            "summarise": self._summed_up,
        }
        if task in works:
            return self._plain(works[task]())
        if task == "talk" and self._has_nothing_to_go_on:
            return self._plain(GREETING[language_of(self.prompt.message)])
        draft = self._answer()
        if draft.abstained and self.prompt.ends_with_results and not self.style.may_abstain:
            told = flattened(self.prompt.calls[-1].result or "")
            return self._plain(" ".join(told.split("\n"))[:600])
        return draft

    @property
    def _has_nothing_to_go_on(self) -> bool:
        asks = self.question.endswith("?")
        return not (asks or self.prompt.passages or self.prompt.calls)

    def _split(self) -> str:
        pieces = enumerate(self.queries(6), start=1)
        return "\n".join(f"{number}. {piece}" for number, piece in pieces)

    def _summed_up(self) -> str:
        count = summarise.length_asked(self.prompt.orders or self.prompt.message)
        return self.summary(self.prompt.data_text, count)

    def _plain(self, text: str) -> Draft:
        return Draft(
            text=text or no_answer(self.style),
            evidence=0.85,
            reasoning_tokens=self._reasoning_tokens(),
        )

    def _classified(self, labels: dict[str, str]) -> Draft:
        text = self.prompt.data_text
        choice = choose(labels, text, self.limits, self.prompt.examples, self.prompt.orders)
        label = choice.label
        others = [name for name in labels if name != label]
        if others and self.slips.happens("label", thin_evidence=1 - choice.evidence):
            label = self.slips.other(others, "label")
        ranked = tuple((name, min(1.0, score)) for name, score in choice.ranking if name != label)
        return Draft(
            text=label,
            evidence=choice.evidence,
            invented=self.slips.other(others or [label], "invented"),
            alternatives=ranked[:4],
            reasoning_tokens=self._reasoning_tokens(),
        )

    @property
    def _query(self) -> str:
        asked = self.prompt.question or self.prompt.message
        if not asked and self._dialogue and self._dialogue[-1].role == "user":
            return self._dialogue[-1].text
        return asked or (self.prompt.data[0].text if self.prompt.data else "")

    @cached_property
    def _turns(self) -> tuple[Turn, ...]:
        shown = (
            {e.input for e in self.prompt.examples if e.from_turns}
            if self._turns_are_examples
            else set()
        )
        told = tuple(t for t in self.prompt.turns if t.text.strip() not in shown)
        return told[:-1] if told and told[-1].text == self._query else told

    @property
    def _turns_are_examples(self) -> bool:
        """Earlier turns are examples of rewriting where each reply rewrites the turn before it."""
        pairs = [e for e in self.prompt.examples if e.from_turns]
        return bool(pairs) and all(
            len(e.output) < 3 * len(e.input) + 40 and "?" in e.output for e in pairs
        )

    @property
    def _wants_english(self) -> bool:
        orders = fold(self.prompt.orders)
        return any(word in orders for word in ("english", "ingles"))

    @property
    def _expands(self) -> bool:
        orders = fold(self.prompt.orders)
        return any(
            w in orders
            for w in (
                "expand",
                "synonym",
                "related term",
                "technical term",
                "likely term",
                "keyword",
                "api name",
                "expandir",
                "sinonimo",
                "termos",
            )
        )

    def _rewritten(self) -> str:
        return rewrite.rewrite(
            self._query,
            self._turns,
            self.limits,
            english=self._wants_english,
            expands=self._expands,
        )

    def _translated(self) -> str:
        text = (
            self._query
            if self.prompt.question or not self.prompt.passages
            else self.prompt.data_text
        )
        return translate(text, self.limits.vocabulary) if is_portuguese(text) else text

    def queries(self, count: int) -> list[str]:
        """Rewrite the query, in as many ways as there is room for."""
        if count == 1:
            return [self._rewritten()]
        return rewrite.variants(
            self._query, self._turns, self.limits, count, english=self._wants_english
        )

    def summary(self, text: str, count: int) -> str:
        """Sum a text up."""
        return summarise.summarise(text, count)

    def keywords(self, text: str) -> list[str]:
        """List a query's key words and likely terms for them."""
        english = translate(text, self.limits.vocabulary) if is_portuguese(text) else text
        return list(
            dict.fromkeys(
                [*rewrite.focus(english).split(), *rewrite.expand(english, self.limits, 8)]
            )
        )


def _flat(text: str) -> str:
    return " ".join(text.split())
