"""What the learner's road asks of Git: what is uncommitted, what once was, and how to keep a copy.

Nothing here changes the working tree or the index. Where there is no Git, questions go unanswered
and the road goes on without.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

LEFTOVERS = ("~", ".swp", ".swo", ".orig", ".rej", "#", ".pyc")
"""What editors and merges leave behind: nobody's work."""

SOMEBODY = {
    "GIT_AUTHOR_NAME": "scorecard",
    "GIT_AUTHOR_EMAIL": "scorecard@localhost",
    "GIT_COMMITTER_NAME": "scorecard",
    "GIT_COMMITTER_EMAIL": "scorecard@localhost",
}
MOST_COMMITS = 2_000


class Git:
    """The repository that ``root`` lies in."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def ask(self, *arguments: str, **more: str) -> str | None:
        """Run one command; None where it fails, or Git is missing."""
        ran = self._run(*arguments, **more)
        return ran.stdout.decode(errors="replace") if ran and not ran.returncode else None

    def _run(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[bytes] | None":
        try:
            return subprocess.run(
                ["git", *arguments],  # noqa: S607 (whichever Git the person uses)
                cwd=self._root,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", **more},
                capture_output=True,
                check=False,
                timeout=60,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None

    @property
    def there(self) -> bool:
        """Whether this is a checkout with a commit."""
        return self.ask("rev-parse", "--verify", "--quiet", "HEAD") is not None

    @property
    def shallow(self) -> bool:
        """Whether older commits are missing."""
        return (self.ask("rev-parse", "--is-shallow-repository") or "").strip() == "true"

    def uncommitted(self, folder: str) -> tuple[str, ...]:
        """List what is changed or new below ``folder``, but for what editors leave behind."""
        told = self.ask("status", "--porcelain=v1", "-z", "--untracked-files=all", "--", folder)
        entries = [entry for entry in (told or "").split("\0") if len(entry) > 3]
        return tuple(entry[3:] for entry in entries if not entry.endswith(LEFTOVERS))

    def versions(self, file: str) -> Iterator[str]:
        """Yield what ``file`` once held, newest first, on any branch that is here."""
        listed = (
            self.ask(
                "rev-list", "--all", "--full-history", f"--max-count={MOST_COMMITS}", "--", file
            )
            or ""
        )
        for commit in ["HEAD", *listed.split()]:
            ran = self._run("show", f"{commit}:./{file}")
            if ran and not ran.returncode:
                yield ran.stdout.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

    def stash(self, folder: str, message: str) -> str | None:
        """Keep a copy of ``folder`` as a stash, the tree untouched; None where that cannot be.

        ``git stash push`` would take the changes away, and refuses during a merge. This writes the
        same kind of commit through an index of its own.
        """
        with tempfile.TemporaryDirectory(prefix="scorecard-") as name:
            apart: Mapping[str, str] = {**SOMEBODY, "GIT_INDEX_FILE": str(Path(name, "index"))}
            tree = self.ask("rev-parse", "HEAD^{tree}")
            head = self.ask("rev-parse", "HEAD")
            if tree is None or head is None or self.ask("read-tree", "HEAD", **apart) is None:
                return None
            at = head.strip()
            base = self.ask(
                "commit-tree", tree.strip(), "-p", at, "-m", f"index of {message}", **apart
            )
            added = self.ask("add", "--all", "--", folder, **apart)
            kept = self.ask("write-tree", **apart)
            if base is None or added is None or kept is None:
                return None
            parents = ("-p", at, "-p", base.strip())
            commit = self.ask("commit-tree", kept.strip(), *parents, "-m", message, **apart)
        if commit is None:
            return None
        stored = self.ask("stash", "store", "--message", message, commit.strip(), **SOMEBODY)
        return None if stored is None else commit.strip()[:10]


def undo(commit: str, folder: str) -> str:
    """Say how to get a stashed copy back."""
    return f"git restore --source={commit} -- {folder}"
