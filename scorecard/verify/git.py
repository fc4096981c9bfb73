"""Talk to Git about repositories nobody vouches for: no hooks, no filters, no prompts, bounded.

Configuration comes from these lines alone, never from the person's or the repository's. Blobs are
read from the object database; nothing is ever checked out, so no attribute, filter or link of the
repository takes effect.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from scorecard.sandbox.process import GUARDED

S = TypeVar("S")
KEPT = ("PATH", "LANG", "TMPDIR", "SSH_AUTH_SOCK", "https_proxy", "HTTPS_PROXY", "http_proxy")
MOST_OUTPUT = 16 << 20
MOST_MEMORY_MB = 4096
STRICT = (
    *("-c", "transfer.fsckObjects=true", "-c", "fetch.unpackLimit=1", "-c", "gc.auto=0"),
    *("-c", "core.hooksPath=/dev/null", "-c", "credential.helper=", "-c", "maintenance.auto=false"),
)


Confine: TypeAlias = Callable[[Sequence[str]], Sequence[str]]
"""Takes a program and gives the one that runs it confined."""


def bare(program: Sequence[str]) -> Sequence[str]:
    """Confine nothing."""
    return program


@dataclass(frozen=True)
class Said:
    """How Git ended and what it said; ``cut`` where that was more than is read."""

    code: int
    output: bytes
    errors: str
    cut: bool = False
    late: bool = False

    @property
    def last(self) -> str:
        """The line that names the reason."""
        lines = [line for line in self.errors.splitlines() if line.strip()]
        named = [line for line in lines if line.startswith(("fatal:", "error:"))]
        return (named or lines or ["no word why"])[0].strip()[:300]

    @property
    def too_large(self) -> bool:
        """Whether the limit on a file's size ended it."""
        return "signal 25" in self.errors or "File too large" in self.errors


async def git(
    folder: Path,
    *arguments: str,
    timeout_s: float = 60,
    file_mb: int = 0,
    most: int = MOST_OUTPUT,
    confine: Confine = bare,
) -> Said:
    """Run Git in ``folder`` under a guard, and read at most ``most`` bytes of what it prints."""
    async with _started(folder, arguments, file_mb, confine) as process:
        output_of, errors_of = _pipe(process.stdout), _pipe(process.stderr)
        try:
            async with asyncio.timeout(timeout_s):
                output, errors = await asyncio.gather(
                    _bounded(output_of, most), _bounded(errors_of, 1 << 16)
                )
                cut = len(output) > most
                code = 1 if cut else await process.wait()
        except TimeoutError:
            return Said(1, b"", "", late=True)
    return Said(code, output, errors.decode(errors="replace"), cut=cut)


def empty_repository(folder: Path) -> None:
    """Write what ``git init --bare`` would, without starting it."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")


@asynccontextmanager
async def objects_of(folder: Path) -> AsyncIterator["Objects"]:
    """Open the object database of ``folder``."""
    async with _started(folder, ("cat-file", "--batch"), 0, bare) as process:
        yield Objects(process)


class TooLargeError(OSError):
    """An object holds more than may be read."""


@dataclass(frozen=True)
class Object:
    """One object of a repository."""

    name: str
    kind: str
    content: bytes


class Objects:
    """Reads one object after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._stdin, self._stdout = _pipe(process.stdin), _pipe(process.stdout)

    async def find(self, name: str, most: int = MOST_OUTPUT) -> Object | None:
        """Return an object by its hash or another name of it; None where there is none.

        Raises ``TooLargeError`` for one over ``most`` bytes, after which nothing more can be read.
        """
        if not name.isprintable():
            return None  # one line asks for one object
        self._stdin.write(f"{name}\n".encode(errors="replace"))
        await self._stdin.drain()
        header = await self._stdout.readline()
        if not header or header.endswith((b" missing\n", b" ambiguous\n")):
            return None
        found, kind, size = header.decode(errors="replace").split()
        if int(size) > most:
            raise TooLargeError(f"the object {found} holds {size} bytes")
        content = await self._stdout.readexactly(int(size) + 1)
        return Object(found, kind, content[:-1])

    async def read(self, name: str, most: int = MOST_OUTPUT) -> bytes:
        """Return an object's content; raises ``OSError`` where it is not there or too large."""
        found = await self.find(name, most)
        if found is None:
            raise OSError(f"Git does not find the object {name}")
        return found.content


@asynccontextmanager
async def _started(
    folder: Path, arguments: Sequence[str], file_mb: int, confine: Confine
) -> AsyncIterator[asyncio.subprocess.Process]:
    limits = (str(MOST_MEMORY_MB), str(file_mb))
    program = confine(("git", *STRICT, *arguments))
    process = await asyncio.create_subprocess_exec(
        *(*GUARDED, *limits, "--", *program),
        cwd=folder,
        env=_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        if process.returncode is None:
            process.terminate()  # the guard ends whatever Git started
        await asyncio.shield(process.wait())


def _pipe(stream: S | None) -> S:
    if stream is None:
        raise OSError("Git was started without a pipe.")
    return stream


async def _bounded(stream: asyncio.StreamReader, most: int) -> bytes:
    """Read to the end, or to one byte more than ``most``."""
    kept = bytearray()
    while len(kept) <= most and (piece := await stream.read(min(1 << 16, most + 1 - len(kept)))):
        kept += piece
    return bytes(kept)


def _environment() -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "file:https:http:ssh:git",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_NO_LAZY_FETCH": "1",
    }
