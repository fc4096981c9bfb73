"""Fuzz the documented API: the server keeps to its own description, whatever it is sent."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks

from shared.simulator.openapi import describe
from shared.simulator.profiles import PROFILES
from shared.simulator.server import LOOPBACK, Serving, base_url, listen, make_state

# Walking every boundary of every field costs twice the time of drawing some.
DRAWN = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
SCHEMA = schemathesis.openapi.from_dict(describe(PROFILES), config=DRAWN)
# A schema cannot say all that makes a request right: that a tool's result follows its call, say.
BEYOND_A_SCHEMA = [checks.positive_data_acceptance]


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with listen(LOOPBACK, 0) as sock:
        served = Serving(make_state())
        thread = threading.Thread(target=served.run, args=(sock,), daemon=True)
        thread.start()
        yield base_url(sock).removesuffix("/v1")
        served.stop()
        thread.join(10)


def keeps_to_its_description(case: Any, root: str) -> None:
    case.call_and_validate(base_url=root, excluded_checks=BEYOND_A_SCHEMA)


bounded = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
test_the_server = SCHEMA.parametrize()(bounded(keeps_to_its_description))
