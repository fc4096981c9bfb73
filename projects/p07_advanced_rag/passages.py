"""The values that pass between chunking, index, retrieval and answer."""

import re
import unicodedata
from enum import StrEnum

from pydantic import Field

from shared.errors import CapstoneError
from shared.llm.messages import Frozen


class RetrievalError(CapstoneError):
    """A search cannot be done as asked."""


class FilterError(RetrievalError):
    """A filter names a field or operator that does not exist, or a value that does not fit."""


class Document(Frozen):
    """A source text; spans everywhere are character offsets into ``text``."""

    id: str
    text: str
    attributes: dict[str, str] = Field(default_factory=dict)


class Passage(Frozen):
    """A stretch of a document, in the three forms in which it can be found.

    ``text`` is ``document.text[start:end]``, verbatim. ``semantic`` is what is embedded, at most as
    long as the model reads. ``english`` and ``portuguese`` are what is split into lexemes.
    """

    document_id: str
    start: int
    end: int
    text: str
    semantic: str
    english: str = ""
    portuguese: str = ""


class Attribute(StrEnum):
    """The attributes a search may filter by."""

    TENANT = "tenant"
    LANGUAGE = "language"
    KIND = "kind"
    BRAND = "brand"
    CATEGORY = "category"
    VERSION = "version"


class Operator(StrEnum):
    """The comparisons a filter may make, as SQL writes them."""

    EQUAL = "="
    DIFFERENT = "<>"
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class RawFilter(Frozen):
    """A filter as it comes from outside, from a model's tool call for instance: not yet trusted."""

    field: str
    operator: str
    value: str


class Filter(Frozen):
    """A filter that has been checked: its field and operator are ours, its value is a parameter."""

    field: Attribute
    operator: Operator
    value: str


class Hit(Frozen):
    """A passage that was found, with what each way of looking said of it.

    ``score`` is what the hits are ordered by. ``cosine`` and ``lexical`` are of the best of the
    queries asked together; ``lexical`` is BM25 relative to that query's best passage.
    """

    document_id: str
    start: int
    end: int
    text: str
    semantic: str
    attributes: dict[str, str]
    score: float
    cosine: float
    lexical: float


def check_filter(raw: RawFilter) -> Filter:
    """Turn what came from outside into a filter; raises ``FilterError`` saying what is allowed."""
    fields, operators = [str(f) for f in Attribute], [str(o) for o in Operator]
    if raw.field not in fields:
        raise FilterError(
            f"There is no attribute {raw.field[:40]!r}.", advice=f"Filter by {', '.join(fields)}."
        )
    if raw.operator not in operators:
        raise FilterError(
            f"There is no operator {raw.operator[:40]!r}.", advice=f"Use {' '.join(operators)}."
        )
    if "\0" in raw.value:
        raise FilterError("A filter's value holds a NUL character.", advice="Remove it.")
    return Filter(field=Attribute(raw.field), operator=Operator(raw.operator), value=raw.value)


def folded(text: str) -> str:
    """Drop accents and NULs, so that ``diretório`` and ``diretorio`` are one word."""
    plain = unicodedata.normalize("NFKD", text.replace("\0", " "))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(listed: str) -> frozenset[str]:
    """Read a list of words."""
    return frozenset(listed.split())


def words_of(name: str) -> str:
    """Split an identifier into words.

    >>> words_of("logging.getLogger")
    'logging get logger'
    """
    spaced = re.sub(r"[._]+", " ", name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", spaced)
    return spaced.lower().strip()
