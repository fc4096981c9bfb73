"""One reading of one request: the question, the page, what was found, and how to say it."""

from functools import cached_property

from shared.llm.messages import ChatRequest
from shared.simulator.dice import Dice
from shared.simulator.profiles import Limits, Profile
from shared.simulator.reader import rewrite
from shared.simulator.reader.arithmetic import misremembered, sum_in, written
from shared.simulator.reader.asked import kinds_for
from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.meaning import Field, meaning_of
from shared.simulator.reader.passages import Passage
from shared.simulator.reader.qa import NOTHING, Found, find
from shared.simulator.reader.schema import properties_of
from shared.simulator.reader.score import Page, SentenceScorer
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.style import Style, no_answer, style_of
from shared.simulator.reader.turns import Turn, flattened
from shared.simulator.reader.values import values_in
from shared.simulator.reader.words import fold

CHARACTERS_A_TOKEN = 4
TOKENS_A_STEP = 24


class Reading:
    """Everything one request gives rise to, worked out when it is first needed."""

    def __init__(
        self,
        request: ChatRequest,
        prompt: Prompt,
        profile: Profile,
        dice: Dice,
        scorer: SentenceScorer | None = None,
    ) -> None:
        self.request = request
        self.prompt = prompt
        self.profile = profile
        self.limits: Limits = profile.limits
        self.scorer = scorer
        features = {"length": prompt.size / CHARACTERS_A_TOKEN / profile.context_tokens}
        self.slips = Slips(profile, dice, features, request.temperature or 0.0)

    # What is asked, and how.

    @cached_property
    def style(self) -> Style:
        """How the answer is to be given."""
        return style_of(self.prompt.orders, self.question)

    @cached_property
    def question(self) -> str:
        """The question, made to stand alone where it follows up on the dialogue."""
        asked = self.prompt.question or ("" if self.prompt.passages else self.prompt.message)
        turns = self._dialogue
        return rewrite.stand_alone(asked, turns) if turns and self.limits.hops > 0 else asked

    @property
    def _dialogue(self) -> tuple[Turn, ...]:
        return self.prompt.turns

    @cached_property
    def page(self) -> Page:
        """The passages to answer from; results of tools are passages too."""
        results = tuple(
            Passage(flattened(c.result), "", "tool", delimited=True, label=c.name)
            for c in self.prompt.calls
            if c.result
        )
        told = tuple(self.prompt.passages) or (
            (Passage(self.prompt.message),)
            if self.prompt.message != self.prompt.question and not results
            else ()
        )
        earlier = () if told or results else tuple(Passage(t.text) for t in self.prompt.turns)
        return Page((*told, *results, *earlier), self.limits)

    @property
    def hops(self) -> int:
        """How many facts the model joins now."""
        steps = self.style.steps or self._thinks_in_schema
        return self.limits.reasoned_hops if steps or self.profile.reasons else self.limits.hops

    @cached_property
    def _thinks_in_schema(self) -> bool:
        schema = self.request.response_schema
        if schema is None:
            return False
        names = list(properties_of(schema.json_schema))
        meanings = [meaning_of(Field((n,), n, "", {"type": "string"})) for n in names]
        first = meanings.index("reasoning") if "reasoning" in meanings else -1
        return 0 <= first < (meanings.index("answer") if "answer" in meanings else len(meanings))

    # Answers.

    @cached_property
    def found(self) -> Found:
        """The answer to the question, slips included."""
        found = find(self.page, self.question, self.hops, self.scorer) if self.question else NOTHING
        if not found.sentence:
            return found
        distraction = 1.0 - min(1.0, 4.0 / max(4, len(self.page.sentences)))
        others = [span for span, _ in found.others if span and span != found.span]
        if others and self.slips.happens(
            "answer",
            distraction=distraction,
            thin_evidence=1.0 - found.evidence,
            rivals=found.rivals,
            buried=1.0 - min(map(self.page.attention, found.support)),
        ):
            wrong = self.slips.other(others, "answer")
            sentence = next((s.text for s in self.page.sentences if wrong in s.text), wrong)
            return Found(
                sentence,
                wrong,
                found.evidence * 0.6,
                found.sources,
                found.support,
                found.others,
                found.wanted,
            )
        return found

    @property
    def knows(self) -> bool:
        """Whether the evidence is enough to answer."""
        return bool(self.found.sentence) and self.found.evidence >= self.limits.abstention

    def invented(self) -> str:
        """Make up an answer of the type asked for, from what lies about."""
        kinds = kinds_for(self.found.wanted)
        asked = fold(self.question)
        pool = [
            v.text
            for s in self.page.sentences[:40]
            for v in values_in(s.text)
            if v.kind in kinds and fold(v.text) not in asked and v.text != self.found.span
        ]
        if pool:
            return self.slips.other(pool, "invented")
        others = [s for s, _ in self.found.others if s and s != self.found.span]
        if others:
            return self.slips.other(others, "invented")
        number = 2 + int(self.slips.dice.difficulty("invented number") * 40)
        made = {
            "duration": f"{number} days",
            "money": f"${number}.90",
            "percent": f"{number}%",
            "date": f"2025-03-{number % 28 + 1:02d}",
        }
        return made.get(self.found.wanted, str(number) if kinds else self.found.span or "Yes")

    def say(self, found: Found) -> str:
        """Give an answer in the way asked for, or admit that there is none."""
        if self._abstains():
            return no_answer(self.style)
        text = found.span if self.knows or not kinds_for(found.wanted) else self.invented()
        return text or no_answer(self.style)

    def _abstains(self) -> bool:
        if self.knows:
            return False
        if not self.page.sentences or not self.found.sentence:
            return True
        return self.style.may_abstain and self.slips.abstains("answer")

    def _reasoning_tokens(self) -> int:
        if not self.profile.reasons:
            return 0
        return TOKENS_A_STEP * (4 + 6 * len(self.found.support)) + min(
            600, len(self.page.sentences)
        )

    def solve(self) -> str | None:
        """Work out a sum, where that is what is asked."""
        total = sum_in(self.question or self.prompt.message)
        if total is None:
            return None
        able = self.limits.digits * (2 if self.style.steps else 1)
        value = total.value
        if total.digits > able or self.slips.happens("sum"):
            value = misremembered(total, self.slips.dice.difficulty("sum", "digit"))
        return written(value)
