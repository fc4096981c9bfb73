"""The formats that are ours, described as JSON Schema."""

import json
from collections.abc import Mapping

from pydantic import BaseModel

from scorecard.report.result import Scorecard
from scorecard.verify.result import Verification

SCHEMAS: Mapping[str, type[BaseModel]] = {"scorecard": Scorecard, "verification": Verification}


def schema_text(model: type[BaseModel] = Scorecard) -> str:
    """Describe a format as JSON Schema: ``scorecard.json``, unless another is named."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"
