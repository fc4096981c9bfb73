"""Clone somebody's repository at its commit into plain files, within limits.

What is no plain file stays out and is named: links, submodules, pointers to Git LFS.
"""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from scorecard.sandbox.confine import Name
from scorecard.verify.fetch import confined, fetch, named, source_of
from scorecard.verify.git import empty_repository, objects_of
from scorecard.verify.trouble import CloneError, LeftOut, Limits, Trouble
from scorecard.verify.unpack import list_files, write_files

USUAL = Limits()


@dataclass(frozen=True)
class Clone:
    """The plain files of one commit, below ``root``."""

    root: Path
    commit: str
    claim: bytes | None
    left_out: tuple[LeftOut, ...]
    slugs: frozenset[str]


async def clone(
    repository: str,
    folder: Path,
    *,
    commit: str = "",
    limits: Limits = USUAL,
    sandbox: Name = "processes",
) -> Clone:
    """Clone ``repository``, a path, a URL or a bundle, below ``folder``; raises ``CloneError``.

    From a path, Git serves with the repository's own settings, some of which name programs: that
    happens in ``sandbox``.
    """
    bare, root = folder / "objects.git", folder / "tree"
    empty_repository(bare)
    root.mkdir()
    source = source_of(repository)
    await fetch(source, bare, commit, limits, confined(source, bare, sandbox))
    try:
        async with objects_of(bare) as objects, asyncio.timeout(limits.fetch_s):
            found = await named(objects, commit)
            entries = await list_files(objects, found, limits)
            claim, left_out = await write_files(objects, root, entries, limits)
    except TimeoutError:
        happened = f"Reading what {source} holds took longer than {limits.fetch_s:g} s."
        raise CloneError(Trouble.TIMED_OUT, happened) from None
    except CloneError:
        shutil.rmtree(root, ignore_errors=True)  # half of a commit is nobody's work
        raise
    except asyncio.IncompleteReadError:
        raise CloneError(Trouble.BROKEN, "Git ended while the commit was read.") from None
    folders = (root / "projects").glob("p[0-9][0-9]_*")
    slugs = frozenset(path.name for path in folders if path.is_dir())
    return Clone(root, found.name, claim, tuple(left_out), slugs)
