"""What the suite relies on: Chromium, and the pages that were written for it.

Only what the suite's own environment holds is imported here, and only by who uses it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def pages() -> Path:
    """Where the pages are."""
    return Path(os.environ["BROWSER_PAGES"])


@pytest.fixture(scope="session")
def live() -> str:
    """Where ``scorecard serve`` answers."""
    return os.environ["BROWSER_LIVE"]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Run one Chromium for the whole suite; root may not have its sandbox."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (elsewhere it is missing)

    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["BROWSER_CHROMIUM"], args=options
        )
        yield chromium
        chromium.close()
