import numpy as np
import pytest

from shared.embeddings.late_interaction import max_sim, quantise_directions, unit_rows
from shared.embeddings.minilm import MiniLM

pytestmark = pytest.mark.anyio


def test_max_sim_is_the_mean_over_query_tokens_of_the_best_cosine() -> None:
    query = np.array([[127, 0], [0, 127]], np.int8)
    both = np.array([[0, 5], [9, 0], [-3, 0]], np.int8)
    one = np.array([[50, 0]], np.int8)

    scores = max_sim(query, [one, both])

    np.testing.assert_allclose(scores, [0.5, 1.0], atol=1e-6)


def test_a_document_without_tokens_scores_lowest() -> None:
    query = np.array([[127, 0]], np.int8)

    scores = max_sim(query, [np.empty((0, 2), np.int8), np.array([[-1, 1]], np.int8)])

    assert scores[0] == -1
    assert scores[1] > -1


def test_quantised_directions_keep_the_cosine() -> None:
    vectors = np.random.default_rng(1).standard_normal((50, 384)).astype(np.float32)

    kept = unit_rows(quantise_directions(vectors))

    assert (kept * unit_rows(vectors)).sum(axis=1).min() > 0.9999


async def test_the_document_that_answers_scores_highest(int8: MiniLM) -> None:
    question, *documents = await int8.embed_tokens(
        [
            "how do I keep a list sorted while inserting?",
            "heapq.heappop: Pop the smallest item off the heap.",
            "bisect.insort: Insert item x in list a, and keep it sorted.",
            "shutil.rmtree: Recursively delete a directory tree.",
        ]
    )

    assert max_sim(question, documents).argmax() == 1
