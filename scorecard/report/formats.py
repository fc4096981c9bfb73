"""Every format a result can be written in, and the schemas of those that are ours."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel

from scorecard.cache import write_whole
from scorecard.report.badge import badge_text, pillar_badges
from scorecard.report.evallog import evallog_text
from scorecard.report.html import html_text
from scorecard.report.intoto import intoto_text, predicate_text
from scorecard.report.junit import junit_text
from scorecard.report.markdown import markdown_text
from scorecard.report.picture import svg_text
from scorecard.report.result import Scorecard
from scorecard.report.sarif import sarif_text
from scorecard.report.table import csv_text
from scorecard.verify.result import Verification

WRITERS: Mapping[str, Callable[[Scorecard], str]] = {
    "json": Scorecard.json_text,
    "html": html_text,
    "junit": junit_text,
    "markdown": markdown_text,
    "svg": svg_text,
    "sarif": sarif_text,
    "csv": csv_text,
    "badge": badge_text,
    "evallog": evallog_text,
    "intoto": intoto_text,
    "predicate": predicate_text,
}
SCHEMAS: Mapping[str, type[BaseModel]] = {"scorecard": Scorecard, "verification": Verification}


def write_format(name: str, card: Scorecard, file: Path, text: str = "") -> None:
    """Write one format; beside a badge, one a pillar: ``badge-models.svg``."""
    write_whole(file, text or WRITERS[name](card))
    if name == "badge":
        for pillar, drawn in pillar_badges(card).items():
            write_whole(file.with_stem(f"{file.stem}-{pillar}"), drawn)


def schema_text(model: type[BaseModel] = Scorecard) -> str:
    """Describe a format as JSON Schema: ``scorecard.json``, unless another is named."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"
