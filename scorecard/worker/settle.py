"""Give up what the learner's code must not have, before any of it is loaded.

Called by the programs that run it, in their first lines: what is refused stays refused for as long
as the process lives, and for all it starts.
"""

import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from scorecard.sandbox.seccomp import forbid

MOST_PROCESSES = "SCORECARD_MOST_PROCESSES"
WORK = "projects."


def settle() -> None:
    """Refuse calls, limit processes, and read the learner's modules from their sources only."""
    forbid()
    if most := os.environ.pop(MOST_PROCESSES, ""):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NPROC, (int(most), int(most)))
    sys.meta_path.insert(0, FromSource())


class FromSource(MetaPathFinder):
    """Finds the learner's modules, but only what can be read: no bytecode, no compiled library."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the work as usual, and have it compiled from its source."""
        if not fullname.startswith(WORK):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec  # not there, or a folder without __init__
        if not isinstance(spec.loader, SourceFileLoader):
            raise ModuleNotFoundError(f"{fullname} is no Python source", name=fullname)
        if type(spec.loader) is SourceFileLoader:
            spec.loader = Compiler(fullname, spec.loader.path)
        return spec


class Compiler(SourceFileLoader):
    """Compiles what stands in the file, whatever a cache beside it says, or an encoding in it."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the text that others read as well: UTF-8, and nothing else."""
        path = self.get_filename(fullname)
        return compile(in_utf_8(self.get_data(path), path), path, "exec", dont_inherit=True)


def in_utf_8(content: bytes, path: str) -> str:
    """Decode a source; raises ``SyntaxError`` for what is no UTF-8, as Python does."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SyntaxError(f"{path} is not UTF-8 ({error})") from error
