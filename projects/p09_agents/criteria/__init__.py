"""What is measured about a learner's agent, on tickets and tables drawn from the seed.

The grader looks into the database itself; it asks the agent for nothing that it can read there. A
guarantee (nothing paid twice, nothing leaked) has no margin. Every other threshold is the lowest of
the reference's values on the seeds 401 to 405, with which it was not built, less a margin; both
stand above the criterion.
"""

from . import approvals, handling, injection, queries, reliability, replaying

__all__ = ["approvals", "handling", "injection", "queries", "reliability", "replaying"]
