"""Where things are: the tree under grading, and the grader's own checkout."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scorecard.locale import say
from shared.errors import ConfigurationError
from shared.settings import Settings, read_settings

GRADER_ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True)
class Place:
    """The tree that is graded, and the folder where the grader keeps what it may lose."""

    root: Path
    home: Path
    grader: Path = GRADER_ROOT
    shelf: str = "results"

    @property
    def configuration(self) -> Path:
        """The rules of mypy, ruff and pytest: always the grader's, never the learner's."""
        return self.grader / "pyproject.toml"

    @property
    def cache(self) -> Path:
        """What can be computed again."""
        return self.home / "cache" / "scorecard"

    @property
    def results(self) -> Path:
        """Results by content; another shelf keeps other copies of the same projects apart."""
        return self.cache / self.shelf

    @property
    def paths(self) -> tuple[Path, ...]:
        """Import path for the learner's code: their tree first, then the grader's."""
        return tuple(dict.fromkeys((self.root, *self.own_paths)))

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """Import path for the grader's own programs: nothing of the learner's is on it."""
        installed = [Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
        return tuple(dict.fromkeys((self.grader, *installed)))

    def environment(self, **more: str) -> Mapping[str, str]:
        """A clean environment: no key, no home, nothing that changes what Python does."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {"LANG": "C.UTF-8", **kept, "CAPSTONE_HOME": str(self.home), **more}


def place_of(root: Path) -> tuple[Place, Settings]:
    """Say where things are, and read the settings; raises ``ConfigurationError``."""
    settings = read_settings()
    root = root.resolve()
    if not (root / "projects").is_dir():
        raise ConfigurationError(
            say("There is no projects folder in {root}.", root=root),
            advice=say("Run it from the repository's root, or name it with --root."),
        )
    home = settings.home if settings.home.is_absolute() else root / settings.home
    return Place(root, home), settings
