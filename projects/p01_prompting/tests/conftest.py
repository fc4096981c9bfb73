"""What the tests of this project share."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.llm.messages import Completion, FinishReason, Usage


@pytest.fixture
def said() -> Any:
    """Write replies that cost one token each."""

    def make(*texts: str) -> list[Completion]:
        used = Usage(input_tokens=5, output_tokens=1)
        return [
            Completion(text=t, finish_reason=FinishReason.STOP, usage=used, model="m")
            for t in texts
        ]

    return make


@pytest.fixture(scope="session")
def measured() -> Any:
    """Load the criteria the way the grader does: by path, apart from the project's package."""
    folder = Path(__file__).parents[1] / "criteria"
    spec = importlib.util.spec_from_file_location(
        "criteria_of_p01_under_test",
        folder / "__init__.py",
        submodule_search_locations=[str(folder)],
    )
    if spec is None or spec.loader is None:
        pytest.fail("the criteria cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module
