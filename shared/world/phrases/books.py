"""The phrase books of both languages, under one type each."""

from collections.abc import Mapping
from typing import Protocol

from shared.world.model import Language
from shared.world.phrases import manual_en, manual_pt, question_en, question_pt

Sentences = Mapping[str, tuple[str, ...]]


class ManualBook(Protocol):
    """What manuals say, and the names of properties, jobs, causes, remedies and units."""

    PHRASES: Sentences
    ATTRIBUTES: Mapping[str, str]
    JOBS: Mapping[str, str]
    CAUSES: Mapping[str, str]
    REMEDIES: Mapping[str, str]
    UNITS: Sentences


class QuestionBook(Protocol):
    """What people ask: by attribute, by chain, in dialogues, and for what nobody knows."""

    DIRECT: Sentences
    PARAPHRASE: Sentences
    UNKNOWN: tuple[str, ...]
    UNKNOWN_PRODUCT: tuple[str, ...]
    HOPS: Mapping[str, tuple[str, str]]
    STARTS: Mapping[str, tuple[str, str]]
    ASK: Mapping[str, str]
    REFUND: tuple[str, ...]
    FOLLOW_UPS: Sentences
    STANDALONE: Mapping[str, str]
    ANSWERS: tuple[str, ...]
    NOT: str


MANUALS: Mapping[Language, ManualBook] = {"en": manual_en, "pt": manual_pt}
QUESTIONS: Mapping[Language, QuestionBook] = {"en": question_en, "pt": question_pt}
