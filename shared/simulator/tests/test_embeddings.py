import base64
from collections.abc import AsyncIterator, Sequence

import httpx
import numpy as np
import openai
import pytest

from shared.embeddings.model import Embedder, Overflow, Vectors
from shared.simulator.respond import Reader
from shared.simulator.server import make_state, serving

pytestmark = pytest.mark.anyio


class Letters:
    """Embeds a text as its counts of a, b and c."""

    name = "letters"
    dimensions = 3
    max_tokens = 5

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def embed(self, texts: Sequence[str], *, overflow: Overflow = "error") -> Vectors:
        del overflow
        return np.array([[text.count(letter) for letter in "abc"] for text in texts], np.float32)


async def letters() -> Embedder:
    return Letters()


@pytest.fixture(scope="module")
async def url(reader: Reader) -> AsyncIterator[str]:
    state = make_state(read=reader)
    state.embedder = letters
    async with serving(state) as url:
        yield url


async def test_floats_and_base64_are_the_same_vectors(url: str, http: httpx.AsyncClient) -> None:
    asked = {"model": "sim-embed", "input": ["aab", "c"]}

    plain = (await http.post(f"{url}/embeddings", json=asked)).json()
    packed = (
        await http.post(f"{url}/embeddings", json={**asked, "encoding_format": "base64"})
    ).json()

    rows = [np.frombuffer(base64.b64decode(row["embedding"]), "<f4") for row in packed["data"]]
    assert [row["embedding"] for row in plain["data"]] == [[2, 1, 0], [0, 0, 1]]
    assert [row.tolist() for row in rows] == [[2, 1, 0], [0, 0, 1]]
    assert plain["usage"] == {"prompt_tokens": 2, "total_tokens": 2}


async def test_the_official_client_reads_them(url: str) -> None:
    async with openai.AsyncOpenAI(base_url=url, api_key="sim", max_retries=0) as client:
        answer = await client.embeddings.create(model="sim-embed", input="abc")

    assert answer.data[0].embedding == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"input": ""}, 400),
        ({"input": []}, 400),
        ({"input": [1, 2]}, 400),
        ({"input": "a b c d e f"}, 400),
        ({"dimensions": 2}, 400),
        ({"encoding_format": "hex"}, 400),
        ({"model": "sim-fast"}, 404),
    ],
)
async def test_what_cannot_be_embedded_is_explained(
    url: str, http: httpx.AsyncClient, change: dict[str, object], status: int
) -> None:
    asked = {"model": "sim-embed", "input": "a", **change}

    answer = await http.post(f"{url}/embeddings", json=asked)

    assert answer.status_code == status
    assert answer.json()["error"]["param"]
