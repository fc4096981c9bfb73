"""Ask the standard library's documentation: ``ask``, ``search``, ``evaluate`` and ``ship``."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from projects.p07_advanced_rag.answer import Answer, answer, sentence_spans
from projects.p07_advanced_rag.evaluate import SETS, report
from projects.p07_advanced_rag.passages import Hit, RetrievalError
from projects.p07_advanced_rag.retrieve import find
from projects.p07_advanced_rag.stdlib_index import Library, open_library, write_vectors
from shared.errors import CapstoneError, ModelError
from shared.llm.connect import connect
from shared.llm.messages import Frozen
from shared.llm.model import ChatModel
from shared.settings import Settings, read_settings

RESULTS = 10
AT_ONCE = 4


class Asked(Frozen):
    """One line of a queries file; what else it holds does not matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    query: str


class Found(Frozen):
    """What was found for it, best first."""

    id: str | int
    results: tuple[str, ...]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Library, ChatModel]]:
    """Open the index and a model to rewrite and answer with, showing progress the first time."""
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Embedding what this Python adds", visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=total > RESULTS * AT_ONCE)

        async with connect(settings) as model, open_library(settings, show) as library:
            bar.stop()
            yield library, model


async def look(question: str, library: Library, model: ChatModel) -> list[Hit]:
    """Find the symbols that answer a question."""
    return await find(
        question,
        library.pool,
        library.embedder,
        model=model,
        reranker=library.tokens,
        limit=RESULTS,
        by_document=True,
    )


async def ask(options: argparse.Namespace) -> None:
    """Print an answer, sentence by sentence, with the symbols it comes from."""
    question = " ".join(options.question).strip()
    if not question:
        raise RetrievalError("There is no question.", advice='Ask one: make ask Q="…".')
    async with opened(read_settings()) as (library, model):
        hits = await look(question, library, model)
        try:
            said = await answer(question, hits, model)
        except ModelError:
            show_found(hits)  # the search did its part; the error follows
            raise
        show_answer(said, hits)


def show_answer(said: Answer, hits: list[Hit]) -> None:
    """Print what can be said, and what else was found."""
    for sentence in said.sentences:
        sources = ", ".join(dict.fromkeys(c.document_id for c in sentence.citations))
        print(f"{sentence.text}  [{sources}]")
    if said.abstains:
        print("The documentation found does not answer this in a sentence. Nearest symbols:")
    print()
    show_found(hits)


def show_found(hits: list[Hit]) -> None:
    """Print the symbols that were found."""
    for hit in hits[:5]:
        print(f"  {hit.document_id:32} {first_sentence(hit)}")


def first_sentence(hit: Hit) -> str:
    """The first sentence of a docstring, for a list."""
    doc = hit.text.partition("\n\n")[2] or hit.text
    spans = list(sentence_spans(" ".join(doc.split())))
    return " ".join(doc.split())[slice(*spans[0])][:90] if spans else ""


async def search(options: argparse.Namespace) -> None:
    """Answer a file of queries with a file of symbol names."""
    asked = read_queries(options.queries)
    async with opened(read_settings()) as (library, model):
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(query: Asked) -> Found:
            async with slots:
                hits = await look(query.query, library, model)
            return Found(id=query.id, results=tuple(hit.document_id for hit in hits))

        found = await asyncio.gather(*map(one, asked))
    write_whole(options.out, json.dumps([f.model_dump() for f in found], indent=1))
    print(f"{len(found)} queries answered: {options.out}")


def read_queries(file: Path) -> list[Asked]:
    """Read a queries file; raises ``RetrievalError`` naming what is wrong with it."""
    try:
        return TypeAdapter(list[Asked]).validate_json(file.read_bytes())
    except OSError as error:
        raise RetrievalError(
            f"{file} cannot be read ({error.strerror}).", advice="Check the path."
        ) from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"])) or "the file"
        raise RetrievalError(
            f"{file} is not a list of queries ({place}: {wrong['msg']}).",
            advice='It holds [{"id": "1", "query": "how do I …"}].',
        ) from error


def write_whole(file: Path, text: str) -> None:
    """Write a file at once, so that nobody ever sees half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise RetrievalError(
            f"{file} cannot be written ({error.strerror}).", advice="Choose another place."
        ) from error


async def evaluate(options: argparse.Namespace) -> None:
    """Measure every way of looking on our questions, and how long each step takes."""
    settings = read_settings()
    async with (
        opened(settings) as (library, model),
        open_library(settings, expanded=False) as bare,
    ):
        print(await report(options.set, library, bare, model))


async def ship(options: argparse.Namespace) -> None:
    """Write the vectors that travel with the project, for this Python and others."""
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Embedding", total=None)
        pythons = [Path(sys.executable), *options.python]
        count = await write_vectors(
            read_settings(),
            pythons,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    print(f"{count} vectors written")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 is done, 2 could not, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m projects.p07_advanced_rag", description=__doc__
    )
    commands = parser.add_subparsers(required=True)
    asking = commands.add_parser("ask", help="answer a question from the documentation")
    asking.add_argument("question", nargs="+")
    asking.set_defaults(run=ask)
    searching = commands.add_parser("search", help="answer a file of queries")
    searching.add_argument("--queries", type=Path, required=True)
    searching.add_argument("--out", type=Path, required=True)
    searching.set_defaults(run=search)
    evaluating = commands.add_parser("evaluate", help="measure every way of looking")
    evaluating.add_argument("--set", choices=SETS, default="held_out")
    evaluating.set_defaults(run=evaluate)
    shipping = commands.add_parser("ship", help="write the vectors that travel with the project")
    shipping.add_argument("--python", type=Path, action="append", default=[])
    shipping.set_defaults(run=ship)
    options = parser.parse_args(arguments)
    try:
        asyncio.run(options.run(options))
    except CapstoneError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
