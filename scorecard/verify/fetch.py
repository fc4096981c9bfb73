"""Fetch one commit of somebody's repository, and say in words why that did not work."""

from collections.abc import Sequence
from pathlib import Path

from scorecard.sandbox.confine import Name, View
from scorecard.sandbox.confine import sandbox as sandbox_of
from scorecard.verify.git import Confine, Object, Objects, Said, git
from scorecard.verify.git import bare as unconfined
from scorecard.verify.trouble import CloneError, Limits, Trouble, printable

THEIRS = "refs/theirs"
INTO = f":{THEIRS}/x"
NO_HEAD = "couldn't find remote ref HEAD"
LONGEST_NOTE = 4096
"""Bytes of a file in which Git keeps a path."""


def source_of(repository: str) -> str:
    """Say where to fetch from; a path becomes absolute, so that it is never taken for an option."""
    repository = repository.removeprefix("file://")
    if "://" in repository or (":" in repository and not Path(repository).exists()):
        if repository.startswith("-"):
            raise CloneError(Trouble.NO_REPOSITORY, f"{repository} is no address.")
        return repository
    path = Path(repository).expanduser()
    if not path.exists():
        raise CloneError(
            Trouble.NO_REPOSITORY,
            f"There is nothing at {repository}.",
            advice="Name a folder, a URL or a bundle (`git bundle create work.bundle HEAD`).",
        )
    return str(path.resolve())


def confined(source: str, bare: Path, name: Name) -> Confine:
    """Let Git see the repository and write the copy, and nothing else; an address needs more."""
    if not Path(source).exists():
        return unconfined
    view = View(readable=_served(Path(source)), writable=(bare,), folder=bare, own=bare)
    return lambda program: sandbox_of(name).confine(program, view)


def _served(source: Path) -> tuple[Path, ...]:
    """Name what a repository consists of: a work tree's own folder may lie elsewhere.

    It counts only where it says so itself: a note that leads to a stranger's repository would hand
    out that one's work, and what else its owner keeps there.
    """
    note = source / ".git"
    if note.is_symlink() or not note.is_file():
        return (source,)
    own = _named(source, note, _noted(note).partition("gitdir:")[2])
    if own.is_relative_to(source):
        return (source,)
    back = own / "gitdir"
    if not back.is_file() or _named(own, back, _noted(back)) != note.resolve():
        raise CloneError(
            Trouble.NO_REPOSITORY,
            f"{printable(str(source))} points to a repository elsewhere, which does not know it.",
            advice="Name the repository itself.",
        )
    common = own / "commondir"
    shared = _named(own, common, _noted(common)) if common.is_file() else own
    return tuple(path for path in (source, own, shared) if path.is_dir())


def _noted(note: Path) -> str:
    """Read one of Git's notes, which hold a path; more than a path is none."""
    try:
        with note.open("rb") as opened:
            return opened.read(LONGEST_NOTE).decode(errors="replace").strip()
    except OSError as error:
        raise CloneError(Trouble.BROKEN, f"{note.name} cannot be read ({error}).") from error


def _named(folder: Path, note: Path, told: str) -> Path:
    try:
        return (folder / told.strip()).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        happened = f"{note.name} names no folder ({printable(str(error)):.100})."
        raise CloneError(Trouble.BROKEN, happened) from error


async def fetch(source: str, bare: Path, commit: str, limits: Limits, confine: Confine) -> None:
    """Fetch one commit and what it holds."""
    if commit:
        said = await _ask(source, bare, (f"+refs/*:{THEIRS}/*",), limits, confine)
    else:
        depth = () if _is_bundle(source) else ("--depth=1",)
        said = await _ask(source, bare, ("+HEAD" + INTO,), limits, confine, *depth)
        if said.code and NO_HEAD in said.errors:
            branch = await _branch(source, bare, limits, confine)
            said = await _ask(source, bare, (f"+{branch}{INTO}",), limits, confine, *depth)
    if said.code:
        raise _refused(said, source, limits)


async def _ask(
    source: str,
    bare: Path,
    what: Sequence[str],
    limits: Limits,
    confine: Confine,
    *more: str,
) -> Said:
    options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", *more)
    return await git(
        bare,
        "fetch",
        *(*options, "--", source, *what),
        timeout_s=limits.fetch_s,
        file_mb=limits.pack_mb,
        confine=confine,
    )


def _is_bundle(source: str) -> bool:
    return Path(source).is_file()


async def _branch(source: str, bare: Path, limits: Limits, confine: Confine) -> str:
    """Choose what to verify where nobody named a commit and there is no HEAD: the only branch."""
    said = await git(bare, "ls-remote", "--", source, timeout_s=limits.fetch_s, confine=confine)
    if said.code:
        raise _refused(said, source, limits)
    lines = said.output.decode(errors="replace").splitlines()
    names = [line.partition("\t")[2] for line in lines]
    branches = [name for name in names if name.startswith("refs/heads/")]
    if not names:
        raise CloneError(
            Trouble.NO_COMMITS,
            f"{source} is a repository without commits.",
            advice="Commit the work there, then verify it again.",
        )
    if len(branches) != 1:
        raise CloneError(
            Trouble.NO_SUCH_COMMIT,
            f"{source} does not say which of its {len(names)} references to take.",
            advice="Name one with --commit.",
        )
    return branches[0]


async def named(objects: Objects, commit: str) -> Object:
    """Find a commit, as somebody wrote it."""
    by_name = (f"{THEIRS}/heads/{commit}", f"{THEIRS}/tags/{commit}", commit)
    forms = by_name if commit else (f"{THEIRS}/x",)
    for form in forms:
        if found := await objects.find(f"{form}^{{commit}}"):
            return found
    raise CloneError(
        Trouble.NO_SUCH_COMMIT,
        f"The repository has no commit {commit or 'at its HEAD'}.",
        advice="Check the name; it must be reachable from a branch or a tag.",
    )


def _refused(said: Said, source: str, limits: Limits) -> CloneError:
    """Say why Git did not fetch."""
    if said.late:
        happened = f"Fetching {source} took longer than {limits.fetch_s:g} s."
        return CloneError(Trouble.TIMED_OUT, happened, advice="Clone it yourself, verify the copy.")
    if said.too_large or said.cut:
        happened = f"{source} holds more than {limits.pack_mb} MB in one commit."
        return CloneError(Trouble.TOO_LARGE, happened, advice="A project's work is small: look.")
    happened = f"Git cannot fetch {source} ({printable(said.last)})."
    if any(word in said.errors for word in ("fsck", "corrupt", "index-pack", "hasDot")):
        advice = "Its objects are damaged or forbidden: ask for a clean clone."
        return CloneError(Trouble.BROKEN, happened, advice=advice)
    advice = "Check the address, and that you may read it."
    return CloneError(Trouble.NO_REPOSITORY, happened, advice=advice)
