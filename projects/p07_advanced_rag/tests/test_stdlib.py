"""The standard library becomes symbols under the names that people use."""

import json
import math
from pathlib import Path

import pytest

from projects.p07_advanced_rag import __main__ as program
from projects.p07_advanced_rag.evaluate import SETS, place, read_questions, score
from projects.p07_advanced_rag.expansion import read_expansions
from projects.p07_advanced_rag.passages import Hit, RetrievalError, words_of
from projects.p07_advanced_rag.retrieve import CANDIDATES, rerank
from projects.p07_advanced_rag.stdlib_corpus import (
    Symbol,
    first_paragraph,
    passages_of,
    read_symbols,
)
from projects.p07_advanced_rag.stdlib_index import VECTORS, passages, with_shipped_vectors
from shared.embeddings.fakes import FakeEmbedder
from shared.embeddings.minilm import load_minilm
from shared.embeddings.shipped import ShippedVectors, agreement
from shared.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def symbols() -> list[Symbol]:
    return await read_symbols()


@pytest.mark.parametrize(
    "name",
    ["bisect.insort", "functools.lru_cache", "pathlib.Path.read_text", "str.split", "os.path.join",
     "argparse.ArgumentParser.add_argument", "random.randint", "asyncio.TaskGroup", "len", "open",
     "itertools.chain.from_iterable", "csv.DictReader", "datetime.datetime.strptime", "bisect"],
)  # fmt: skip
async def test_symbols_have_the_names_of_the_documentation(
    symbols: list[Symbol], name: str
) -> None:
    assert name in {symbol.name for symbol in symbols}


@pytest.mark.parametrize("name", ["posixpath.join", "builtins.len", "random.Random.randint"])
async def test_one_object_has_one_symbol(symbols: list[Symbol], name: str) -> None:
    assert name not in {symbol.name for symbol in symbols}


async def test_nearly_every_expansion_is_of_a_symbol(symbols: list[Symbol]) -> None:
    known = {name for symbol in symbols for name in (symbol.name, *symbol.aliases)}
    expanded = read_expansions().keys()

    assert len(expanded - known) < 0.05 * len(expanded)  # other versions, undocumented names


async def test_every_expected_answer_can_be_found(symbols: list[Symbol]) -> None:
    known = {symbol.name for symbol in symbols}

    for which in SETS:
        assert all(known & set(question.expected) for question in read_questions(which))


def test_no_question_is_both_tuned_on_and_held_out() -> None:
    tuned, held = (
        {name for q in read_questions(which) for name in q.expected}
        for which in ("tune", "held_out")
    )

    assert not tuned & held


async def test_the_shipped_vectors_are_those_of_the_texts(symbols: list[Symbol]) -> None:
    texts = [passage.semantic for passage in passages(symbols)]
    shipped = ShippedVectors.load(VECTORS)
    model = await load_minilm(Settings().home)

    assert await agreement(shipped, model, texts, size=16) > 0.99


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 and no archive"])
async def test_shipped_vectors_that_cannot_be_used_are_said_so(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    embedder: FakeEmbedder,
    content: bytes | None,
) -> None:
    file = tmp_path / "vectors.npz"
    if content is not None:
        file.write_bytes(content)

    found = with_shipped_vectors(embedder, file)

    assert found is embedder
    assert str(file) in caplog.text
    assert "Restore the file from Git" in caplog.text


async def test_shipped_vectors_with_a_bad_sector_are_said_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, embedder: FakeEmbedder
) -> None:
    file = tmp_path / "vectors.npz"
    whole = bytearray(VECTORS.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 512] = b"\xff" * 512
    file.write_bytes(whole)

    assert with_shipped_vectors(embedder, file) is embedder
    assert "Restore the file from Git" in caplog.text


async def test_shipped_vectors_that_can_be_used_are_used_in_silence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, embedder: FakeEmbedder
) -> None:
    file = tmp_path / "vectors.npz"
    (await ShippedVectors.build(embedder, ["a red lamp"])).save(file)
    seen = len(embedder.seen)

    await with_shipped_vectors(embedder, file).embed(["a red lamp"])

    assert len(embedder.seen) == seen
    assert not caplog.records


