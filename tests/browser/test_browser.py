"""The page holds in a real browser, where there is one; its suite runs in another environment."""

import subprocess
import sys

import pytest

from tests.browser.__main__ import LOCKS, PICTURES, ready
from tests.browser.pages import ROOT


def test_the_lock_pins_and_hashes_everything() -> None:
    text = (LOCKS / "browser.txt").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if line and line[0].isalnum()]

    assert len(pinned) > 5
    assert all("==" in line for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_page_holds_in_a_real_browser() -> None:
    if not ready():
        pytest.skip("no browser for tests: `python -m tests.browser` installs what it needs")

    ran = subprocess.run(
        [sys.executable, "-m", "tests.browser"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]


def test_the_pictures_are_small() -> None:
    pictures = sorted(PICTURES.glob("page-*.png"))

    assert [file.name for file in pictures] == [
        "page-dark.png",
        "page-light.png",
        "page-narrow.png",
    ]
    assert max(file.stat().st_size for file in pictures) < 150_000
