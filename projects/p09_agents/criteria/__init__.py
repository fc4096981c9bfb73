"""What is measured about a learner's agent, on tickets and tables drawn from the seed.

The grader looks into the database itself; it asks the agent for nothing that it can read there. A
guarantee (nothing paid twice, nothing leaked) has no margin. Other thresholds are those of the
brief; the reference's values on the seeds 101 to 105, with which it was not built, stand beside.
"""

from . import approvals, handling, injection, queries, reliability, replaying

__all__ = ["approvals", "handling", "injection", "queries", "reliability", "replaying"]
