"""What is measured about a learner's service, over HTTP, while it runs in its own process.

A fact sends real requests through a socket that the grader opened, and looks at the other ends: a
model's server of its own that records every call, and the same database. No criterion asks the
service what it did. Where a claim is about time, the fact decides when things happen (an upstream
that is silent until told, a table that is locked) and the criterion counts, so that a slow machine
fails nobody; the one ratio of times has both its sides from the same run.

All of it is guarantees, so most thresholds are exact: the reference reaches them on the seeds 101
to 105, and there is no margin to give.
"""

from . import (
    access,
    answering,
    cases,
    changes,
    deadlines,
    draining,
    errors,
    fuzzing,
    hostile,
    idempotency,
    lifecycle,
    load,
    outage,
    paging,
    service,
    streams,
)

__all__ = [
    "access",
    "answering",
    "cases",
    "changes",
    "deadlines",
    "draining",
    "errors",
    "fuzzing",
    "hostile",
    "idempotency",
    "lifecycle",
    "load",
    "outage",
    "paging",
    "service",
    "streams",
]
