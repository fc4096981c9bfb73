"""Every format a result can be written in, and the schema of the one that holds it all."""

import json
from collections.abc import Callable, Mapping

from scorecard.report.html import html_text
from scorecard.report.junit import junit_text
from scorecard.report.markdown import markdown_text
from scorecard.report.picture import svg_text
from scorecard.report.result import Scorecard

WRITERS: Mapping[str, Callable[[Scorecard], str]] = {
    "json": Scorecard.json_text,
    "html": html_text,
    "junit": junit_text,
    "markdown": markdown_text,
    "svg": svg_text,
}


def schema_text() -> str:
    """Describe ``scorecard.json`` as JSON Schema."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scorecard.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"
