"""Say what is measured about a learner's system, apart from who measures it.

A project's ``criteria.py`` holds *facts*, which call the system and gather what it did, and
*criteria*, which are pure functions from facts to a number. Both name what they need as parameters:

    @fact()
    async def parsed(subject: Subject, seed: int) -> tuple[bool, ...]: ...

    @criterion("P02.3", level=Level.ROBUST, at_least=0.99)
    def recoverable_replies_parse(parsed: tuple[bool, ...]) -> Measured:
        "Replies damaged in a recoverable way are parsed."
        return share(parsed)

The system runs in another process, so facts see only plain data, never its objects.
"""

from shared.criteria.declare import Criterion, Fact, Level, Threshold, criterion, fact
from shared.criteria.measure import Failure, Measured, Unit, amount, mean, paired_gain, share
from shared.criteria.subject import (
    DatabaseHandle,
    EmbedderHandle,
    Handle,
    ModelHandle,
    Outcome,
    Raised,
    Returned,
    ScriptHandle,
    ServingSubject,
    SocketHandle,
    Subject,
    SubjectRaisedError,
)

__all__ = [
    "Criterion",
    "DatabaseHandle",
    "EmbedderHandle",
    "Fact",
    "Failure",
    "Handle",
    "Level",
    "Measured",
    "ModelHandle",
    "Outcome",
    "Raised",
    "Returned",
    "ScriptHandle",
    "ServingSubject",
    "SocketHandle",
    "Subject",
    "SubjectRaisedError",
    "Threshold",
    "Unit",
    "amount",
    "criterion",
    "fact",
    "mean",
    "paired_gain",
    "share",
]
