"""File messages as tickets, each with the queue that should get it."""

from collections.abc import Mapping, Sequence

from shared.world.asking import Question, Queue, Ticket
from shared.world.model import Email, Reason
from shared.world.stream import Stream

ASKED = 60
COMPLAINTS: Mapping[Reason, Queue] = {
    "damaged": "repairs",
    "defective": "repairs",
    "wrong_item": "fulfilment",
    "missing_parts": "fulfilment",
    "not_as_described": "returns",
    "changed_mind": "returns",
    "late_delivery": "logistics",
    "overcharged": "billing",
    "poor_service": "care",
}


def draw_tickets(
    draw: Stream, emails: Sequence[Email], questions: Sequence[Question]
) -> tuple[Ticket, ...]:
    """File every mail of one intent, and some questions, in a drawn order."""
    asked = [question for question in questions if question.kind != "unanswerable"][:ASKED]
    tickets = [_from_mail(mail) for mail in emails if len(mail.truth.requests) == 1]
    tickets += [_from_question(question) for question in asked]
    return tuple(draw.shuffled(tickets))


def _from_mail(mail: Email) -> Ticket:
    return Ticket(
        id=f"T-{mail.id}",
        language=mail.truth.language,
        subject=mail.subject,
        text=mail.body,
        queue=_queue(mail),
        email_id=mail.id,
    )


def _queue(mail: Email) -> Queue:
    request = mail.truth.requests[0]
    if request.kind == "order":
        return "sales"
    if request.kind == "return" or request.reason is None:
        return "returns"
    return COMPLAINTS[request.reason]


def _from_question(question: Question) -> Ticket:
    return Ticket(
        id=f"T-{question.id}",
        language=question.language,
        subject="Farol",
        text=question.text,
        queue="support",
        email_id=None,
    )
