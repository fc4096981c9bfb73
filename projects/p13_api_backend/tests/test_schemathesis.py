"""Fuzz the whole contract: the service keeps to its own description, whatever it is sent."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import hypothesis
import pytest
import schemathesis

from projects.p13_api_backend.openapi import committed
from shared.testing import ScriptedModel

pytestmark = pytest.mark.anyio
Serving = Callable[..., AbstractAsyncContextManager[Any]]
BOUNDED = hypothesis.settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


async def test_the_service_keeps_to_its_description(serving: Serving) -> None:
    model = ScriptedModel(lambda _: "Yes, it did.")

    async with serving(model) as service:
        tried = await asyncio.to_thread(fuzz, service.url, service.keys["agent"])

    assert tried == len(committed()["paths"])


def fuzz(url: str, key: str) -> int:
    told = {"auth": {"openapi": {"HTTPBearer": {"bearer": key}}}}
    config = schemathesis.Config.from_dict(told)
    operations = schemathesis.openapi.from_dict(committed(), config=config).get_all_operations()
    tried = 0
    for found in operations:
        operation: Any = found.ok()  # type: ignore[union-attr]  # our own document is sound
        tried += 1
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)

            @BOUNDED
            @hypothesis.given(case=strategy)
            def keeps(case: Any) -> None:
                case.call_and_validate(base_url=url)

            try:
                keeps()
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing invalid can be sent to it
    return tried
