"""The system under measurement, as a fact sees it: functions in another process, and plain data.

What cannot be plain data (a model, a database, an embedder) crosses as a *handle*: the grader
names it, and the process that runs the system builds the real client from it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypeAlias, TypeVar

from pydantic import Field

from shared.errors import CapstoneError
from shared.llm.messages import Frozen, Reply

T = TypeVar("T")


class ModelHandle(Frozen):
    """A ``ChatModel`` of the simulator, in a drill: named faults with their rates.

    ``server`` puts a server in the simulator's place that the fact runs itself, on loopback, to see
    what arrives there and when: the base URL of an OpenAI-compatible one.
    """

    handle: Literal["model"] = "model"
    profile: str = "sim-smart"
    drill: dict[str, float] = Field(default_factory=dict)
    server: str = ""


class ScriptHandle(Frozen):
    """A ``ChatModel`` that gives these replies in order, for what no simulation says.

    It is made anew for every call. Asked more often than it has replies, it raises.
    """

    handle: Literal["script"] = "script"
    replies: tuple[Reply, ...]


class EmbedderHandle(Frozen):
    """An ``Embedder``: MiniLM, or the static vectors from the same weights."""

    handle: Literal["embedder"] = "embedder"
    variant: Literal["minilm", "static"] = "minilm"


class DatabaseHandle(Frozen):
    """An ``AsyncConnectionPool`` on a database of its own; one label is one database in a run.

    The pool's role owns the database and nothing else; with ``roles`` it may create further roles.
    """

    handle: Literal["database"] = "database"
    label: str = "main"
    roles: bool = False


class SocketHandle(Frozen):
    """A ``socket.socket`` that listens: the system serves on it, a fact connects to its address.

    A run has a few, by number; each mention gives the system a descriptor of its own.
    """

    handle: Literal["socket"] = "socket"
    number: int = Field(default=0, ge=0, le=2)


Handle: TypeAlias = Annotated[
    ModelHandle | ScriptHandle | EmbedderHandle | DatabaseHandle | SocketHandle,
    Field(discriminator="handle"),
]


class Returned(Frozen):
    """The call returned ``value``: plain JSON data (a list, where the function yields).

    ``cpu_s`` is the processor time its process used meanwhile, for whatever it did at that time.
    """

    kind: Literal["returned"] = "returned"
    value: object
    cpu_s: float = 0.0


class Raised(Frozen):
    """The call raised; ``types`` names the exception's class and its bases, nearest first."""

    kind: Literal["raised"] = "raised"
    types: tuple[str, ...]
    message: str


Outcome: TypeAlias = Returned | Raised


class SubjectRaisedError(CapstoneError):
    """The system raised where it should have answered."""

    def __init__(self, function: str, raised: Raised) -> None:
        super().__init__(f"{function} raised {raised.types[0]}: {raised.message}")
        self.raised = raised


class Subject(Protocol):
    """Calls the functions of one project's modules, by name, with plain data and handles.

    ``await subject.call("extraction.extract", returns=Order, email=text, model=ModelHandle())``
    imports the project's ``extraction`` module over there, fits each argument to the annotation of
    ``extract``'s parameter, awaits it, and fits the JSON that comes back to ``Order`` over here.
    """

    async def call(self, function: str, /, *, returns: type[T], **arguments: object) -> T:
        """Call and return; raises ``SubjectRaisedError`` when the system does."""
        ...

    async def attempt(self, function: str, /, **arguments: object) -> Outcome:
        """Call where raising is one of the answers."""
        ...

    async def calls(self, model: ModelHandle) -> "tuple[ModelCall, ...]":
        """List what the simulator was asked through this handle in this run, as it arrived."""
        ...


class ServingSubject(Subject, Protocol):
    """A subject that runs servers, for facts that talk to them and watch what they stand on."""

    async def address(self, handle: Handle) -> Mapping[str, object]:
        """Say where a handle leads: ``path`` of a socket, ``url`` of a database."""
        ...

    async def terminate(self) -> None:
        """Send SIGTERM to the process that runs the system; nothing where there is none."""
        ...


class ModelCall(Frozen):
    """One entry of the simulator's ledger."""

    request: Mapping[str, object]
    fault: str = ""
    input_tokens: int
    output_tokens: int
