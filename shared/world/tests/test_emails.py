import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.world import Email, Request, World, draw
from shared.world.formats import (
    DAYS_EN,
    DAYS_PT,
    MONTHS_EN,
    MONTHS_PT,
    WORDS_EN,
    WORDS_PT_F,
    past_day,
)
from shared.world.model import Language
from shared.world.phrases import mail_en, mail_pt
from shared.world.stream import Stream

ARTICLES = {"a new", "my", "the", "meu", "minha", "o", "a"}
BOOKS = {"en": mail_en.PHRASES, "pt": mail_pt.PHRASES}
WORDS = {word: at for words in (WORDS_EN, WORDS_PT_F) for at, word in enumerate(words)}
WORDS |= {"um": 1, "dois": 2}
ELEVEN_MONTHS = 330


@pytest.fixture(scope="module")
def world() -> World:
    return draw(7)


def field(truth: object, path: str) -> object:
    for step in path.split("."):
        truth = truth[int(step)] if isinstance(truth, tuple) else getattr(truth, step)
    return truth


def amount(written: str) -> Decimal:
    """Read an amount as a person does: the last mark before two digits is the decimal one."""
    digits = "".join(letter for letter in written if letter.isdigit())
    return Decimal(digits) / 100


def count(written: str) -> int:
    if written in ARTICLES:
        return 1
    return int(written) if written.isdigit() else WORDS[written]


def forms(day: date, sent_on: date) -> set[str]:
    d, m, y = day.day, day.month, day.year
    english, portuguese = MONTHS_EN[m - 1], MONTHS_PT[m - 1]
    ordinal = f"{d}{'th' if d in {11, 12, 13} else {1: 'st', 2: 'nd', 3: 'rd'}.get(d % 10, 'th')}"
    first = "1º" if d == 1 else str(d)
    ago = (sent_on - day).days
    weeks = ("one", "two", "three", "four")
    semanas = ("uma", "duas", "três", "quatro")
    near = {0: {"today", "hoje"}, 1: {"yesterday", "ontem"}}.get(ago, set())
    if 1 < ago < 7:
        near = {DAYS_EN[day.weekday()], DAYS_PT[day.weekday()]}
        near |= {
            f"{WORDS_EN[ago]} days ago",
            f"há {['', '', 'dois', 'três', 'quatro', 'cinco', 'seis'][ago]} dias",
        }
    if ago in {7, 14, 21, 28}:
        near = {f"{weeks[ago // 7 - 1]} weeks ago", f"há {semanas[ago // 7 - 1]} semanas"}
        near |= {"a week ago", "há uma semana"} if ago == 7 else set()
    if ago <= ELEVEN_MONTHS:
        near |= {
            f"{english} {ordinal}", f"{ordinal} {english}", f"{english[:3]} {d}",
            f"{d} {english[:3]}", f"{first} de {portuguese}", f"{d:02d}/{m:02d}",
        }  # fmt: skip
    return near | {
        f"{d} {english} {y}", f"{english} {d}, {y}", day.isoformat(), f"{m:02d}/{d:02d}/{y}",
        f"{d:02d}/{m:02d}/{y}", f"{first} de {portuguese} de {y}", f"{d}/{m}/{y % 100:02d}",
    }  # fmt: skip


def wordings(mail: Email, name: str, value: str) -> list[str]:
    keys = ["late_arrived", "late_pending"] if value == "late_delivery" else [value]
    return [form for key in keys for form in BOOKS[mail.truth.language][f"{name}.{key}"]]


def worded_as(form: str, written: str) -> bool:
    """Whether ``written`` is the sentence ``form`` with its slots filled."""
    pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(form))
    return re.fullmatch(pattern, written) is not None


def recoverable(mail: Email, path: str, written: str) -> bool:
    """Whether what is written at a mention says the value of the truth."""
    value, name = field(mail.truth, path), path.rpartition(".")[2]
    if isinstance(value, Decimal):
        return amount(written) == value
    if isinstance(value, date):
        return written in forms(value, mail.sent_on)
    if name == "quantity":
        return count(written) == value
    if name in {"reason", "resolution"}:
        return any(worded_as(form, written) for form in wordings(mail, name, str(value)))
    return written == value


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_every_value_of_the_truth_can_be_read_where_its_mention_says(seed: int) -> None:
    for mail in draw(seed).draw_emails(120):
        for mention in mail.mentions:
            written = mail.body[mention.start : mention.end]
            assert recoverable(mail, mention.field, written), (mention.field, written, mail.text)


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_what_is_said_is_mentioned_and_what_is_not_is_absent(seed: int) -> None:
    for mail in draw(seed).draw_emails(120):
        said = {mention.field for mention in mail.mentions}
        for path in stated(mail):
            assert path in said, (path, mail.text)
        for path in mail.truth.absent:
            assert not field(mail.truth, path)
            assert path not in said


