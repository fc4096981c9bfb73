"""A query in words as SQL, over the tables that the prompt describes: ``orders(order_id, total)``.

It goes by names: the table and the columns whose words the question shares, an aggregate that it
asks for, and as conditions the codes it names and the listed values that it says things *are*.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.simulator.reader.meaning import Field, meaning_of, stems_of
from shared.simulator.reader.translate import concepts
from shared.simulator.reader.values import values_in
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import fold, language_of, stem, tokens

TABLE = re.compile(
    r"^[ \t]*(?:CREATE TABLE )?([a-z_]\w{0,60}) ?\(([^()\n]{3,1000})\)", re.MULTILINE
)
LISTED = re.compile(r"\b(\w+)\.(\w+) is one of ([^.\n]{3,400})")
COUNT = re.compile(r"\b(?:how many|number of|count|quant[oa]s)\b")
SUM = re.compile(r"\b(?:in total|altogether|sum|how much|overall|no total|ao todo|soma|quanto)\b")
MEAN = re.compile(r"\b(?:average|mean|media)\b")
LATEST = re.compile(r"\b(?:last|latest|most recent|newest|ultim[oa]|mais recente)\b")
BEING = frozenset(words("is are was were been be being foi foram sao esta estao sido status ja"))
ENOUGH = 0.3


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a prompt describes."""

    name: str
    columns: tuple[str, ...]


def tables_in(text: str) -> list[Table]:
    """Find the tables that a text describes, one a line."""
    return [
        Table(name, tuple(column.split()[0] for column in inner.split(",") if column.strip()))
        for name, inner in TABLE.findall(text[:40_000])[:60]
    ]


def select(described: str, ask: str) -> str:
    """Write the SELECT that a question calls for; empty where no table fits it."""
    tables = tables_in(described)
    stems = [_stems(word, ask) for word in tokens(ask[:2_000])]
    ranked = sorted(tables, key=lambda table: -_fit(table, stems))
    if not ranked or _fit(ranked[0], stems) < ENOUGH:
        return ""
    table = ranked[0]
    where = [*_codes(table, ask), *_listed(table, described, stems, ask)]
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    what = _wanted(table, ask, stems)
    return " ".join(["SELECT", what, "FROM", f"{table.name}{condition}{_order(table, ask)}"])


def _stems(word: str, ask: str) -> frozenset[str]:
    own = concepts(word, 1.0) if language_of(ask) == "pt" else ()
    return frozenset({stem(word), *own})


def _shared(name: str, stems: Sequence[frozenset[str]]) -> float:
    """Give the share of a name's words that a question holds."""
    named = stems_of(name)
    return sum(any(n in group for group in stems) for n in named) / max(1, len(named))


def _fit(table: Table, stems: Sequence[frozenset[str]]) -> float:
    columns = sorted((_shared(column, stems) for column in table.columns), reverse=True)
    return 1.2 * _shared(table.name, stems) + 0.3 * sum(columns[:4])


def _wanted(table: Table, ask: str, stems: Sequence[frozenset[str]]) -> str:
    folded = fold(ask)
    if COUNT.search(folded):
        return "COUNT(*)"
    kind = "AVG" if MEAN.search(folded) else "SUM" if SUM.search(folded) else ""
    amounts = [c for c in table.columns if _meaning(c) in {"money", "number"}]
    if kind and amounts:
        return f"{kind}({max(amounts, key=lambda c: _shared(c, stems))})"
    named = [column for column in table.columns if _shared(column, stems) > 0.5]
    return ", ".join(named) or "*"


def _meaning(column: str) -> str:
    return meaning_of(Field((column,), column, "", {"type": "string"}))


def _codes(table: Table, ask: str) -> list[str]:
    columns = [column for column in table.columns if _meaning(column) == "code"]
    found = [value.text for value in values_in(ask[:2_000]) if value.kind == "code"]
    return [f"{columns[0]} = '{found[0]}'"] if columns and found else []


def _listed(table: Table, described: str, stems: Sequence[frozenset[str]], ask: str) -> list[str]:
    """Take a listed value for a condition where something is said to be it: ``were delivered``."""
    spoken = tokens(ask[:2_000])
    for owner, column, values in LISTED.findall(described[:40_000]):
        if owner != table.name:
            continue
        for value in re.findall(r"\w+", values):
            places = [at for at, group in enumerate(stems) if stem(fold(value)) in group]
            if any(_is_said(at, spoken, stems, table) for at in places):
                return [f"{column} = '{value}'"]
    return []


def _is_said(at: int, spoken: Sequence[str], stems: Sequence[frozenset[str]], table: Table) -> bool:
    near = (*stems[at + 1 : at + 2], *stems[max(0, at - 1) : at])
    noun = stem(table.name)
    return bool(BEING.intersection(spoken[max(0, at - 2) : at])) or any(noun in g for g in near)


def _order(table: Table, ask: str) -> str:
    days = [column for column in table.columns if _meaning(column) == "date"]
    return f" ORDER BY {days[0]} DESC LIMIT 1" if LATEST.search(fold(ask)) and days else ""
