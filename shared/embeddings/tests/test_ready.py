"""What is made ready is what the embedders look for."""

from pathlib import Path

import pytest

from shared.embeddings.minilm import load_minilm
from shared.embeddings.ready import make_ready
from shared.embeddings.static import load_static

pytestmark = pytest.mark.anyio


def stamps(home: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (home / "models").iterdir()}


async def test_the_embedders_build_nothing_more_once_made_ready(tmp_path: Path) -> None:
    await make_ready(tmp_path)
    before = stamps(tmp_path)

    await load_minilm(tmp_path)
    await load_static(tmp_path)

    assert len(before) == 2
    assert stamps(tmp_path) == before


async def test_making_ready_twice_builds_once(tmp_path: Path) -> None:
    await make_ready(tmp_path)
    before = stamps(tmp_path)

    await make_ready(tmp_path)

    assert stamps(tmp_path) == before
