"""Clone somebody's repository at its commit into plain files, within limits.

What is no plain file stays out and is named: links, submodules, pointers to Git LFS.
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from scorecard.sandbox.confine import Name, View
from scorecard.sandbox.confine import sandbox as sandbox_of
from scorecard.verify.git import (
    Confine,
    Object,
    Objects,
    Said,
    TooLargeError,
    empty_repository,
    git,
    objects_of,
)
from scorecard.verify.git import bare as unconfined
from shared.errors import CapstoneError

CLAIM = "scorecard.json"
THEIRS = "refs/theirs"
INTO = f":{THEIRS}/x"
NO_HEAD = "couldn't find remote ref HEAD"
FOLDER, HASH = "40000", 20
"""How a tree marks a folder, and how long the names in it are."""

POINTER = b"version https://git-lfs.github.com/spec/"
MOST_POINTER_BYTES = 1024
DEEPEST = 12


class Trouble(StrEnum):
    """Why nothing could be verified."""

    NONE = ""
    NO_REPOSITORY = "no repository"
    NO_COMMITS = "no commits"
    NO_SUCH_COMMIT = "no such commit"
    TOO_LARGE = "too large"
    TIMED_OUT = "timed out"
    BROKEN = "repository broken"
    VERIFIER = "verifier failed"
    NO_PROJECTS = "no projects"


class Oddity(StrEnum):
    """What a repository holds that is no plain file."""

    LINK = "symbolic link"
    SUBMODULE = "submodule"
    POINTER = "Git LFS pointer"
    NAME = "name that cannot be written"

    @property
    def hides_content(self) -> bool:
        """Whether the work may need something that the repository does not hold."""
        return self in {Oddity.SUBMODULE, Oddity.POINTER}


@dataclass(frozen=True)
class LeftOut:
    """One thing that was not copied."""

    path: str
    oddity: Oddity


@dataclass(frozen=True)
class Limits:
    """How much of a repository is read."""

    pack_mb: int = 512
    tree_mb: int = 256
    files: int = 20_000
    fetch_s: float = 300


@dataclass(frozen=True)
class Clone:
    """The plain files of one commit, below ``root``."""

    root: Path
    commit: str
    claim: bytes | None
    left_out: tuple[LeftOut, ...]
    slugs: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """One line of a tree."""

    mode: str
    name: str
    path: str


class CloneError(CapstoneError):
    """The repository cannot be cloned; ``trouble`` names why."""

    def __init__(self, trouble: Trouble, happened: str, *, advice: str = "") -> None:
        super().__init__(happened, advice=advice)
        self.trouble = trouble


async def clone(
    repository: str,
    folder: Path,
    *,
    commit: str = "",
    limits: Limits = Limits(),
    sandbox: Name = "processes",
) -> Clone:
    """Clone ``repository``, a path, a URL or a bundle, below ``folder``; raises ``CloneError``.

    From a path, Git serves with the repository's own settings, some of which name programs: that
    happens in ``sandbox``.
    """
    bare, root = folder / "objects.git", folder / "tree"
    empty_repository(bare)
    root.mkdir()
    source = _source(repository)
    await _fetch(source, bare, commit, limits, _confined(source, bare, sandbox))
    try:
        async with objects_of(bare) as objects, asyncio.timeout(limits.fetch_s):
            found = await _named(objects, commit)
            entries = await _list(objects, found, limits)
            claim, left_out = await _write(objects, root, entries, limits)
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


def _source(repository: str) -> str:
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


def _confined(source: str, bare: Path, name: Name) -> Confine:
    """Let Git see the repository and write the copy, and nothing else; an address needs more."""
    if not Path(source).exists():
        return unconfined
    view = View(readable=_served(Path(source)), writable=(bare,), folder=bare, own=bare)
    return lambda program: sandbox_of(name).confine(program, view)


def _served(source: Path) -> tuple[Path, ...]:
    """Name what a repository consists of: a work tree's own folder may lie elsewhere."""
    note = source / ".git"
    if not note.is_file():
        return (source,)
    told = note.read_text(encoding="utf-8", errors="replace").partition("gitdir:")[2].strip()
    own = (source / told).resolve()
    common = own / "commondir"
    shared = (
        (own / common.read_text(encoding="utf-8").strip()).resolve() if common.exists() else own
    )
    return tuple(path for path in (source, own, shared) if path.is_dir())


