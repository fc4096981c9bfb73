import numpy as np
import pytest

from shared.embeddings.late_interaction import unit_rows
from shared.embeddings.static import StaticEmbedder, weigh_words

pytestmark = pytest.mark.anyio


async def test_texts_that_share_words_are_nearer_than_texts_that_do_not(
    static: StaticEmbedder,
) -> None:
    question, same, other = await static.embed(
        [
            "insert into a sorted list",
            "The list stays sorted after you insert.",
            "The kettle holds 1.7 litres of water.",
        ]
    )

    assert question @ same > question @ other + 0.3


async def test_a_text_of_any_length_is_read_to_its_end(static: StaticEmbedder) -> None:
    text = "order " * 1000

    with_ending, without = await static.embed([text + "swordfish " * 200, text])

    assert static.count_tokens(text) == 1002
    assert with_ending @ without < 0.999


def test_common_words_weigh_less_than_rare_ones() -> None:
    generator = np.random.default_rng(3)
    words = unit_rows(generator.standard_normal((20_000, 16)).astype(np.float32))

    lengths = np.linalg.norm(weigh_words(words), axis=1)

    assert lengths[1_000:1_100].mean() < 0.8 * lengths[19_000:].mean()
    assert lengths[:999].max() < 0.01  # padding and markers
