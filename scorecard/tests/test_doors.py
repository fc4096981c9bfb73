"""A system serves on the grader's socket, asks a fact's own server, and is told to stop."""

import anyio
import pytest

from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.report.result import Scorecard
from scorecard.run import Run
from scorecard.sandbox.confine import Name
from scorecard.toys import only_criteria, works_here, write_project
from shared.settings import Settings

SERVING = '''\
"""Serving."""

import asyncio
import signal
import socket

from shared.errors import ModelError
from shared.llm.messages import ChatRequest, user
from shared.llm.model import ChatModel


async def serve(listening: socket.socket, model: ChatModel) -> str:
    """Answer one line with another until SIGTERM comes."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = (await reader.readline()).decode()
        try:
            reply = await model.complete(ChatRequest(messages=(user(question),)))
        except ModelError as error:
            writer.write(type(error).__name__.encode())
        else:
            writer.write(reply.text.encode())
        writer.close()

    async with await asyncio.start_unix_server(answer, sock=listening):
        await over.wait()
    return "stopped"


async def double(number: int) -> int:
    """Double a number."""
    return 2 * number
'''

CRITERIA = '''\
"""What serving must do."""

import asyncio
import json

from shared.criteria import (
    Level, Measured, ModelHandle, ServingSubject, SocketHandle, criterion, fact, share,
)

ANSWER = {
    "id": "r", "object": "chat.completion", "created": 1, "model": "own",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "42"}, "finish_reason": "stop"}
    ],
}


@fact(timeout_s=30)
async def told(subject: ServingSubject) -> tuple[str, str]:
    """Have it serve, ask it, stop it."""

    async def own(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\\r\\n\\r\\n")
        body = json.dumps(ANSWER).encode()
        writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\n")
        writer.write(b"content-length: %d\\r\\nconnection: close\\r\\n\\r\\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(own, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    door = SocketHandle(number=1)
    model = ModelHandle(server=f"http://127.0.0.1:{port}/v1")
    serving = asyncio.create_task(
        subject.call("doubling.serve", returns=str, listening=door, model=model)
    )
    path = str((await subject.address(door))["path"])
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"What is it?\\n")
    said = (await reader.read()).decode()
    writer.close()
    await subject.terminate()
    ended = await serving
    server.close()
    return said, ended


@criterion("P01.1", level=Level.WORKS, at_least=1)
def it_serves(told: tuple[str, str]) -> Measured:
    """It serves."""
    return share([told == ("42", "stopped")])
'''


@pytest.mark.parametrize("name", ["processes", "bubblewrap", "container"])
def test_a_system_serves_on_the_graders_socket(
    tmp_path_factory: pytest.TempPathFactory, name: Name
) -> None:
    if not works_here(name):
        pytest.skip(f"{name} does not work here")
    root = tmp_path_factory.mktemp("doors")
    only_criteria(write_project(root, doubling=SERVING, criteria=CRITERIA))
    asked = Request(sandbox=name, kinds=frozenset({Kind.CRITERION}))

    card: Scorecard = anyio.run(Run(Place(root, root / ".capstone"), Settings(), asked).grade)

    check = next(check for check in card.checks if check.code == "P01.1")
    assert check.passed, (check.cause, check.detail, check.measured)
