"""Every sentence that is shown can be traced to the characters it came from."""

import pytest

from projects.p07_advanced_rag.answer import ground, sentence_spans
from projects.p07_advanced_rag.passages import Hit

TEXT = "The lamp weighs 4 kg. (It is not a heater.) Charge it for 2.5 hours."


def hit(text: str = TEXT, start: int = 0) -> Hit:
    return Hit(
        document_id="manual",
        start=start,
        end=start + len(text),
        text=text,
        semantic=text,
        attributes={},
        score=1,
        cosine=1,
        lexical=1,
    )


def test_a_true_sentence_is_cited_verbatim() -> None:
    citation = ground("The lamp weighs 4 kg.", [hit(start=100)]).sentences[0].citations[0]

    assert citation.quote == "The lamp weighs 4 kg."
    assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote


@pytest.mark.parametrize(
    "claim",
    [
        "The lamp weighs 5 kg.",
        "The lamp does not weigh 4 kg.",
        "It is a heater.",
        "Farol ships on Mondays.",
    ],
)
def test_what_the_source_does_not_say_is_dropped(claim: str) -> None:
    assert ground(claim, [hit()]).abstains


def test_one_false_sentence_does_not_take_the_true_one_with_it() -> None:
    said = ground("The lamp weighs 4 kg. It costs 900 dollars.", [hit()])

    assert [sentence.text for sentence in said.sentences] == ["The lamp weighs 4 kg."]


def test_sentences_end_where_they_end() -> None:
    found = [TEXT[start:end] for start, end in sentence_spans(TEXT)]

    assert found == ["The lamp weighs 4 kg.", "(It is not a heater.)", "Charge it for 2.5 hours."]
