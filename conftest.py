"""What every test may rely on."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, the loop everything here is served by."""
    return "asyncio"
