"""Write Farol's policies in both languages, in force and superseded."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from shared.world import formats, grammar
from shared.world.categories import BY_KEY
from shared.world.documents import Draft, Heading
from shared.world.model import Document, Language
from shared.world.phrases import policy_en, policy_pt
from shared.world.rules import Rules
from shared.world.stream import Stream
from shared.world.writing import Pieces, Slot, capitalised, fill

BOOKS: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "en": policy_en.PHRASES,
    "pt": policy_pt.PHRASES,
}
TOPICS = ("returns", "refunds", "warranty", "shipping", "privacy", "loyalty", "claims")
SUPERSEDED = ("returns", "refunds", "warranty")
PREFIXES = {
    "returns": "RET", "refunds": "REF", "warranty": "WAR", "shipping": "SHP", "privacy": "PRV",
    "loyalty": "LOY", "claims": "CLM",
}  # fmt: skip


def draw_policies(draw: Stream, rules: Rules, topics: tuple[str, ...]) -> tuple[Document, ...]:
    """Write the policies of one edition, each in both languages; the two share a subject code."""
    return tuple(
        _policy(draw.at(topic), topic, language, rules)
        for topic in topics
        for language in ("en", "pt")
    )


def _policy(draw: Stream, topic: str, language: Language, rules: Rules) -> Document:
    code = f"{PREFIXES[topic]}-{draw.at('code').code(8)}"
    heading = Heading(
        id=f"{code}-{language}",
        kind="policy",
        language=language,
        topic=topic,
        version=rules.version,
        effective_on=rules.effective_on,
        superseded_on=rules.superseded_on,
    )
    return _Policy(Draft(heading, draw.at(language)), code, rules).write()


class _Policy:
    def __init__(self, draft: Draft, code: str, rules: Rules) -> None:
        self._draft, self._draw = draft, draft.draw
        self._code, self._rules = code, rules
        self._language = draft.heading.language
        self._phrases = BOOKS[self._language]

    def write(self) -> Document:
        topic = self._draft.heading.topic
        title = f"{self._draw.pick(self._phrases[f'title.{topic}'])} {self._code}"
        page = self._draft.page.add(f"# {title}\n\n", *self._status(), "\n\n")
        page.add(*self._say(f"intro.{topic}"), "\n\n")
        groups = {
            "returns": self._returns,
            "refunds": self._refunds,
            "warranty": self._warranty,
            "shipping": self._shipping,
            "privacy": self._privacy,
            "loyalty": self._loyalty,
            "claims": self._claims,
        }[topic]()
        padding = self._draw.sample(self._phrases["padding"], 4)
        for at, sentences in enumerate(groups):
            mixed = self._draw.shuffled([*sentences])
            for sentence in mixed:
                page.add(*capitalised(sentence), " ")
            page.add(padding[at % len(padding)], "\n\n")
        return self._draft.finish(title)

    def _status(self) -> Pieces:
        rules, language = self._rules, self._language
        return self._say(
            "superseded" if rules.superseded_on else "in_force",
            version=rules.version,
            since=formats.long_date(rules.effective_on, language),
            until=formats.long_date(rules.superseded_on or rules.effective_on, language),
        )

    def _say(self, key: str, **slots: Slot) -> Pieces:
        return fill(self._draw.pick(self._phrases[key]), slots)

    def _state(self, key: str, name: str, attribute: str, value: str, unit: str = "") -> Pieces:
        """Say one rule about ``name``; without a unit the value is a name."""
        subject = f"{self._code} {name}".strip()
        if unit:
            mark = self._draft.measure(subject, attribute, value, unit)
        else:
            mark = self._draft.fact(subject, attribute, value, "", value)
        return self._say(key, name=name, value=mark)

    def _money(self, key: str, name: str, attribute: str, value: Decimal) -> Pieces:
        written = formats.euros(self._draw, value, self._language)
        mark = self._draft.fact(f"{self._code} {name}", attribute, str(value), "EUR", written)
        return self._say(key, name=name, value=mark)

    def _returns(self) -> Iterator[list[Pieces]]:
        for item in self._rules.classes:
            yield [
                self._state("class.window", item.name, "window", str(item.window_days), "days"),
                self._state("class.fee", item.name, "fee", str(item.fee_percent), "%"),
                self._state("class.centre", item.name, "centre", item.centre),
            ]
        yield [self._member(category, name) for category, name in self._rules.class_of.items()]

    def _member(self, category: str, name: str) -> Pieces:
        kind = BY_KEY[category]
        noun = kind.noun_en if self._language == "en" else f"“{kind.noun_pt}”"
        mark = self._draft.fact(f"{self._code} {category}", "class", name, "", name)
        return self._say("class.members", category=noun, a=grammar.article(noun), value=mark)

    def _refunds(self) -> Iterator[list[Pieces]]:
        rules = self._rules
        yield [
            self._state(f"refund.{method}", "", f"refund_days.{method}", str(days), "days")
            for method, days in rules.refund_days.items()
        ]
        percent = str(rules.shipping_back_percent)
        yield [self._state("refund.shipping_back", "", "shipping_back", percent, "%")]

    def _warranty(self) -> Iterator[list[Pieces]]:
        rules = self._rules
        extra = str(rules.warranty_extra_months)
        yield [self._state("warranty.notice", "", "notice", str(rules.notice_days), "days")]
        yield [self._state("warranty.extra", "", "registration_bonus", extra, "months")]
        yield [self._state("warranty.repair", "", "repair_time", str(rules.repair_days), "days")]

    def _shipping(self) -> Iterator[list[Pieces]]:
        for item in self._rules.couriers:
            yield [
                self._state("courier.days", item.name, "delivery", str(item.delivery_days), "days"),
                self._money("courier.liability", item.name, "liability", item.liability),
                self._state("courier.desk", item.name, "desk", item.desk),
            ]
        yield [
            self._state("centre.courier", centre, "courier", courier)
            for centre, courier in self._rules.collected_by.items()
        ]
        hour = self._phrases["cutoff"][0].format(hour=self._rules.cutoff_hour)
        value = f"{self._rules.cutoff_hour}:00"
        mark = self._draft.fact(self._code, "cutoff", value, "", hour)
        yield [self._say("shipping.cutoff", value=mark)]

    def _privacy(self) -> Iterator[list[Pieces]]:
        yield [
            self._state(f"privacy.{name}", "", f"retention.{name}", str(months), "months")
            for name, months in self._rules.retention_months.items()
        ]
        days = str(self._rules.privacy_days)
        yield [self._state("privacy.request", "", "data_request", days, "days")]

    def _loyalty(self) -> Iterator[list[Pieces]]:
        for tier in self._rules.tiers:
            said = [self._state("tier.points", tier.name, "threshold", str(tier.points), "points")]
            if tier.extra_days:
                days = str(tier.extra_days)
                said.append(self._state("tier.extra_days", tier.name, "extra_days", days, "days"))
            if tier.fee_discount_percent:
                percent = str(tier.fee_discount_percent)
                said.append(self._state("tier.discount", tier.name, "fee_discount", percent, "%"))
            said.append(
                self._money(
                    "tier.free_shipping", tier.name, "free_shipping", tier.free_shipping_from
                )
            )
            yield said

    def _claims(self) -> Iterator[list[Pieces]]:
        for desk in self._rules.desks:
            hours = str(desk.answer_hours)
            yield [
                self._state("desk.lead", desk.name, "lead", desk.lead),
                self._state("desk.hours", desk.name, "answer_time", hours, "hours"),
            ]
        yield [
            self._state("lead.extension", lead, "extension", str(extension))
            for lead, extension in self._rules.extensions.items()
        ]
