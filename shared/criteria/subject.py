"""The system under measurement, as a fact sees it: functions in another process, and plain data.

What cannot be plain data (a model, a database, an embedder) crosses as a *handle*: the grader
names it, and the process that runs the system builds the real client from it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypeAlias, TypeVar

from pydantic import Field

from shared.errors import CapstoneError
from shared.llm.messages import Frozen

T = TypeVar("T")


class ModelHandle(Frozen):
    """A ``ChatModel`` of the simulator, in a drill: named faults with their rates."""

    handle: Literal["model"] = "model"
    profile: str = "sim-smart"
    drill: dict[str, float] = Field(default_factory=dict)


class EmbedderHandle(Frozen):
    """An ``Embedder``: MiniLM, or the static vectors from the same weights."""

    handle: Literal["embedder"] = "embedder"
    variant: Literal["minilm", "static"] = "minilm"


class DatabaseHandle(Frozen):
    """An ``AsyncConnectionPool`` on a database of its own; one label is one database in a run."""

    handle: Literal["database"] = "database"
    label: str = "main"


Handle: TypeAlias = Annotated[
    ModelHandle | EmbedderHandle | DatabaseHandle, Field(discriminator="handle")
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


class ModelCall(Frozen):
    """One entry of the simulator's ledger."""

    request: Mapping[str, object]
    fault: str = ""
    input_tokens: int
    output_tokens: int
