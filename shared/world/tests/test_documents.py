import re
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.world import Document, Fact, World, draw
from shared.world.phrases import (
    manual_en,
    manual_pt,
    policy_en,
    policy_pt,
    question_en,
    question_pt,
)
from shared.world.phrases.books import MANUALS

NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def world() -> World:
    return draw(7)


def says(document: Document, fact: Fact) -> bool:
    """Whether the text at the fact's span words its value; keys of causes are translated."""
    written = document.text[slice(*fact.span)]
    if NUMBER.fullmatch(fact.value):
        return Decimal(canonical_number(written, document.language)) == Decimal(fact.value)
    book = MANUALS[document.language]
    known = book.CAUSES.get(fact.value) or book.REMEDIES.get(fact.value)
    if known:
        return written.lower() == known.lower()
    return fact.attribute in {"category", "cutoff"} or written == fact.value


def canonical_number(written: str, language: str) -> str:
    digits = re.sub(r"[^\d.,]", "", written.replace("m²", "m"))
    if language == "pt":
        digits = digits.translate(str.maketrans(",.", ".,"))
    return digits.replace(",", "")


@settings(max_examples=12, deadline=None)
@given(st.integers())
def test_every_fact_stands_verbatim_at_its_span(seed: int) -> None:
    for document in draw(seed).documents:
        for fact in document.facts:
            assert says(document, fact), (fact, document.text[slice(*fact.span)])


def test_nothing_is_left_unfilled(world: World) -> None:
    for document in world.documents:
        assert not re.search(r"\{\w+\}", document.text)


def test_spans_never_overlap(world: World) -> None:
    for document in world.documents:
        ends = [0, *(fact.span[1] for fact in document.facts)]
        assert all(fact.span[0] >= end for fact, end in zip(document.facts, ends, strict=False))


def test_ids_are_unique(world: World) -> None:
    ids = [document.id for document in world.documents] + [fact.id for fact in world.facts]

    assert max(Counter(ids).values()) == 1


def test_documents_come_in_both_languages_and_both_kinds(world: World) -> None:
    kinds = Counter((document.kind, document.language) for document in world.documents)

    assert (
        min(kinds[kind, language] for kind in ("manual", "policy") for language in ("en", "pt")) > 5
    )


def test_a_manual_holds_a_table_a_panel_a_url_and_codes(world: World) -> None:
    for manual in world.manuals:
        assert "|---|" in manual.text
        assert "```ini" in manual.text
        assert "https://farol.example/" in manual.text
        assert any(fact.attribute.startswith("cause.") for fact in manual.facts)


def test_pronouns_hide_the_product_and_keep_the_facts(world: World) -> None:
    plain, pronouns = world.retold("plain"), world.retold("pronouns")

    for one, other in zip(plain, pronouns, strict=True):
        assert facts_of(one) == facts_of(other)
    names = {product.sku: product.name for product in world.products}
    often = sum(doc.text.count(names[doc.sku]) for doc in plain if doc.sku)
    seldom = sum(doc.text.count(names[doc.sku]) for doc in pronouns if doc.sku)
    assert often > 3 * seldom


def facts_of(document: Document) -> set[tuple[str, str, str, str]]:
    return {(fact.subject, fact.attribute, fact.value, fact.unit) for fact in document.facts}


def test_translations_of_a_policy_state_the_same_facts(world: World) -> None:
    for english, portuguese in zip(world.policies[::2], world.policies[1::2], strict=True):
        assert (english.language, portuguese.language) == ("en", "pt")
        assert facts_of(english) == facts_of(portuguese)


def test_a_superseded_policy_says_so_and_differs(world: World) -> None:
    old = [document for document in world.policies if document.superseded_on]

    assert {document.topic for document in old} == {"returns", "refunds", "warranty"}
    for document in old:
        assert document.superseded_on
        assert document.effective_on < document.superseded_on
        current = next(d for d in world.policies if d.topic == document.topic and d not in old)
        assert document.superseded_on <= current.effective_on or current.superseded_on is None


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        (manual_en.PHRASES, manual_pt.PHRASES),
        (manual_en.JOBS, manual_pt.JOBS),
        (manual_en.CAUSES, manual_pt.CAUSES),
        (manual_en.REMEDIES, manual_pt.REMEDIES),
        (manual_en.UNITS, manual_pt.UNITS),
        (policy_en.PHRASES, policy_pt.PHRASES),
        (question_en.DIRECT, question_pt.DIRECT),
        (question_en.PARAPHRASE, question_pt.PARAPHRASE),
    ],
)
def test_both_languages_can_say_the_same_things(
    english: dict[str, object], portuguese: dict[str, object]
) -> None:
    assert english.keys() == portuguese.keys()
