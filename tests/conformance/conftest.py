"""What every suite may rely on: a target, skipping by capability, and a closed network.

Only light imports: each suite runs in an environment that holds its client and pytest, no more.
"""

import ipaddress
import os
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.target import Target, read_target

if TYPE_CHECKING:
    import openai


@pytest.fixture(scope="session")
def target() -> Target:
    """Where the suite's client is pointed."""
    try:
        return read_target(os.environ)
    except ValueError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
async def client(target: Target) -> "AsyncIterator[openai.AsyncOpenAI]":
    """Open OpenAI's client; the suites of other clients have a ``client`` of their own."""
    from tests.conformance.openai_client import client_of  # noqa: PLC0415 (slow, and not for all)

    async with client_of(target) as opened:
        yield opened


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="module", autouse=True)
async def _one_loop(anyio_backend: str) -> None:
    """Keep one event loop for a whole suite, since some clients cache their connections."""
    del anyio_backend


@pytest.fixture(autouse=True)
def _capable(request: pytest.FixtureRequest) -> None:
    """Skip what the target does not promise."""
    for name in (name for mark in request.node.iter_markers("needs") for name in mark.args):
        if not getattr(request.getfixturevalue("target").capabilities, name):
            pytest.skip(f"the target does not promise {name}")


def pytest_sessionstart() -> None:
    """Close the network but for loopback, so that no client can escape to a vendor unseen."""
    if os.environ.get("SIM_TARGET", "sim") == "sim":
        sys.addaudithook(_refuse_the_world)


def _refuse_the_world(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    if host and not _is_here(host):
        raise PermissionError(f"A client tried to reach {host} in an offline run.")


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
