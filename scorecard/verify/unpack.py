"""Write the plain files of one commit, within limits, and name what is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scorecard.verify.git import Object, Objects, TooLargeError
from scorecard.verify.trouble import CloneError, LeftOut, Limits, Oddity, Trouble, printable

CLAIM = "scorecard.json"
FOLDER, HASH = "40000", 20
"""How a tree marks a folder, and how long the names in it are."""

POINTER = b"version https://git-lfs.github.com/spec/"
MOST_POINTER_BYTES = 1024
DEEPEST = 12


@dataclass(frozen=True)
class Entry:
    """One line of a tree."""

    mode: str
    name: str
    path: str


async def list_files(objects: Objects, commit: Object, limits: Limits) -> tuple[Entry, ...]:
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


async def write_files(
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
