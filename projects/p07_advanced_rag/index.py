"""A hybrid index in PostgreSQL: lexemes with BM25, vectors with pgvector, fused in one statement.

This module keeps the tables; ``queries`` writes the search. No other module speaks SQL.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import TypeAlias

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from projects.p07_advanced_rag.passages import Document, Filter, Hit, Passage, folded
from projects.p07_advanced_rag.queries import Method, literal, search_statement, search_values
from shared.embeddings.model import Embedder, Vectors
from shared.errors import DatabaseError
from shared.llm.messages import Frozen

__all__ = [
    "Connection",
    "Method",
    "Pool",
    "Report",
    "get_note",
    "prepare",
    "search",
    "set_note",
    "store",
    "transaction",
]

Connection: TypeAlias = AsyncConnection[TupleRow]
Pool: TypeAlias = AsyncConnectionPool[Connection]

SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    id text PRIMARY KEY, text text NOT NULL, attributes jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS passage (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL UNIQUE,
    document_id text NOT NULL REFERENCES document ON DELETE CASCADE,
    first int NOT NULL, last int NOT NULL,
    text text NOT NULL, semantic text NOT NULL, vector_key bytea NOT NULL,
    lexemes tsvector NOT NULL, length int NOT NULL
);
CREATE INDEX IF NOT EXISTS passage_document ON passage (document_id);
CREATE INDEX IF NOT EXISTS passage_lexemes ON passage USING gin (lexemes);
CREATE TABLE IF NOT EXISTS posting (
    lexeme text NOT NULL, passage_id bigint NOT NULL REFERENCES passage ON DELETE CASCADE,
    times int NOT NULL, PRIMARY KEY (lexeme, passage_id)
);
CREATE INDEX IF NOT EXISTS posting_passage ON posting (passage_id);
CREATE TABLE IF NOT EXISTS vector_of (
    model text NOT NULL, key bytea NOT NULL, embedding vector NOT NULL, PRIMARY KEY (model, key)
);
CREATE TABLE IF NOT EXISTS note (key text PRIMARY KEY, value text NOT NULL);
"""


class Report(Frozen):
    """What an ingestion did, in passages; ``embedded`` counts texts that reached the embedder."""

    added: int
    removed: int
    kept: int
    embedded: int


async def prepare(pool: Pool) -> None:
    """Create the tables where they are missing."""
    async with transaction(pool) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(707)")  # one creator at a time
        await connection.execute(SCHEMA)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection for one transaction, with the driver's errors put into ours."""
    try:
        async with pool.connection() as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(
            f"PostgreSQL refused a statement of the index ({type(error).__name__}).",
            advice="Look at the server's log; if the tables are of an older version, drop them.",
        ) from error


async def store(
    pool: Pool,
    embedder: Embedder,
    documents: Sequence[Document],
    passages: Sequence[Passage],
) -> Report:
    """Make the index hold exactly these, touching only what differs from what it holds.

    New texts are embedded first, outside the transaction; then everything that readers see changes
    in one commit. A reader never meets a half-built index, nor an empty one.
    """
    # task 3: begin
    await prepare(pool)
    wanted = _keyed(passages)
    embedded = await _embed_missing(pool, embedder, wanted.values())
    async with transaction(pool) as connection:
        held = await _held(connection)
        new = {key: passage for key, passage in wanted.items() if key not in held}
        stale = [key for key in held if key not in wanted]
        await _replace_documents(connection, documents)
        await connection.execute("DELETE FROM passage WHERE key = ANY(%s)", [stale])
        await _move(connection, wanted, held)
        await _add(connection, new)
        await set_note(connection, "model", embedder.name)
    return Report(
        added=len(new), removed=len(stale), kept=len(held) - len(stale), embedded=embedded
    )
    # task 3: end


