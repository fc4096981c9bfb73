"""Rewriting queries: dialogue, Portuguese, likely terms."""

import pytest

from shared.llm.messages import assistant, system, user
from shared.simulator.reader.dictionary import lexicon
from shared.simulator.reader.testing import ask
from shared.simulator.reader.translate import translate

ALONE = system(
    "Rewrite the user's last question so that it stands alone. Return only the question."
)
ENGLISH = system("Rewrite the question as a short English search query. Only the query.")


def test_a_follow_up_takes_its_subject_from_the_dialogue() -> None:
    draft = ask(
        ALONE,
        user("How heavy is the Marlin 40 kayak?"),
        assistant("It weighs 18 kg."),
        user("And how long is it?"),
    )

    assert "Marlin 40" in draft.text
    assert "long" in draft.text


def test_a_question_of_another_thing_is_the_same_question_of_it() -> None:
    draft = ask(
        ALONE, user("How heavy is the Marlin 40?"), assistant("18 kg."), user("And the Orca 55?")
    )

    assert "heavy" in draft.text
    assert "Orca 55" in draft.text
    assert "Marlin" not in draft.text


def test_a_question_that_stands_alone_is_left_alone() -> None:
    question = "How do I cancel a subscription in the billing portal?"

    draft = ask(ALONE, user("Where is the office?"), assistant("In Ghent."), user(question))

    assert draft.text == question


@pytest.mark.parametrize(
    ("portuguese", "words"),
    [
        ("como somar os números de uma matriz?", "sum numbers matrix"),
        ("remover linhas em branco de um arquivo de texto", "remove blank lines text file"),
        (
            "quero cancelar meu pedido e receber o dinheiro de volta",
            "cancel order receive money back",
        ),
        ("qual é o prazo de entrega?", "delivery time"),
        ("enviando mensagens entre processos filhos", "send messages child processes"),
    ],
)
def test_portuguese_becomes_english(portuguese: str, words: str) -> None:
    draft = ask(ENGLISH, user(portuguese))

    assert set(words.split()) <= set(draft.text.lower().replace("?", "").split())


def test_numbers_names_and_code_pass_through_a_translation() -> None:
    text = translate("como arredondar 3.75 com `round()` sem usar o módulo xyzlib?")

    assert "3.75" in text
    assert "`round()`" in text
    assert "xyzlib" in text
    assert "without" in text


def test_likely_terms_are_added_when_asked_for() -> None:
    plain = ask(
        system("Rewrite the question as a search query."), user("undo the compression of a file")
    )
    wide = ask(
        system("Rewrite the question as a search query and expand it with likely technical terms."),
        user("undo the compression of a file"),
    )

    assert "decompress" not in plain.text
    assert "decompress" in wide.text


def test_the_lexicon_is_broad() -> None:
    book = lexicon()

    assert len(book.lemmas) + len(book.phrases) > 2_500
