"""The search as one SQL statement: ways of looking, and ways of fusing what they find.

Values travel as parameters. What cannot be one (a column, an operator, a way of looking) comes from
an enumeration.
"""

from collections.abc import Sequence
from enum import StrEnum

from psycopg import sql

from projects.p07_advanced_rag.passages import Filter, folded
from shared.embeddings.model import Vectors

BM25_K1, BM25_B = 1.2, 0.75
RRF_K = 60
"""Cormack, Clarke and Büttcher 2009: reciprocal rank fusion, robust for k around 60."""
MEANING = 0.5
"""What a cosine weighs beside a lexical score of 1; flat from 0.4 to 0.6 on the worlds 301 to 304.

A weighted sum of scores, after Bruch, Gai and Ingber 2023: ranks forget how sure a list was.
"""
LANES = 100
"""How deep each way of looking reads before the lists are fused."""


class Method(StrEnum):
    """The ways of looking, alone or fused: by weighted scores, or by rank."""

    FULL_TEXT = "full_text"
    BM25 = "bm25"
    DENSE = "dense"
    HYBRID = "hybrid"
    RANKS = "ranks"


DENSE = """
SELECT a.ord, {unit} AS unit, p.id, 1 - (v.embedding <=> a.embedding) AS score
FROM asked a, allowed p JOIN vector_of v ON v.model = %(model)s AND v.key = p.vector_key
"""

BM25 = """
SELECT l.ord, {unit} AS unit, p.id, sum(
    ln(1 + (s.passages - f.df + 0.5) / (f.df + 0.5))
    * t.times * (%(k1)s + 1) / (t.times + %(k1)s * (1 - %(b)s + %(b)s * p.length / s.mean))
) AS score
FROM lexeme l
JOIN (SELECT lexeme, count(*) AS df FROM posting WHERE lexeme IN (SELECT lexeme FROM lexeme)
      GROUP BY lexeme) f USING (lexeme)
JOIN posting t USING (lexeme)
JOIN allowed p ON p.id = t.passage_id
CROSS JOIN (SELECT count(*) AS passages, avg(length)::float8 AS mean FROM passage
            WHERE length > 0) s
GROUP BY l.ord, {unit}, p.id
"""

FULL_TEXT = """
SELECT l.ord, {unit} AS unit, p.id, ts_rank_cd(p.lexemes, l.query) AS score
FROM (SELECT ord, to_tsquery('simple', string_agg(quote_literal(lexeme), ' | ')) AS query
      FROM lexeme GROUP BY ord) l
JOIN allowed p ON p.lexemes @@ l.query
"""

SEARCH = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(texts)s::text[], %(vectors)s::text[]::vector[])
    WITH ORDINALITY AS a (text, embedding, ord)
), lexeme AS MATERIALIZED (
    SELECT DISTINCT a.ord, l.lexeme FROM asked a, unnest(
        to_tsvector('english', a.text) || to_tsvector('portuguese', a.text)) l
), allowed AS (
    SELECT p.*, d.attributes FROM passage p JOIN document d ON d.id = p.document_id WHERE {allowed}
), {lanes}, fused AS (
    SELECT unit, sum({worth}) AS score,
        max(score) FILTER (WHERE lane = 'dense') AS cosine,
        max(relative) FILTER (WHERE lane <> 'dense') AS lexical,
        (array_agg(id ORDER BY (lane = 'dense') DESC, place, id))[1] AS id
    FROM ({lists}) AS lists GROUP BY unit
    ORDER BY score DESC, unit LIMIT %(limit)s
)
SELECT p.document_id, p.first, p.last, p.text, p.semantic, p.attributes, fused.score::float8,
    coalesce(fused.cosine, 0)::float8, coalesce(fused.lexical, 0)::float8
FROM fused JOIN allowed p USING (id) ORDER BY fused.score DESC, fused.unit
"""

# Cosines of one query lie close together and far from zero: only their range tells them apart.
LANE = """
{name} AS (
    SELECT ord, unit, id, score, place, {label} AS lane, coalesce(
        (score - CASE {label} WHEN 'dense' THEN min(score) OVER query ELSE 0 END)
        / nullif(max(score) OVER query
            - CASE {label} WHEN 'dense' THEN min(score) OVER query ELSE 0 END, 0), 1) AS relative
    FROM (
        SELECT *, row_number() OVER (PARTITION BY ord ORDER BY score DESC, unit) AS place
        FROM (SELECT DISTINCT ON (ord, unit) * FROM ({body}) AS every
              ORDER BY ord, unit, score DESC, id) AS best
    ) AS ranked WHERE place <= %(depth)s
    WINDOW query AS (PARTITION BY ord)
)
"""

BY_SCORE = "CASE lane WHEN 'dense' THEN %(meaning)s ELSE 1 END * relative"
BY_RANK = "1.0 / (%(rrf)s + place)"
BODIES = {"dense": DENSE, "bm25": BM25, "full_text": FULL_TEXT}
METHODS = {
    Method.FULL_TEXT: ("full_text",),
    Method.BM25: ("bm25",),
    Method.DENSE: ("dense",),
    Method.HYBRID: ("dense", "bm25"),
    Method.RANKS: ("dense", "bm25"),
}


def search_statement(
    filters: Sequence[Filter], method: Method, *, by_document: bool
) -> sql.Composed:
    """Compose the statement that looks in the ways of ``method``, within ``filters``."""
    unit = sql.SQL("p.document_id" if by_document else "lpad(p.id::text, 12, '0')")
    lanes = [
        sql.SQL(LANE).format(
            name=sql.Identifier(lane),
            label=sql.Literal(lane),
            body=sql.SQL(BODIES[lane]).format(unit=unit),
        )
        for lane in METHODS[method]
    ]
    lists = [sql.SQL("SELECT * FROM {}").format(sql.Identifier(lane)) for lane in METHODS[method]]
    return sql.SQL(SEARCH).format(
        lanes=sql.SQL(", ").join(lanes),
        lists=sql.SQL(" UNION ALL ").join(lists),
        worth=sql.SQL(BY_RANK if method is Method.RANKS else BY_SCORE),
        allowed=sql.SQL(" AND ").join([sql.SQL("true"), *map(_condition, range(99), filters)]),
    )


def _condition(number: int, filter_: Filter) -> sql.Composed:
    return sql.SQL("d.attributes ->> {} {} {}").format(
        sql.Literal(str(filter_.field)),
        sql.SQL(filter_.operator.value),
        sql.Placeholder(f"filter{number}"),
    )


def search_values(
    asked: Sequence[str], vectors: Vectors, model: str, filters: Sequence[Filter], limit: int
) -> dict[str, object]:
    """Gather the parameters of the statement."""
    return {
        "texts": [folded(query) for query in asked],
        "vectors": [literal(vector) for vector in vectors],
        "model": model,
        "k1": BM25_K1,
        "b": BM25_B,
        "rrf": RRF_K,
        "meaning": MEANING,
        "depth": LANES,
        "limit": limit,
        **{f"filter{n}": filter_.value for n, filter_ in enumerate(filters)},
    }


def literal(vector: Sequence[float] | Vectors) -> str:
    """Write a vector the way pgvector reads it."""
    return "[" + ",".join(f"{value:.6g}" for value in vector) + "]"