@pytest.mark.parametrize(
    ("language", "american"), [("en", True), ("en", False), ("pt", False)], ids=str
)
def test_a_day_of_more_than_eleven_months_ago_has_its_year(
    language: Language,
    american: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    draws, sent_on = Stream(7, "days"), date(2026, 3, 20)
    ago = [timedelta(days=days) for days in range(ELEVEN_MONTHS + 1, ELEVEN_MONTHS + 200)]

    written = [
        past_day(draws.at(at), sent_on - days, sent_on, language, american=american, plain=False)
        for at, days in enumerate(ago)
    ]

    assert [day for _, day in written if not re.search("20(24|25)|/(24|25)$", day)] == []


def stated(mail: Email) -> list[str]:
    """List the fields of the truth that hold a value."""
    paths = ["customer_name"] if mail.truth.customer_name else []
    for at, request in enumerate(mail.truth.requests):
        skipped = {"kind", "items", "currency"}
        names = [name for name in Request.model_fields if name not in skipped]
        paths += [f"requests.{at}.{name}" for name in names if getattr(request, name) is not None]
        for place, item in enumerate(request.items):
            names = ["product", "sku", "quantity", "unit_price"]
            paths += [
                f"requests.{at}.items.{place}.{name}"
                for name in names
                if getattr(item, name) is not None
            ]
    return paths


def test_a_stated_total_is_what_its_parts_add_up_to(world: World) -> None:
    prices = {product.sku: product.prices for product in world.products}
    for mail in world.emails:
        for request in mail.truth.requests:
            if request.kind != "order" or request.total is None or request.currency is None:
                continue
            goods = sum(
                prices[item.catalogue_sku].in_(request.currency) * (item.quantity or 0)
                for item in request.items
            )
            assert goods + (request.shipping or 0) == request.total


def test_returns_and_complaints_speak_of_real_orders(world: World) -> None:
    orders = {order.id: order for order in world.orders}
    for mail in world.emails:
        for request in mail.truth.requests:
            if request.order_id:
                order = orders[request.order_id]
                assert order.customer_id == mail.customer_id
                assert {item.catalogue_sku for item in request.items} <= {
                    line.sku for line in order.lines
                }
                assert request.total in {None, order.total}


def test_dates_are_in_order(world: World) -> None:
    for mail in world.emails:
        for request in mail.truth.requests:
            days = [request.ordered_on, request.delivered_on, mail.sent_on, request.wanted_by]
            known = [day for day in days if day is not None]
            assert known == sorted(known)
            assert mail.sent_on <= world.today


def test_easy_mails_leave_nothing_essential_out(world: World) -> None:
    for mail in world.emails:
        if mail.difficulty == "easy":
            assert len(mail.truth.requests) == 1
            assert mail.truth.customer_name
            assert all(
                path.rpartition(".")[2]
                in {"shipping", "sku", "product", "unit_price", "items", "delivered_on"}
                for path in mail.truth.absent
            )


def test_a_hundred_mails_show_every_trait_language_and_kind(world: World) -> None:
    traits = Counter(trait for mail in world.emails for trait in mail.traits)
    kinds = Counter((mail.truth.kind, mail.truth.language) for mail in world.emails)

    assert traits.keys() >= {
        "two_intents",
        "quoted",
        "typos",
        "correction",
        "aside",
        "missing_fields",
    }
    assert len(kinds) == 6
    assert min(kinds.values()) > 15


def test_nothing_is_left_unfilled(world: World) -> None:
    for mail in world.emails:
        assert "{" not in mail.text
        assert "  " not in mail.body
        assert ",." not in mail.body


def test_both_languages_can_say_the_same_things() -> None:
    assert BOOKS["en"].keys() == BOOKS["pt"].keys()
