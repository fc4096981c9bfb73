from hypothesis import given
from hypothesis import strategies as st

from shared.llm.messages import ChatRequest, system, user
from shared.simulator.tokens import MESSAGE_TOKENS, REPLY_TOKENS, count, count_prompt, split


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    tokens = split(text)

    assert "".join(tokens) == text
    assert count(text) == len(tokens)


def test_english_prose_gets_near_four_characters_a_token() -> None:
    prose = (
        "The warranty covers repairs for two years after the day of purchase, shipping included. "
    )

    per_token = len(prose) / count(prose)

    assert 3.5 < per_token < 6.5


def test_a_prompt_costs_its_texts_and_a_little_for_each_turn() -> None:
    request = ChatRequest(messages=(system("one two"), user("three")))

    assert count_prompt(request) == 3 + 2 * MESSAGE_TOKENS + REPLY_TOKENS
