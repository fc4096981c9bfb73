"""Answering from the context given."""

import pytest

from shared.llm.messages import system, user
from shared.simulator.reader.testing import ask

RULES = (
    "Answer from the passages alone. If they do not say, reply 'NOT FOUND'. Only the value, please."
)
PASSAGES = """<passages>
<passage id="a7">The lighthouse at Cape Mole was built in 1874. It is seen 21 miles away.</passage>
<passage id="b2">Tickets cost £6.50 for adults and £3 for children.
The tower closes at 17:30.</passage>
<passage id="c9">The keeper, Edda Lorne, has lived there for eleven years.</passage>
</passages>"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the lighthouse built?", "1874"),
        ("How much are tickets for children?", "£3"),
        ("What time does the tower close?", "17:30"),
        ("How long has the keeper lived there?", "eleven years"),
        ("Quanto custa o bilhete para adultos?", "£6.50"),
    ],
)
def test_a_question_gets_the_span_of_the_type_it_asks_for(question: str, answer: str) -> None:
    draft = ask(system(RULES), user(f"{PASSAGES}\n\nQuestion: {question}"))

    assert answer in draft.text


@pytest.mark.parametrize(
    "layout",
    [
        "Context:\n{0}\n\nQuestion: {1}",
        "## Context\n\n{0}\n\n## Question\n\n{1}",
        "<context>{0}</context>\n{1}",
        '{1}\n\n"""\n{0}\n"""',
        "<notes>\n{0}\n</notes>\n\n<inquiry>{1}</inquiry>",
        "Contexto:\n{0}\n\nPergunta: {1}",
    ],
)
def test_the_layout_of_a_prompt_does_not_matter(layout: str) -> None:
    facts = (
        "The ferry to Holm leaves every 40 minutes. The crossing takes "
        "25 minutes. Dogs travel free."
    )

    draft = ask(system("Answer briefly."), user(layout.format(facts, "How long is the crossing?")))

    assert "25 minutes" in draft.text


def test_ids_are_cited_when_asked_for() -> None:
    draft = ask(
        system("Answer in a sentence and cite the ids of your sources."),
        user(f"{PASSAGES}\n\nWho is the keeper?"),
    )

    assert "Edda Lorne" in draft.text
    assert draft.text.endswith("[c9]")


def test_a_quote_is_a_verbatim_part_of_the_context() -> None:
    draft = ask(
        system("Quote verbatim the sentence that answers."),
        user(f"{PASSAGES}\n\nWhen was the lighthouse built?"),
    )

    assert draft.text in PASSAGES


def test_without_evidence_it_abstains_in_the_very_words_asked_for() -> None:
    draft = ask(system(RULES), user(f"{PASSAGES}\n\nQuestion: Who owns the bakery in Trent?"))

    assert draft.text == "NOT FOUND"
    assert draft.abstained


def test_without_evidence_or_leave_to_abstain_it_makes_up_a_value_of_the_type() -> None:
    draft = ask(
        system("Only the value."),
        user(f"{PASSAGES}\n\nQuestion: How much does the bakery in Trent charge for parking?"),
    )

    assert not draft.abstained
    assert "£" in draft.text


def test_removing_the_evidence_flips_the_answer() -> None:
    without = PASSAGES.replace("Tickets cost £6.50 for adults and £3 for children.", "")
    question = "\n\nQuestion: How much are tickets for children?"

    assert ask(system(RULES), user(PASSAGES + question)).text == "£3"
    assert ask(system(RULES), user(without + question)).abstained


FACTS = (
    "Ana works for Borealis. Borealis is based in Lund. Lund is "
    "a town in Sweden. Ivo works for Terra. Terra is based in Pula. "
    "Pula is a town in Croatia."
)
ASKED = "In which country does {} work?"


def test_facts_are_joined_only_as_far_as_a_model_can() -> None:
    context = f"Context: {FACTS}\n\nQuestion: {ASKED.format('Ivo')}"
    orders = system("Answer with only the name.")

    assert ask(orders, user(context), model="sim-reasoner").text == "Croatia"
    assert ask(orders, user(context), model="sim-fast").text != "Croatia"


def test_thinking_step_by_step_adds_hops_and_costs_words() -> None:
    context = f"Context: {FACTS}\n\nQuestion: {ASKED.format('Ana')}"

    def asked(orders: str) -> list[str]:
        seeds = (bytes([number]) for number in range(20))
        return [
            ask(system(orders), user(context), model="sim-fast", seed=seed).text for seed in seeds
        ]

    plain = asked("Answer with only the name.")
    thought = asked("Think step by step. Then answer with only the name.")

    assert sum("Sweden" in text for text in plain) <= 4
    assert sum(text.endswith("Sweden") for text in thought) >= 14
    assert min(map(len, thought)) > max(map(len, plain))


def test_sums_are_right_within_the_digits_of_the_model_and_wrong_beyond() -> None:
    easy, hard = user("What is 12 * 11?"), user("What is 48213 * 90711?")

    assert ask(easy, model="sim-fast").text == "132"
    assert ask(hard, model="sim-fast").text != str(48213 * 90711)
    assert ask(hard).text == str(48213 * 90711)


def test_a_summary_is_made_of_the_texts_own_sentences() -> None:
    text = (
        "The bridge opened on Monday. The bridge cost 4 million euros. "
        "Birds sang. People crossed the bridge all day."
    )

    draft = ask(user(f"Summarise the text in one sentence.\n\n<text>{text}</text>"))

    assert draft.text in text
    assert "bridge" in draft.text
