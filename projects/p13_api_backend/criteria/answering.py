"""12: answers come from the order and the model, once each."""

from dataclasses import dataclass

from shared.criteria import Failure, Level, Measured, ServingSubject, criterion, fact, share

from .cases import Json
from .http import Client, answered, new_key
from .service import OPTIONS, SIMULATOR, Desk, start

QUESTIONS = 24


@dataclass(frozen=True)
class Said:
    """A question about an order, what is true, and what was said."""

    question: str
    truth: str
    text: str
    again: str


@dataclass(frozen=True)
class Interview:
    """All that was said, and how often the model was asked for it."""

    said: tuple[Said, ...]
    calls: int


@fact(timeout_s=120)
@answered
async def interview(subject: ServingSubject, desk: Desk) -> Interview:
    """Ask about orders, each question twice under one key, with the simulator as the model."""
    path, call = await start(subject, 1, desk.database, SIMULATOR, OPTIONS)
    agent = Client(path, desk.clients["agent"].key)
    said = list[Said]()
    for order in desk.draw.sample(desk.orders, QUESTIONS):
        question, truth = asked(order, len(said))
        body, key = {"question": question, "order_id": order["id"]}, new_key()
        first = (await agent.post("/v1/answers", body, key=key)).json()
        again = (await agent.post("/v1/answers", body, key=key)).json()
        said.append(Said(question, truth, str(first.get("text")), str(again.get("text"))))
    calls = len(await subject.calls(SIMULATOR))
    await subject.terminate()
    await call
    return Interview(tuple(said), calls)


def asked(order: Json, number: int) -> tuple[str, str]:
    """Write a question and its answer."""
    return (
        ("What is the status of the order?", order["status"]),
        ("When was the order placed?", order["placed_on"]),
        ("What is the total of the order?", f"{order['total_cents'] / 100:.2f}"),
    )[number % 3]


# 101 to 105: 0.96 to 1, less 0.1 for the simulator's slips.
@criterion("P13.12a", level=Level.WORKS, at_least=0.85)
def answers_come_from_the_order(interview: Interview) -> Measured:
    """Answers that say what is true of the order that was asked about."""
    failures = [
        Failure(case=s.question, expected=s.truth, actual=s.text[:200])
        for s in interview.said
        if s.truth not in s.text
    ]
    return share((s.truth in s.text for s in interview.said), failures=failures)


@criterion("P13.12b", level=Level.WORKS, at_least=1.0)
def an_answer_costs_one_call(interview: Interview) -> Measured:
    """Answers for which the model was asked once, by its ledger, though they were wanted twice."""
    once = interview.calls <= len(interview.said)
    return share(once and s.again == s.text and bool(s.text) for s in interview.said)
