"""What the tests of this project share."""

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
