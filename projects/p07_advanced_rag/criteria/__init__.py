"""What is measured about a learner's retrieval, on documents and questions drawn from the seed.

Every world is fresh, so nothing can be prepared. A guarantee (nothing lost, nothing leaked) has no
margin. Every other threshold is the reference's lowest value on the seeds 201 to 205, and on others
where that is said, with which it was not built, less the margin that stands beside it. The grader
loads this package by its path.
"""

from . import (
    cases,
    chunks,
    figures,
    filters,
    grounding,
    headers,
    ingestion,
    quality,
    reranking,
    rewriting,
    tenants,
    verdicts,
)

__all__ = [
    "cases",
    "chunks",
    "figures",
    "filters",
    "grounding",
    "headers",
    "ingestion",
    "quality",
    "reranking",
    "rewriting",
    "tenants",
    "verdicts",
]
