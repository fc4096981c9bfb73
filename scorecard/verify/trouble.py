"""What can keep a repository from being verified, and what of it stays out; light to import."""

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import CapstoneError


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


class CloneError(CapstoneError):
    """The repository cannot be cloned; ``trouble`` names why."""

    def __init__(self, trouble: Trouble, happened: str, *, advice: str = "") -> None:
        super().__init__(happened, advice=advice)
        self.trouble = trouble


def printable(text: str) -> str:
    """Replace what is no text, or would move the cursor."""
    clean = text.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in clean)
