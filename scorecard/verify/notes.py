"""What a reader must know beside the checks."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scorecard.catalog.read import read_catalog
from scorecard.digest import digest_file, digest_tree
from scorecard.report.result import Scorecard
from scorecard.sandbox.staging import GRADERS
from scorecard.verify.trouble import printable


def other_graders(theirs: Path, ours: Path, slugs: Sequence[str]) -> Iterator[str]:
    """Name the graders' files that a repository holds otherwise: an older version, or edited."""
    for slug in slugs:
        left, right = theirs / "projects" / slug, ours / "projects" / slug
        names = [n for n in sorted(GRADERS) if _content(left / n) != _content(right / n)]
        if names:
            told = ", ".join(names)
            yield f"{slug}: its own {told} differ from the graders' here, which counted."


def unknown(held: frozenset[str], claimed: frozenset[str], ours: Path) -> Iterator[str]:
    """Name the projects that nobody here can grade."""
    known = {project.slug for project in read_catalog(ours).projects}
    if strange := sorted((held | claimed) - known):
        names = ", ".join(printable(slug)[:60] for slug in strange[:5])
        yield f"There are no graders here for {names}: nothing is said of {len(strange)} projects."


def own_words(claim: Scorecard | None, commit: str) -> Iterator[str]:
    """Say what of a claim nobody looked into: only files were compared, and what they do."""
    if claim and claim.evidence.commit != commit:
        named = printable(claim.evidence.commit)[:10] or "none"
        yield f"The commit that the claim names ({named}) was not looked for: its files count."
    if claim and claim.evidence.git:
        yield "Who wrote it, when and in how many commits is in the claim's own words."


def _content(path: Path) -> str:
    return digest_tree(path) if path.is_dir() else digest_file(path)
