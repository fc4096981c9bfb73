"""Choose what to execute, and how often: somebody's work, before what is this repository's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scorecard.digest import digest_tree

OURS = "Its files are this repository's own and nothing is claimed of it, so it was not executed."


@dataclass(frozen=True)
class Chosen:
    """Which projects to execute, which of them on fresh seeds too, and why not the others."""

    executed: tuple[str, ...]
    fresh: tuple[str, ...]
    left: Mapping[str, str]


def choose_work(
    slugs: Sequence[str],
    ours: Path,
    digests: Mapping[str, str],
    claimed: frozenset[str],
    *,
    everything: bool,
) -> Chosen:
    """Leave out what is file by file our own: on fresh seeds it says nothing about anybody.

    Where it is claimed it is executed once, for the claim. Where all is our own, or ``everything``
    is asked for, nothing is left out.
    """
    changed = [s for s in slugs if digests.get(s) != digest_tree(ours / "projects" / s)]
    if everything or not changed:
        return Chosen(tuple(slugs), tuple(slugs), {})
    executed = [slug for slug in slugs if slug in changed or slug in claimed]
    left = {slug: OURS for slug in slugs if slug not in executed}
    return Chosen(tuple(executed), tuple(changed), left)