def _digest(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()[:16]


def _keyed(passages: Iterable[Passage]) -> dict[bytes, Passage]:
    """Name each passage by its content, counting equal ones of a document apart."""
    keyed: dict[bytes, Passage] = {}
    for passage in passages:
        content = (passage.text, passage.semantic, passage.english, passage.portuguese)
        times = 0
        while (key := _digest(passage.document_id, *content, str(times))) in keyed:
            times += 1
        keyed[key] = passage
    return keyed


async def _embed_missing(pool: Pool, embedder: Embedder, passages: Iterable[Passage]) -> int:
    texts = {_digest(passage.semantic): passage.semantic for passage in passages}
    async with transaction(pool) as connection:
        known = await connection.execute(
            "SELECT key FROM vector_of WHERE model = %s", [embedder.name]
        )
        for (key,) in await known.fetchall():
            texts.pop(key, None)
    if texts:
        vectors = await embedder.embed(list(texts.values()))
        async with transaction(pool) as connection:
            await _save_vectors(connection, embedder.name, list(texts), vectors)
    return len(texts)


async def _save_vectors(
    connection: Connection, model: str, keys: Sequence[bytes], vectors: Vectors
) -> None:
    await connection.execute("CREATE TEMP TABLE fresh (LIKE vector_of) ON COMMIT DROP")
    async with connection.cursor().copy("COPY fresh FROM STDIN") as copy:
        for key, vector in zip(keys, vectors, strict=True):
            await copy.write_row((model, key, literal(vector)))
    await connection.execute("INSERT INTO vector_of SELECT * FROM fresh ON CONFLICT DO NOTHING")


async def _held(connection: Connection) -> dict[bytes, tuple[int, int]]:
    rows = await connection.execute("SELECT key, first, last FROM passage")
    return {key: (first, last) for key, first, last in await rows.fetchall()}


async def _replace_documents(connection: Connection, documents: Sequence[Document]) -> None:
    await connection.execute(
        "DELETE FROM document WHERE id <> ALL(%s)", [[document.id for document in documents]]
    )
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO document VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE"
            " SET text = excluded.text, attributes = excluded.attributes"
            " WHERE (document.text, document.attributes)"
            " IS DISTINCT FROM (excluded.text, excluded.attributes)",
            [(d.id, d.text, Jsonb(d.attributes)) for d in documents],
        )


async def _move(
    connection: Connection, wanted: Mapping[bytes, Passage], held: Mapping[bytes, tuple[int, int]]
) -> None:
    """Give passages that only moved inside their document their new places."""
    moved = [
        (passage.start, passage.end, key)
        for key, passage in wanted.items()
        if key in held and held[key] != (passage.start, passage.end)
    ]
    if moved:
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "UPDATE passage SET first = %s, last = %s WHERE key = %s", moved
            )


async def _add(connection: Connection, new: Mapping[bytes, Passage]) -> None:
    await connection.execute(
        "CREATE TEMP TABLE arriving (key bytea, document_id text, first int, last int, text text,"
        " semantic text, vector_key bytea, english text, portuguese text) ON COMMIT DROP"
    )
    async with connection.cursor().copy("COPY arriving FROM STDIN") as copy:
        for key, p in new.items():
            place = (key, p.document_id, p.start, p.end, _storable(p.text), _storable(p.semantic))
            words = (folded(p.english), folded(p.portuguese))
            await copy.write_row((*place, _digest(p.semantic), *words))
    await connection.execute(
        "WITH read AS (SELECT *, to_tsvector('english', english)"
        " || to_tsvector('portuguese', portuguese) AS lexemes FROM arriving),"
        " added AS (INSERT INTO passage (key, document_id, first, last, text, semantic, vector_key,"
        " lexemes, length) SELECT key, document_id, first, last, text, semantic, vector_key,"
        " lexemes, (SELECT coalesce(sum(cardinality(positions)), 0) FROM unnest(lexemes))"
        " FROM read RETURNING id, lexemes)"
        " INSERT INTO posting SELECT l.lexeme, added.id, cardinality(l.positions)"
        " FROM added, unnest(added.lexemes) AS l"
    )


def _storable(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


async def get_note(pool: Pool, key: str) -> str | None:
    """Read a note about the index, such as which corpus it holds."""
    async with transaction(pool) as connection:
        found = await connection.execute("SELECT value FROM note WHERE key = %s", [key])
        row = await found.fetchone()
        return None if row is None else str(row[0])


async def set_note(connection: Connection, key: str, value: str) -> None:
    """Keep a note about the index."""
    await connection.execute(
        "INSERT INTO note VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


async def search(
    pool: Pool,
    embedder: Embedder,
    queries: Sequence[str],
    *,
    filters: Sequence[Filter] = (),
    method: Method = Method.HYBRID,
    limit: int = 50,
    by_document: bool = False,
) -> list[Hit]:
    """Find the passages nearest to any of ``queries``, best first, in one statement.

    ``by_document`` gives only the best passage of each document. Equal scores are ordered by id, so
    the same question always gets the same answer.
    """
    # task 4: begin
    asked = [query for query in dict.fromkeys(q.strip() for q in queries) if query]
    if not asked:
        return []
    vectors = await embedder.embed(asked, overflow="truncate")
    statement = search_statement(filters, method, by_document=by_document)
    values = search_values(asked, vectors, embedder.name, filters, limit)
    async with transaction(pool) as connection:
        rows = await (await connection.execute(statement, values)).fetchall()
    return [_hit(row) for row in rows]
    # task 4: end


def _hit(row: TupleRow) -> Hit:
    names = ("document_id", "start", "end", "text", "semantic", "attributes", "score")
    return Hit.model_validate(dict(zip((*names, "cosine", "lexical"), row, strict=True)))
