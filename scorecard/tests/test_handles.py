"""Models, databases and embedders cross to the worker as handles, and become real clients there."""

import anyio
import pytest

from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.report.result import Scorecard
from scorecard.run import Run
from scorecard.toys import only_criteria, works_here, write_project
from shared.settings import Settings

ASKING = '''\
"""Asking."""

from collections.abc import AsyncIterator, Sequence

from shared.embeddings.model import Embedder
from shared.errors import ModelError
from shared.llm.messages import ChatRequest, Completion, Reply, TextDelta, user
from shared.llm.model import ChatModel
from shared.postgres.database import Pool


async def ask(question: str, model: ChatModel) -> Reply:
    """Ask."""
    return await model.complete(ChatRequest(messages=(user(question),)))


async def ask_all(question: str, models: Sequence[ChatModel]) -> list[str]:
    """Ask several."""
    replies = [await ask(question, model) for model in models]
    return [reply.model for reply in replies]


async def words(question: str, model: ChatModel) -> AsyncIterator[str]:
    """Stream."""
    async for event in model.stream(ChatRequest(messages=(user(question),))):
        if isinstance(event, TextDelta):
            yield event.text


async def count(pool: Pool) -> int:
    """Count what is in a table made here, which nobody made before."""
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE seen (id int)")
        await connection.execute("INSERT INTO seen VALUES (1), (2)")
        found = await connection.execute("SELECT count(*) FROM seen")
        row = await found.fetchone()
    return int(row[0]) if row else 0


async def likeness(left: str, right: str, embedder: Embedder) -> float:
    """Compare."""
    vectors = await embedder.embed([left, right])
    return float(vectors[0] @ vectors[1])


async def double(number: int) -> int:
    """Double a number."""
    return 2 * number
'''

CRITERIA = '''\
"""What asking must do."""

from shared.criteria import (
    DatabaseHandle,
    EmbedderHandle,
    Level,
    Measured,
    ModelHandle,
    Raised,
    ScriptHandle,
    Subject,
    amount,
    criterion,
    fact,
    share,
)
from shared.llm.messages import Completion, FinishReason, Reply

MODEL = ModelHandle(profile="sim-fast")
FAILING = ModelHandle(profile="sim-fast", drill={"error_500": 1.0})
YES = Completion(text="yes", finish_reason=FinishReason.STOP, model="scripted")
SCRIPT = ScriptHandle(replies=(YES,))


@fact()
async def asked(subject: Subject) -> tuple[bool, ...]:
    """Ask whole and in pieces."""
    question = "Answer in one word: is water wet?"
    reply = await subject.call("doubling.ask", returns=Reply, question=question, model=MODEL)
    pieces = await subject.call("doubling.words", returns=list[str], question=question, model=MODEL)
    names = await subject.call(
        "doubling.ask_all", returns=list[str], question=question, models=[MODEL, MODEL]
    )
    same = "".join(pieces) == getattr(reply, "text", "")
    return (reply.model == "sim-fast", same, len(names) == 2)


@fact()
async def failing(subject: Subject) -> tuple[str, ...]:
    """Ask in a drill in which every call fails."""
    outcome = await subject.attempt("doubling.ask", question="Is it?", model=FAILING)
    return outcome.types if isinstance(outcome, Raised) else ()


@fact()
async def calls(subject: Subject, asked: tuple[bool, ...]) -> int:
    """Count what the simulator saw."""
    return len(await subject.calls(MODEL)) if asked else 0


@fact()
async def told(subject: Subject) -> tuple[bool, ...]:
    """Follow a script, from its start each time, and not beyond its end."""
    once = [
        await subject.call("doubling.ask", returns=Reply, question="?", model=SCRIPT)
        for _ in range(2)
    ]
    twice = await subject.attempt("doubling.ask_all", question="?", models=[SCRIPT, SCRIPT])
    empty = await subject.attempt("doubling.ask", question="?", model=ScriptHandle(replies=()))
    return (
        once == [YES, YES],
        not isinstance(twice, Raised),
        isinstance(empty, Raised) and empty.types[0] == "AssertionError",
    )


@fact()
async def counted(subject: Subject) -> int:
    """Use a database."""
    return await subject.call("doubling.count", returns=int, pool=DatabaseHandle())


@fact()
async def alike(subject: Subject) -> float:
    """Compare a text with itself."""
    embedder = EmbedderHandle(variant="static")
    return await subject.call(
        "doubling.likeness", returns=float, left="a lamp", right="a lamp", embedder=embedder
    )


@criterion("P01.1", level=Level.WORKS, at_least=1)
def answers_come(asked: tuple[bool, ...]) -> Measured:
    """Answers come, whole and in pieces."""
    return share(asked)


@criterion("P01.2", level=Level.WORKS, at_least=4, requires=("P01.1",))
def calls_are_seen(calls: int) -> Measured:
    """The calls are seen."""
    return amount(calls, n=1)


@criterion("P01.3", level=Level.WORKS, at_least=1)
def drills_fail(failing: tuple[str, ...]) -> Measured:
    """A drill reaches the system as the error it is."""
    return share(["ModelError" in failing])


@criterion("P01.4", level=Level.WORKS, at_least=2)
def databases_are_empty(counted: int) -> Measured:
    """A database is empty and usable."""
    return amount(counted, n=1)


@criterion("P01.5", level=Level.WORKS, at_least=0.99)
def embedders_embed(alike: float) -> Measured:
    """An embedder embeds."""
    return amount(alike, n=1, unit="score")


@criterion("P01.6", level=Level.WORKS, at_least=1)
def scripts_are_followed(told: tuple[bool, ...]) -> Measured:
    """A script is followed."""
    return share(told)
'''


@pytest.fixture(scope="module", params=["processes", "bubblewrap", "container"])
def card(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Scorecard:
    if not works_here(request.param):
        pytest.skip(f"{request.param} does not work here")
    root = tmp_path_factory.mktemp("handles")
    home = root / ".capstone"
    only_criteria(write_project(root, doubling=ASKING, criteria=CRITERIA))
    asked = Request(sandbox=request.param, kinds=frozenset({Kind.CRITERION}))
    return anyio.run(Run(Place(root, home), Settings(), asked).grade)


@pytest.mark.parametrize("code", ["P01.1", "P01.2", "P01.3", "P01.4", "P01.5", "P01.6"])
def test_a_handle_becomes_a_client(card: Scorecard, code: str) -> None:
    check = next(check for check in card.checks if check.code == code)

    assert check.passed, (check.cause, check.detail, check.measured)
