"""The index holds exactly what it is given, finds it in one statement, and leaks nothing."""

from collections.abc import Sequence

import pytest

from projects.p07_advanced_rag import index
from projects.p07_advanced_rag.index import Method, Pool
from projects.p07_advanced_rag.passages import (
    Attribute,
    Document,
    Filter,
    FilterError,
    Operator,
    Passage,
    RawFilter,
    check_filter,
)
from projects.p07_advanced_rag.watch import statements_of
from shared.embeddings.fakes import FakeEmbedder

pytestmark = pytest.mark.anyio

TEXTS = {"a": "a red lamp", "b": "a blue kettle", "c": "uma chaleira azul", "d": "code E773-3L"}


def documents(texts: dict[str, str]) -> list[Document]:
    return [
        Document(id=name, text=text, attributes={"tenant": "x" if name < "c" else "y"})
        for name, text in texts.items()
    ]


def passages(texts: dict[str, str]) -> list[Passage]:
    return [
        Passage(document_id=name, start=0, end=len(text), text=text, semantic=text, english=text)
        for name, text in texts.items()
    ]


async def store(pool: Pool, embedder: FakeEmbedder, texts: dict[str, str]) -> index.Report:
    return await index.store(pool, embedder, documents(texts), passages(texts))


async def names(
    pool: Pool, embedder: FakeEmbedder, query: str, method: Method, filters: Sequence[Filter] = ()
) -> list[str]:
    hits = await index.search(pool, embedder, [query], method=method, filters=filters)
    return [hit.document_id for hit in hits]


@pytest.mark.parametrize("method", list(Method))
async def test_every_way_of_looking_finds_a_passage_by_its_words(
    pool: Pool, embedder: FakeEmbedder, method: Method
) -> None:
    await store(pool, embedder, TEXTS)

    assert (await names(pool, embedder, "blue kettle", method))[0] == "b"


async def test_a_second_run_embeds_and_changes_nothing(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)
    seen = len(embedder.seen)

    report = await store(pool, embedder, TEXTS)

    assert (report.added, report.removed, report.embedded) == (0, 0, 0)
    assert len(embedder.seen) == seen


async def test_an_edit_touches_its_own_passage_only(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)

    report = await store(pool, embedder, TEXTS | {"b": "a green kettle"})

    assert (report.added, report.removed, report.embedded) == (1, 1, 1)


@pytest.mark.parametrize("method", [Method.DENSE, Method.BM25, Method.FULL_TEXT])
async def test_a_dropped_document_is_found_no_more(
    pool: Pool, embedder: FakeEmbedder, method: Method
) -> None:
    await store(pool, embedder, TEXTS)
    await store(pool, embedder, {"a": TEXTS["a"]})

    assert "b" not in await names(pool, embedder, "blue kettle", method)


async def test_another_model_is_added_beside_the_one_in_use(
    pool: Pool, embedder: FakeEmbedder
) -> None:
    newer = FakeEmbedder(dimensions=16, max_tokens=256, name="newer")
    await store(pool, embedder, TEXTS)

    await store(pool, newer, TEXTS)

    for reader in (embedder, newer):
        assert (await names(pool, reader, "blue kettle", Method.DENSE))[0] == "b"


async def test_a_search_is_one_statement(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)

    said = await statements_of(pool, embedder, ["blue kettle", "red lamp"])

    assert len(said) == 1


async def test_a_clear_winner_of_one_half_wins_the_fusion(
    pool: Pool, embedder: FakeEmbedder
) -> None:
    await store(pool, embedder, TEXTS)

    assert (await names(pool, embedder, "E773-3L", Method.HYBRID))[0] == "d"


async def test_no_more_hits_come_than_were_asked_for(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)

    found = await index.search(pool, embedder, ["kettle"], limit=2)

    assert len(found) == 2


async def test_each_document_comes_once_where_documents_are_asked_for(
    pool: Pool, embedder: FakeEmbedder
) -> None:
    parts = [
        Passage(document_id="a", start=n, end=n + 4, text=t, semantic=t, english=t)
        for n, t in enumerate(["red lamp", "red lamps", "lamp red"])
    ]
    await index.store(pool, embedder, documents({"a": "red lamp"}), parts)

    found = await index.search(pool, embedder, ["red lamp"], by_document=True)

    assert [hit.document_id for hit in found] == ["a"]


async def test_a_question_of_nothing_finds_nothing(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)

    assert await index.search(pool, embedder, ["", " "]) == []


async def test_a_question_longer_than_the_model_reads_is_cut(
    pool: Pool, embedder: FakeEmbedder
) -> None:
    await store(pool, embedder, TEXTS)

    assert await names(pool, embedder, "kettle " * 300, Method.HYBRID)


async def test_accents_do_not_hide_a_word(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, {"a": "apagar um diretório"})

    assert await names(pool, embedder, "diretorio", Method.BM25) == ["a"]


async def test_equal_scores_come_in_one_order(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, {str(n): "the same text" for n in range(9)})

    runs = [await names(pool, embedder, "same text", Method.HYBRID) for _ in range(3)]

    assert runs[0] == runs[1] == runs[2]


async def test_a_filter_lets_nothing_else_through(pool: Pool, embedder: FakeEmbedder) -> None:
    await store(pool, embedder, TEXTS)
    filter_ = Filter(field=Attribute.TENANT, operator=Operator.EQUAL, value="x")

    found = await names(pool, embedder, "blue kettle code", Method.HYBRID, [filter_])

    assert set(found) == {"a", "b"}


@pytest.mark.parametrize("value", ["' OR '1'='1", "'; DROP TABLE passage; --", "%s", "%(model)s"])
async def test_a_hostile_value_is_only_a_value(
    pool: Pool, embedder: FakeEmbedder, value: str
) -> None:
    await store(pool, embedder, TEXTS)
    filter_ = check_filter(RawFilter(field="tenant", operator="=", value=value))

    assert await names(pool, embedder, "kettle", Method.HYBRID, [filter_]) == []


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [("password", "=", "x"), ("tenant", "= ANY", "x"), ("tenant", "=", "\0")],
)
def test_a_filter_from_outside_must_be_one_of_ours(field: str, operator: str, value: str) -> None:
    with pytest.raises(FilterError):
        check_filter(RawFilter(field=field, operator=operator, value=value))
