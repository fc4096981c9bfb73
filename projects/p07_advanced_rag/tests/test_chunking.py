"""Chunks lose nothing, fit the model, and leave whole what must stay whole."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.p07_advanced_rag.chunking import (
    Probe,
    Strategy,
    choose_strategy,
    chunk_documents,
    split,
)
from projects.p07_advanced_rag.passages import Document, RetrievalError
from shared.embeddings.fakes import FakeEmbedder

pytestmark = pytest.mark.anyio

PIECES = st.sampled_from(
    ["a word ", "two words. ", "\n", "\n\n", "```\nx = 1\ny = 2\n```\n", "| a | b |\n", "é😀 ",
     "https://farol.example/a/b?c=1 ", "# Title\n", "longwordwithoutanybreak", "\t", "    code\n"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@pytest.mark.parametrize("strategy", list(Strategy))
@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
async def test_chunks_tile_the_text_and_fit(strategy: Strategy, text: str) -> None:
    embedder = FakeEmbedder(max_tokens=64)

    spans = await split(text, embedder, strategy=strategy, max_tokens=12)

    assert "".join(text[start:end] for start, end in spans) == text
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(embedder.count_tokens(text[start:end]) <= 12 for start, end in spans)


async def test_a_small_table_is_never_cut() -> None:
    table = "| name | value |\n|---|---|\n| weight | 4 kg |\n"
    text = "word " * 20 + "\n\n" + table + "\nword" * 20

    spans = await split(text, FakeEmbedder(max_tokens=64), max_tokens=24)

    start = text.index(table)
    assert not any(start < edge < start + len(table) for span in spans for edge in span)


async def test_code_longer_than_the_limit_is_cut_rather_than_lost() -> None:
    text = "```\n" + "x = 1\n" * 40 + "```\n"

    spans = await split(text, FakeEmbedder(max_tokens=64), max_tokens=20)

    assert len(spans) > 1
    assert "".join(text[start:end] for start, end in spans) == text


async def test_a_limit_the_model_cannot_read_is_refused(embedder: FakeEmbedder) -> None:
    with pytest.raises(RetrievalError, match="256"):
        await split("text", embedder, max_tokens=257)


async def test_headers_say_where_a_passage_is_and_stay_out_of_its_text(
    embedder: FakeEmbedder,
) -> None:
    text = "# Guide\n\nIt is small.\n\n## Weight\n\nIt weighs 4 kg.\n"
    document = Document(id="d", text=text, attributes={"title": "Aria 924"})

    passages = await chunk_documents([document], embedder, headers=True)

    assert passages[0].semantic.startswith("Aria 924")
    assert all(p.text == text[p.start : p.end] for p in passages)


async def test_semantic_chunking_is_not_chosen_without_proof(embedder: FakeEmbedder) -> None:
    texts = [f"The weight of item{n} is {n} kg. Its colour is shade{n}." for n in range(8)]
    documents = [Document(id=str(n), text=text) for n, text in enumerate(texts)]
    probes = [
        Probe(question=f"weight of item{n}", document_id=str(n), start=0, end=20) for n in range(8)
    ]

    choice = await choose_strategy(documents, probes, embedder)

    assert choice.strategy is Strategy.FIXED


async def test_a_dearer_chunking_is_chosen_where_its_gain_is_proved() -> None:
    embedder = FakeEmbedder(dimensions=64, max_tokens=256)
    words = {n: " ".join(f"thing{n}word{k}" for k in range(150)) for n in range(8)}
    around = " ".join(f"around{k}" for k in range(200))
    documents = [Document(id=str(n), text=f"{around}\n\n{w}\n\n{around}") for n, w in words.items()]
    start = len(around) + 2
    probes = [
        Probe(question=w, document_id=str(n), start=start, end=start + len(w))
        for n, w in words.items()
    ]

    choice = await choose_strategy(documents, probes, embedder)

    assert choice.strategy is Strategy.RECURSIVE
    assert choice.recall[Strategy.RECURSIVE].value == 1
    assert choice.recall[Strategy.FIXED].value < 0.9


async def test_the_least_and_the_most_that_a_chunk_may_hold_are_allowed() -> None:
    embedder = FakeEmbedder(max_tokens=64)

    for limit in (8, 64):
        spans = await split("word " * 200, embedder, max_tokens=limit)

        assert max(embedder.count_tokens(("word " * 200)[a:b]) for a, b in spans) <= limit


async def test_without_headers_a_passage_is_embedded_as_it_stands(embedder: FakeEmbedder) -> None:
    document = Document(id="d", text="It weighs 4 kg.", attributes={"title": "Aria 924"})

    passages = await chunk_documents([document], embedder)

    assert [p.semantic for p in passages] == ["It weighs 4 kg."]


async def test_portuguese_documents_are_found_by_portuguese_words(embedder: FakeEmbedder) -> None:
    texts = {"en": "It weighs 4 kg.", "pt": "Pesa 4 kg."}
    documents = [Document(id=at, text=t, attributes={"language": at}) for at, t in texts.items()]

    passages = await chunk_documents(documents, embedder)

    assert [(p.english, p.portuguese) for p in passages] == [
        (texts["en"], ""),
        ("", texts["pt"]),
    ]
