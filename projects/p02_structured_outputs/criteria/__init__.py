"""What is measured about a learner's extractor, on cases drawn from the seed.

Thresholds are those of the brief, or the reference's value on the seeds 101 to 105 less a margin;
both stand beside them. Where a criterion is a guarantee (nothing silently wrong, nothing invalid),
there is no margin. The grader loads this package by its path and looks into each of its modules.
"""

from . import (
    contract,
    conversation,
    damage,
    decoding,
    grafting,
    meaning,
    partials,
    reading,
    schemas,
    versions,
)
from .cases import payload_of

__all__ = [
    "contract",
    "conversation",
    "damage",
    "decoding",
    "grafting",
    "meaning",
    "partials",
    "payload_of",
    "reading",
    "schemas",
    "versions",
]
