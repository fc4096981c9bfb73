"""A project's Python files, parsed once for every check that looks into them."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from scorecard.ledger import Finding
from scorecard.syntax import parse

OURS = frozenset({"criteria.py", "criteria"})
SHOWN = 20
COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


@dataclass(frozen=True)
class Source:
    """One file: where it is, its text, and its tree where it has one."""

    where: str
    text: str
    tree: ast.Module | None

    @property
    def is_test(self) -> bool:
        """Whether it lies under the project's ``tests``, and not some other folder of that name."""
        return _below(self.where) == ["tests"]


@dataclass(frozen=True)
class Needs:
    """What must be there before a project can be run: both are slow, and most need neither."""

    database: bool = False
    embeddings: bool = False


@dataclass(frozen=True)
class Sources:
    """All of them, and what is wrong with those that cannot be parsed."""

    files: tuple[Source, ...]
    broken: tuple[Finding, ...] = field(default=())

    @property
    def tests(self) -> tuple[Source, ...]:
        """The files under ``tests``."""
        return tuple(source for source in self.files if source.is_test)

    @property
    def needs(self) -> Needs:
        """What these files ask the grader to have ready."""
        return Needs(
            database=self._mention("shared.postgres", "DatabaseHandle"),
            embeddings=self._mention("shared.embeddings", "EmbedderHandle"),
        )

    def _mention(self, *words: str) -> bool:
        return any(word in source.text for source in self.files for word in words)

    @property
    def work(self) -> tuple[Source, ...]:
        """The learner's modules: neither tests nor the grader's criteria."""
        return tuple(s for s in self.files if not s.is_test and OURS.isdisjoint(_below(s.where)))


def _below(where: str) -> list[str]:
    """Name what stands in a project's own folder: ``projects/p02_…/this``."""
    return where.split("/")[2:3]


def _cookie(text: str) -> str:
    """Return the encoding that a file asks for in its first two lines, unless it is UTF-8.

    Python would run what others do not read: in some encodings a comment can hold a line of code.
    """
    found = [named for line in text.splitlines()[:2] if (named := COOKIE.match(line))]
    plain = found[0][1].lower().replace("_", "-") if found else ""
    return plain if plain not in {"", "utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"} else ""


def read_sources(root: Path, folder: Path) -> Sources:
    """Parse every Python file below ``folder``."""
    files: list[Source] = []
    broken: list[Finding] = []
    for file in sorted(folder.rglob("[!.]*.py")):  # an editor's own files begin with a dot
        where = file.relative_to(root).as_posix()
        text, tree = "", None
        try:
            text = file.read_text(encoding="utf-8-sig")
            tree = parse(text)
            if cookie := _cookie(text):
                broken.append(Finding(where=where, message=f"is written in {cookie}, not UTF-8"))
        except SyntaxError as error:
            broken.append(Finding(where=f"{where}:{error.lineno or 1}", message=error.msg))
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            broken.append(Finding(where=where, message=f"cannot be read ({error})"))
        if (package := file.with_suffix("") / "__init__.py").is_file():
            hides = package.relative_to(root).as_posix()
            broken.append(Finding(where=where, message=f"never runs: {hides} has its name"))
        files.append(Source(where, text, tree))
    return Sources(tuple(files), tuple(broken))
