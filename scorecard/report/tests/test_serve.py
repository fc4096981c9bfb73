"""The served page is for this machine only, and tells when to look again."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from scorecard.place import Place
from scorecard.report.live.server import HOST, PortError, Shown, make_app, serve_page
from scorecard.report.page.render import Context
from scorecard.report.tests.conftest import EXAMPLE
from scorecard.toys import write_project

pytestmark = pytest.mark.anyio


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    write_project(tmp_path)
    return Shown(
        Place(tmp_path, tmp_path / ".capstone"), tmp_path / "scorecard.json", Context(limit=None)
    )


@asynccontextmanager
async def served(shown: Shown) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(shown)
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn tells it in no other way)
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=20) as client:
        yield client
    server.should_exit = True
    await task


async def test_a_result_that_is_not_there_yet_is_said(shown: Shown) -> None:
    async with served(shown) as client:
        answer = await client.get("/")

    assert answer.status_code == 200
    assert "Nothing to show yet" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_another_name_for_this_machine_is_refused(shown: Shown) -> None:
    async with served(shown) as client:
        answer = await client.get("/", headers={"Host": "rebound.example"})

    assert answer.status_code == 400


async def test_a_new_result_is_an_event_and_then_the_page(shown: Shown) -> None:
    async with served(shown) as client, client.stream("GET", "/events") as events:
        lines = events.aiter_lines()
        told = asyncio.ensure_future(_event(lines))
        until = asyncio.get_running_loop().time() + 15
        while not told.done() and asyncio.get_running_loop().time() < until:
            shutil.copy(EXAMPLE, shown.source)  # again, for the watcher may not look yet
            await asyncio.sleep(0.3)
        page = await client.get("/")

    assert told.result() == "event: changed"
    assert "example/ai-engineer-capstone" in page.text


async def _event(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("event:"):
            return line
    return ""


async def test_projects_that_changed_since_are_named(tmp_path: Path, shown: Shown) -> None:
    folder = tmp_path / "projects" / "p02_structured_outputs"
    folder.mkdir()
    (folder / "parsing.py").write_text("other = True\n")
    shutil.copy(EXAMPLE, shown.source)

    assert "Changed since this was graded:" in shown.text()
    assert "p02_structured_outputs" in shown.text()


async def test_a_port_in_use_is_one_sentence(shown: Shown) -> None:
    async with served(shown) as client:
        port = client.base_url.port or 0

        with pytest.raises(PortError, match=f"Port {port} cannot be had"):
            await serve_page(shown, port)