def test_an_identifier_becomes_words() -> None:
    assert words_of("logging.getLogger") == "logging get logger"
    assert words_of("http.HTTPStatus") == "http http status"


def test_a_repeated_signature_is_no_summary() -> None:
    assert first_paragraph("insort(a, x)\n\nInsert x into a.") == "Insert x into a."


async def test_a_symbol_is_found_by_each_of_its_uses(symbols: list[Symbol]) -> None:
    insort = next(symbol for symbol in symbols if symbol.name == "bisect.insort")

    found = {passage.semantic for passage in passages_of(insort)}

    told = {situation.text for situation in insort.expansion.situations}
    assert told
    assert {*insort.expansion.uses, *insort.expansion.usos, *told} <= found


async def test_a_situation_is_found_by_its_words_in_its_own_language(
    symbols: list[Symbol],
) -> None:
    english, portuguese = (
        [s.text for s in symbol.expansion.situations if s.language == language]
        for symbol in symbols
        if symbol.name == "itertools.groupby"
        for language in ("en", "pt")
    )

    groupby = next(symbol for symbol in symbols if symbol.name == "itertools.groupby")
    by_text = {passage.semantic: passage for passage in passages_of(groupby)}
    assert all(by_text[text].english == text for text in english)
    assert all(by_text[text].portuguese == text for text in portuguese)


def hit(name: str, cosine: float) -> Hit:
    return Hit(
        document_id=name, start=0, end=1, text=name, semantic=name, attributes={}, score=0,
        cosine=cosine, lexical=0,
    )  # fmt: skip


async def test_reranking_breaks_ties_by_name() -> None:
    hits = [hit("c", 0.5), hit("a", 0.5), hit("b", 0.5)]
    same = [h.model_copy(update={"semantic": "text"}) for h in hits]

    ranked = await rerank(["text"], same, FakeEmbedder())

    assert [h.document_id for h in ranked] == ["a", "b", "c"]


async def test_reranking_brings_up_what_is_nearest_to_any_of_the_queries() -> None:
    hits = [hit(name, 0.5) for name in ("kettle", "lamp", "fan")]

    ranked = await rerank(["radio", "lamp"], hits, FakeEmbedder(dimensions=64))

    assert ranked[0].document_id == "lamp"
    assert ranked[0].score > ranked[1].score


async def test_reranking_leaves_what_it_does_not_read_at_the_end() -> None:
    hits = [hit(f"{n:02}", 0.5) for n in range(CANDIDATES)] + [hit("lamp", 0.5), hit("fan", 0.5)]

    ranked = await rerank(["lamp"], hits, FakeEmbedder(dimensions=64), budget_s=60)

    assert [h.document_id for h in ranked[CANDIDATES:]] == ["lamp", "fan"]
    assert await rerank(["lamp"], [], FakeEmbedder()) == []


async def test_reranking_is_skipped_when_there_is_no_time() -> None:
    hits = [hit("b", 0.1), hit("a", 0.9)]

    assert await rerank(["text"], hits, FakeEmbedder(), budget_s=0) == hits


def test_figures_count_what_was_not_found() -> None:
    row = score("any", [0, 4, None, None])

    assert row.recall_1.value == 0.25
    assert row.recall_5.value == 0.5
    assert row.recall_10.value == 0.5
    assert row.mrr.value == pytest.approx((1 + 0.2) / 4)
    assert row.ndcg_10.value == pytest.approx((1 + 1 / math.log2(6)) / 4)
    assert row.method == "any"
    assert place(["x", "y"], ["y"]) == 1


@pytest.mark.parametrize("text", ["", "{}", '[{"id": 1}]', "[", '[{"id": "1", "query": 3}]'])
def test_a_wrong_queries_file_is_said_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "queries.json"
    file.write_text(text)

    with pytest.raises(RetrievalError, match="queries"):
        program.read_queries(file)


def test_a_missing_queries_file_ends_with_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = program.main(
        ["search", "--queries", str(tmp_path / "none.json"), "--out", str(tmp_path / "out.json")]
    )

    assert status == 2
    assert "none.json cannot be read" in capsys.readouterr().err


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    program.write_whole(tmp_path / "out.json", json.dumps([1]))

    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]
    with pytest.raises(RetrievalError, match="cannot be written"):
        program.write_whole(tmp_path / "none" / "out.json", "[]")
