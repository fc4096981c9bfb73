"""How every submission of a cohort is graded, in a form that travels to another machine."""

from pathlib import Path

from scorecard.digest import digest_text, digest_tree
from scorecard.place import GRADER_ROOT
from shared.llm.messages import Frozen


class Order(Frozen):
    """How every submission is graded."""

    root: Path
    seeds: int
    sandbox: str
    projects: tuple[str, ...] = ()
    timeout_s: float = 1800

    @property
    def digest(self) -> str:
        """Hash what a verdict depends on beside the submission."""
        graders = digest_tree(
            self.root / "projects", GRADER_ROOT / "scorecard", GRADER_ROOT / "shared"
        )
        return digest_text(graders, self.seeds, self.sandbox, self.projects)[:16]
