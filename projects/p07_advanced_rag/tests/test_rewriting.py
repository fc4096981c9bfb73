"""A rewriting may help, and never harms."""

from collections.abc import AsyncGenerator, Sequence

import pytest

from projects.p07_advanced_rag.rewrite import is_faithful, needs_rewriting, rewrite
from shared.errors import ModelUnavailableError
from shared.llm.messages import (
    ChatRequest,
    Completion,
    FinishReason,
    Refusal,
    Reply,
    StreamEvent,
)

pytestmark = pytest.mark.anyio


class Saying:
    """A model that always gives the same reply, and remembers what it was asked."""

    name = "saying"

    def __init__(self, reply: Reply | Exception) -> None:
        self._reply = reply
        self.asked: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> Reply:
        self.asked.append(request)
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        raise NotImplementedError


def says(text: str) -> Saying:
    return Saying(Completion(text=text, finish_reason=FinishReason.STOP, model="saying"))


@pytest.mark.parametrize(
    ("question", "history", "needed"),
    [
        ("how do I sort a list?", (), False),
        ("como ordenar uma lista?", (), True),
        ("how much does the Aria 924 weigh?", ("hello", "hi"), False),
        ("and its warranty?", ("how much does the Aria 924 weigh?", "4 kg"), True),
        ("Okay. And the weight?", ("tell me about the Aria 924", "a lamp"), True),
        ("can it be washed?", ("tell me about the Aria 924", "a lamp"), True),
    ],
)
def test_only_what_cannot_stand_alone_is_rewritten(
    question: str, history: Sequence[str], *, needed: bool
) -> None:
    assert needs_rewriting(question, history) is needed


async def test_a_stand_alone_question_costs_no_call() -> None:
    model = says("anything")

    await rewrite("how do I sort a list?", model)

    assert model.asked == []


async def test_a_good_rewriting_is_used() -> None:
    assert await rewrite("como ordenar uma lista?", says("sort a list")) == "sort a list"


@pytest.mark.parametrize(
    "model",
    [
        Saying(ModelUnavailableError("down")),
        Saying(Refusal(text="no", model="saying")),
        says(""),
        says("a query\nand a lecture about it"),
        says("sort 7 lists"),
        Saying(Completion(text="sort a", finish_reason=FinishReason.LENGTH, model="saying")),
    ],
)
async def test_a_failing_rewriter_leaves_the_question(model: Saying) -> None:
    assert await rewrite("como ordenar uma lista?", model) == "como ordenar uma lista?"


@pytest.mark.parametrize(
    ("question", "query", "faithful"),
    [
        ("ordenar 10 itens", "sort 10 items", True),
        ("ordenar 10 itens", "sort items", False),
        ("usar os.path.join", "use os.path.join", True),
        ("usar os.path.join", "use path join", False),
        ("como copiar sem apagar", "copy without deleting", True),
        ("como copiar sem apagar", "copy and delete", False),
        ("no início do texto", "at the start of the text", True),
        ("e para o Aria 924?", "what does the Aria 924 weigh?", True),
        ("e para o Aria 924?", "what does the 924 weigh?", False),
    ],
)
def test_numbers_names_and_negation_are_kept(question: str, query: str, *, faithful: bool) -> None:
    assert is_faithful(question, query) is faithful


def test_a_negation_counts_in_the_language_of_the_question() -> None:
    question, query = "e sem a tampa?", "the lamp is not with a tampa"

    assert not is_faithful(question, query, into_english=False)
