"""A project's Python files, parsed once for every check that looks into them."""

import ast
from dataclasses import dataclass, field
from pathlib import Path

from scorecard.ledger import Finding
from scorecard.syntax import parse

OURS = frozenset({"criteria.py", "criteria"})
SHOWN = 20


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
        except SyntaxError as error:
            broken.append(Finding(where=f"{where}:{error.lineno or 1}", message=error.msg))
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            broken.append(Finding(where=where, message=f"cannot be read ({error})"))
        files.append(Source(where, text, tree))
    return Sources(tuple(files), tuple(broken))
