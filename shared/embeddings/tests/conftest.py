"""Models loaded once for all tests of this package; built files stay under CAPSTONE_HOME."""

import asyncio

import pytest

from shared.embeddings.minilm import MiniLM, load_minilm
from shared.embeddings.model import Embedder
from shared.embeddings.static import StaticEmbedder, load_static
from shared.settings import read_settings


@pytest.fixture(scope="session")
def fp32() -> MiniLM:
    return asyncio.run(load_minilm(read_settings().home, precision="fp32"))


@pytest.fixture(scope="session")
def int8() -> MiniLM:
    return asyncio.run(load_minilm(read_settings().home, precision="int8"))


@pytest.fixture(scope="session")
def static() -> StaticEmbedder:
    return asyncio.run(load_static(read_settings().home))


@pytest.fixture(params=["fp32", "int8", "static"])
def each_embedder(request: pytest.FixtureRequest) -> Embedder:
    embedder: Embedder = request.getfixturevalue(request.param)
    return embedder


@pytest.fixture(params=["fp32", "int8"])
def each_minilm(request: pytest.FixtureRequest) -> MiniLM:
    model: MiniLM = request.getfixturevalue(request.param)
    return model
