"""Start pytest in an isolated interpreter, with nothing but what the grader names."""

import importlib
import json
import os

from scorecard.worker.settle import settle

ARGUMENTS = "SCORECARD_PYTEST"


def main() -> None:
    """Run pytest with the arguments that the environment carries."""
    settle()
    arguments = json.loads(os.environ.pop(ARGUMENTS))
    raise SystemExit(importlib.import_module("pytest").main(arguments))


def project_of(node: str) -> str:
    """Name the project a test belongs to: ``projects/p02_…/tests/test_x.py::test_y``."""
    parts = node.split("::", maxsplit=1)[0].split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "projects" else ""
