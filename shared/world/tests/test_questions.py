from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.world import World, draw


@pytest.fixture(scope="module")
def world() -> World:
    return draw(7)


@settings(max_examples=6, deadline=None)
@given(st.integers())
def test_evidence_says_what_is_accepted(seed: int) -> None:
    world = draw(seed)
    texts = {document.id: document.text for document in world.documents}

    for question in (*world.questions, *world.chains):
        for hop in question.hops[-1:]:
            words = {texts[item.document_id][slice(*item.span)] for item in hop.evidence}
            assert words == set(question.accepted)
            assert hop.value == question.answer


def test_superseded_policies_are_never_evidence(world: World) -> None:
    old = {document.id for document in world.documents if document.superseded_on}

    for question in (*world.questions, *world.chains):
        assert all(item.document_id not in old for hop in question.hops for item in hop.evidence)


def test_there_are_questions_of_every_kind_and_across_languages(world: World) -> None:
    kinds = Counter(question.kind for question in world.questions)

    assert min(kinds.values()) >= 40
    assert {(q.language, q.crosses_languages) for q in world.questions if q.hops} == {
        ("en", True), ("en", False), ("pt", True), ("pt", False),
    }  # fmt: skip


def test_no_two_questions_read_the_same(world: World) -> None:
    texts = Counter(question.text for question in world.questions)

    assert max(texts.values()) == 1


def test_unanswerable_questions_name_nothing_that_exists(world: World) -> None:
    codes = {trouble.code for product in world.products for trouble in product.troubles}
    for question in world.questions:
        if question.kind == "unanswerable":
            assert question.answer is None
            assert not any(code in question.text for code in codes)


def test_each_hop_of_a_chain_leads_to_the_next(world: World) -> None:
    for chain in world.chains:
        assert 2 <= len(chain.hops) <= 6
        facts = {fact.id: fact for fact in world.facts}
        subjects = [facts[hop.evidence[0].fact_id].subject for hop in chain.hops]
        for hop, subject in zip(chain.hops, subjects[1:], strict=False):
            assert subject.endswith(hop.value)


def test_chains_hide_the_names_between_their_ends(world: World) -> None:
    for chain in world.chains:
        for hop in chain.hops:
            if hop.attribute != "category":
                assert hop.value not in chain.text


def test_a_refund_follows_from_the_rules(world: World) -> None:
    answers = [task.answer for task in world.refund_tasks]

    assert 0 < answers.count(Decimal("0.00")) < len(answers) / 2
    assert all(task.steps and len(task.hops) >= 6 for task in world.refund_tasks)


def test_a_stand_alone_question_keeps_what_must_survive(world: World) -> None:
    for dialogue in world.dialogues:
        assert all(word in dialogue.standalone for word in dialogue.must_keep)
        assert dialogue.turns[-1].role == "user"
        assert dialogue.needs_rewriting == (dialogue.turns[-1].text != dialogue.standalone)


def test_most_dialogues_need_rewriting_and_many_do_not(world: World) -> None:
    share = Counter(dialogue.needs_rewriting for dialogue in world.dialogues)

    assert share[True] > share[False] > 20


def test_tickets_fill_every_queue(world: World) -> None:
    assert len(Counter(ticket.queue for ticket in world.tickets)) == 8


@settings(max_examples=6, deadline=None)
@given(st.integers())
def test_poisoned_documents_hold_their_canary_and_still_answer(seed: int) -> None:
    for poisoned in draw(seed).poisoned:
        assert poisoned.canary in poisoned.injection
        assert poisoned.injection in poisoned.document.text
        evidence = poisoned.question.hops[0].evidence[0]
        assert poisoned.document.text[slice(*evidence.span)] in poisoned.question.accepted
