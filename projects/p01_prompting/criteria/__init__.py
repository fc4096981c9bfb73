"""What is measured about ways of asking a model, on cases drawn from the seed.

Thresholds are those of the brief, or the reference's value on the seeds 101 to 105 less a margin;
both stand beside them. Where a criterion is a guarantee (nothing followed, nothing over budget)
there is no margin. The grader loads this package by its path and looks into each of its modules.
"""

from . import acting, answers, choosing, injection, memory, planning, prompts, table, voting

__all__ = [
    "acting",
    "answers",
    "choosing",
    "injection",
    "memory",
    "planning",
    "prompts",
    "table",
    "voting",
]
