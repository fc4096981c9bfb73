"""What a confined process may see and use."""

from dataclasses import dataclass, field
from pathlib import Path

SHARED_MEMORY_MB = 64


@dataclass(frozen=True)
class View:
    """What a confined process may see of the disk beside the system: what is named, no more.

    ``hidden`` lies under something readable, and is not to be seen all the same. It may write
    ``scratch_mb`` into a folder of its own, which nobody keeps, and starts in ``folder``.
    """

    readable: tuple[Path, ...]
    hidden: tuple[Path, ...] = field(default=())
    writable: tuple[Path, ...] = field(default=())
    scratch_mb: int = 256
    memory_mb: int = 0
    folder: Path = Path("/tmp")  # noqa: S108 (its own)
    own: Path = Path("/tmp")  # noqa: S108 (a folder of the caller's, for what confining needs)