async def _fetch(source: str, bare: Path, commit: str, limits: Limits, confine: Confine) -> None:
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


async def _named(objects: Objects, commit: str) -> Object:
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


async def _list(objects: Objects, commit: Object, limits: Limits) -> tuple[Entry, ...]:
    """List the projects' files, and the claim."""
    top = {entry.path: entry for entry in await _folder(objects, f"{commit.name}^{{tree}}", "")}
    projects = top.get("projects")
    if projects is None or projects.mode != FOLDER:
        raise CloneError(
            Trouble.NO_PROJECTS,
            "The commit has no projects folder.",
            advice="Is this a fork of the curriculum, and the right branch?",
        )
    found: list[Entry] = [top[CLAIM]] if CLAIM in top else []
    waiting, seen = [projects], 0
    while waiting:
        entry = waiting.pop()
        if entry.mode != FOLDER:
            found.append(entry)
            continue
        below = await _folder(objects, entry.name, f"{entry.path}/")
        waiting += reversed(below)
        seen += len(below)
        if seen > limits.files:
            raise CloneError(
                Trouble.TOO_LARGE,
                f"The projects hold more than {limits.files} files and folders.",
                advice="Remove what the projects do not need.",
            )
    return tuple(found)


async def _folder(objects: Objects, name: str, above: str) -> list[Entry]:
    """Read one tree: a mode, a name and a hash each, without anything between."""
    try:
        tree = await objects.read(name)
        found = []
        while tree:
            head, _, rest = tree.partition(b"\0")
            mode, _, own = head.partition(b" ")
            path = above + own.decode(errors="surrogateescape")
            found.append(Entry(mode.decode(), rest[:HASH].hex(), path))
            tree = rest[HASH:]
    except (OSError, UnicodeDecodeError) as error:
        happened = f"The commit's files cannot be listed ({error})."
        raise CloneError(Trouble.BROKEN, happened) from error
    return found


async def _write(
    objects: Objects, root: Path, entries: Sequence[Entry], limits: Limits
) -> tuple[bytes | None, list[LeftOut]]:
    """Write the plain files; return the claim, and what was left out."""
    claim: bytes | None = None
    left_out: list[LeftOut] = []
    room = limits.tree_mb << 20
    for entry in entries:
        oddity = _oddity(entry)
        content = b"" if oddity else await _content(objects, entry, room, limits)
        room -= len(content)
        if len(content) <= MOST_POINTER_BYTES and content.startswith(POINTER):
            oddity = Oddity.POINTER
        if oddity:
            left_out.append(LeftOut(printable(entry.path), oddity))
        elif entry.path == CLAIM:
            claim = content
        else:
            _put(root / entry.path, content)
    return claim, left_out


async def _content(objects: Objects, entry: Entry, room: int, limits: Limits) -> bytes:
    try:
        return await objects.read(entry.name, room)
    except TooLargeError as error:
        raise CloneError(
            Trouble.TOO_LARGE,
            f"The projects hold more than the {limits.tree_mb} MB that are read at most.",
            advice="Remove what the projects do not need.",
        ) from error


def _put(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except (FileExistsError, NotADirectoryError, IsADirectoryError, ValueError) as error:
        raise CloneError(
            Trouble.BROKEN, f"The commit holds {file.name!r} twice, or under an impossible name."
        ) from error


def _oddity(entry: Entry) -> Oddity | None:
    kinds = {"120000": Oddity.LINK, "160000": Oddity.SUBMODULE}
    return kinds.get(entry.mode) or (None if _writable(entry.path) else Oddity.NAME)


def _writable(path: str) -> bool:
    """Whether a path stays inside, and is text."""
    parts = PurePosixPath(path).parts
    inside = not path.startswith("/") and "//" not in path and not {".", ".."} & set(parts)
    short = len(parts) <= DEEPEST and all(
        len(part.encode(errors="replace")) < 256 for part in parts
    )
    return inside and short and printable(path) == path


def printable(text: str) -> str:
    """Replace what is no text, or would move the cursor."""
    clean = text.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in clean)
