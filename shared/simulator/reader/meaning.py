"""What a schema's field means: the kind of value its name, description and format call for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from pydantic import JsonValue

from shared.simulator.reader.translate import concepts, is_portuguese
from shared.simulator.reader.wordlist import words
from shared.simulator.reader.words import Language, is_stop, parts, stem, tokens

Meaning: TypeAlias = Literal[
    "email",
    "url",
    "date",
    "time",
    "money",
    "percent",
    "duration",
    "measure",
    "phone",
    "code",
    "number",
    "name",
    "language",
    "currency",
    "product",
    "address",
    "prose",
    "answer",
    "sources",
    "quote",
    "query",
    "reasoning",
    "summary",
    "confidence",
    "label",
    "list",
    "keywords",
    "unknown",
]

# Later rows win where a name's words fit several: the head of a name is its last word.
WORDS: dict[Meaning, str] = {
    "prose": (
        "description reason issue problem complaint note comment detail "
        "text message content body explanation defect request justification "
        "motive subject cause damage instruction wish symptom feedback"
    ),
    "name": (
        "name customer client sender recipient person contact buyer "
        "author signer who employee courier company carrier supplier"
    ),
    "product": "product item article model device sku_name goods title merchandise",
    "address": (
        "address street city town village county region district state country zip "
        "postcode location place neighborhood"
    ),
    "number": (
        "quantity qty count units number many pieces amount_of age "
        "rating score stars index total_count floor"
    ),
    "money": (
        "price cost total amount value subtotal fee refund charge paid "
        "freight shipping_cost payment balance budget worth sum"
    ),
    "date": (
        "date day when deadline birthday since until purchased delivered "
        "ordered arrived delivery_date at"
    ),
    "time": "time hour clock",
    "duration": "duration days hours weeks months period warranty_period minutes years",
    "percent": "percent percentage discount rate share",
    "measure": "weight height width length capacity power voltage size depth frequency",
    "code": (
        "id code sku reference ref serial protocol tracking invoice "
        "identifier order_number order_id ean barcode ticket coupon "
        "voucher plate order"
    ),
    "email": "email mail e-mail",
    "phone": "phone telephone mobile whatsapp cell fax",
    "url": "url link website uri",
    "currency": "currency",
    "language": "language lang locale idiom",
    "answer": "answer response reply result final solution",
    "sources": (
        "source sources citation citations ids reference_ids cited "
        "passages references symbols evidence_ids"
    ),
    "quote": "quote quotes verbatim evidence excerpt span supporting snippet",
    "query": (
        "query queries rewritten search standalone question subquestion "
        "rewrite english translation translated subqueries question_en"
    ),
    "keywords": "keyword keywords synonym synonyms terms expansions tags term",
    "reasoning": (
        "reasoning rationale thinking thought thoughts steps analysis "
        "chain_of_thought explanation_first scratchpad"
    ),
    "summary": "summary abstract tldr synopsis headline gist",
    "confidence": "confidence probability certainty likelihood",
    "label": (
        "label category class intent sentiment topic priority severity "
        "urgency department status type kind classification"
    ),
}
FORMATS: dict[str, Meaning] = {
    "date": "date",
    "date-time": "date",
    "email": "email",
    "uri": "url",
    "url": "url",
    "time": "time",
    "duration": "duration",
    "idn-email": "email",
}
NUMERIC_LAST = frozenset({"number", "money", "percent", "duration", "measure", "confidence"})
BY_STEM: dict[str, Meaning] = {}


@lru_cache(maxsize=1)
def _by_stem() -> dict[str, Meaning]:
    table: dict[str, Meaning] = {}
    for meaning, named in WORDS.items():
        for word in named.split():
            if "_" not in word:
                table.setdefault(stem(word), meaning)
    table.update({"id": "code", "email": "email", "sku": "code", "who": "name", "at": "date"})
    return table


@lru_cache(maxsize=1)
def _by_word() -> dict[str, Meaning]:
    """Map whole words: an ``order`` is no date for what was ``ordered``, nor ``days`` a ``day``."""
    table: dict[str, Meaning] = {}
    for meaning, named in WORDS.items():
        for word in named.split():
            table.setdefault(word, meaning)
    return table


@dataclass(frozen=True, slots=True)
class Field:
    """A leaf of a schema: where it is, what it is called, what it wants."""

    path: tuple[str, ...]
    name: str
    description: str
    schema: Mapping[str, JsonValue]
    required: bool = True
    nullable: bool = False

    @property
    def type(self) -> str:
        """The JSON type, the first that is not null."""
        kind = self.schema.get("type")
        if isinstance(kind, list):
            kind = next((k for k in kind if k != "null"), "string")
        return kind if isinstance(kind, str) else ""

    @property
    def name_words(self) -> tuple[str, ...]:
        """The stems of the name's words, in English."""
        return stems_of(self.name)

    @property
    def words(self) -> tuple[str, ...]:
        """The stems of the name's and the description's topical words, in English."""
        return tuple(dict.fromkeys([*self.name_words, *_stems_of_prose(self.description)]))


@lru_cache(maxsize=4_096)
def stems_of(name: str) -> tuple[str, ...]:
    """Give the stems of an identifier's words, in English."""
    found: list[str] = []
    for word in parts(name):
        known = stem(word) in _by_stem()
        found.extend((stem(word),) if known else concepts(word, 1.0))
        if not known:
            found.append(stem(word))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4_096)
def _stems_of_prose(text: str) -> tuple[str, ...]:
    language: Language = "pt" if is_portuguese(text) else "en"
    words = [w for w in tokens(text[:600]) if not is_stop(w, language) and w not in GENERIC]
    if language == "pt":
        return tuple(dict.fromkeys(s for w in words for s in concepts(w, 1.0)))
    return tuple(dict.fromkeys(stem(w) for w in words))


GENERIC = frozenset(
    words(
        """string number integer field value given written stated null empty none otherwise iso
    format exactly exact verbatim mentioned mention message text email customer one e.g yyyy
    mm dd decimal example whether unless says said says true false absent missing required
    optional list array object item full plain as appears used"""
    )
)


def meaning_of(field: Field) -> Meaning:
    """Say what kind of value a field calls for: by format, then name, then description."""
    form = field.schema.get("format")
    if isinstance(form, str) and form in FORMATS:
        return FORMATS[form]
    table = _by_stem()
    words = [stem(w) for w in parts(field.name)]
    whole = _by_word()
    named = [
        whole[w] if w in whole else table[s]
        for w, s in zip(reversed(parts(field.name)), reversed(words), strict=True)
        if w in whole or s in table
    ]
    if not named:
        named = [table[s] for s in reversed(field.name_words) if s in table]
    told = [table[s] for s in _stems_of_prose(field.description) if s in table]
    choices = [*named, *told]
    if field.type in {"number", "integer"}:
        return next((m for m in choices if m in NUMERIC_LAST), "number")
    special = _of_text(named, words)
    return special if special is not None else next(iter(choices), "unknown")


def _of_text(named: Sequence[Meaning], words: Sequence[str]) -> Meaning | None:
    """Tell ``order number`` from ``number of items``, and a product's name from a person's."""
    head, rest = named[:1], named[1:]
    if head == ["number"]:
        return "code" if "code" in rest[:1] or "number" in words or "numero" in words else "number"
    if head == ["name"] and "product" in rest:
        return "product"
    return None
