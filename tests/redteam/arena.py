"""Where cheats and honest people are graded alike, and what counts as a win.

A cheat wins where a check that must reject it is reported as passed, where ``verify`` says that a
false claim holds, or where something of the host got out or was changed: the canary is told, a
file stands where none may, a process goes on.
"""

import asyncio
import json
import os
import secrets
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scorecard.digest import digest_tree
from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.sandbox.confine import Name, choose_sandbox
from scorecard.toys import commit_all, git, running
from scorecard.verify.rerun import Bench
from scorecard.verify.result import Outcome, Verification
from scorecard.verify.verify import Wish, verify
from shared.settings import Settings
from tests.redteam.cheat import Cheat
from tests.redteam.exercise import EXERCISES, write_exercise

PUBLIC_SEED = 7
SEED_BITS = 40
GONE_S = 5.0
OURS_ALONE = "said-in-the-grader-s-environment"
KINDS = {
    "types": Kind.TYPES,
    "lint": Kind.LINT,
    "tests": Kind.TESTS,
    "tested": Kind.TESTS,
    "logged": Kind.PRACTICE,
    "suppressions": Kind.PRACTICE,
}
UNPARSED = {"unparsed.py": "def\n"}
"""A file that keeps mypy away where types are not what it is about."""


@dataclass(frozen=True)
class Fought:
    """How one cheat fared: ``won`` says how, where it did; ``said`` what was reported."""

    cheat: Cheat
    seconds: float
    won: str = ""
    said: str = ""


@dataclass
class Arena:
    """The verifier's checkout, its home, and a folder outside where nothing may appear."""

    root: Path
    sandbox: Name
    port: int
    canary: str = field(default_factory=lambda: f"canary-{secrets.token_hex(8)}")
    _claims: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def ours(self) -> Path:
        """The verifier's checkout."""
        return self.root / "ours"

    @property
    def home(self) -> Path:
        """Where the verifier keeps what it may lose."""
        return self.root / "home"

    def place(self) -> Place:
        """The verifier's place."""
        return Place(self.ours, self.home)

    def request(self, **more: Any) -> Request:
        """Ask for each check by itself, in this arena's sandbox."""
        return Request(sandbox=self.sandbox, use_cache=False, jobs=1, gated=False, **more)

    def bench(self, tree: Path) -> Bench:
        """Put somebody's tree on the verifier's bench."""
        return Bench(self.place(), Settings(), tree, self.request())

    def write(self, folder: Path, cheat: Cheat, mark: str) -> tuple[Path, Path]:
        """Write a submission, and make the folder beside it where nothing may appear."""
        tree, outside = folder / "theirs", folder / "outside"
        outside.mkdir()
        project = write_exercise(tree, cheat.slug)
        told = {
            "@OURS@": str(self.ours),
            "@HOME@": str(self.home),
            "@OUTSIDE@": str(outside),
            "@CANARY_FILE@": str(self.root / "canary.txt"),
            "@SECRET@": OURS_ALONE,
            "@PORT@": str(self.port),
            "@MARK@": mark,
        }
        if cheat.work:
            _write(project / "work.py", cheat.work, told)
        for name, text in cheat.files.items():
            _write(project / name, text, told)
        for name, text in cheat.above.items():
            _write(tree / name, text, told)
        return tree, outside

    async def fight(self, cheat: Cheat) -> Fought:
        """Grade one cheat, and see whether it won."""
        started = time.monotonic()
        mark = f"redteam-{secrets.token_hex(6)}"
        with tempfile.TemporaryDirectory(dir=self.root, ignore_cleanup_errors=True) as made:
            folder = Path(made)
            tree, outside = self.write(folder, cheat, mark)
            if cheat.verified or cheat.letter == "I":
                passed, said = await self._verify(cheat, tree, folder, outside)
            else:
                passed, said = await self._grade(cheat, tree)
            won = passed or await self._trace(outside, mark, said)
        return Fought(cheat, time.monotonic() - started, won, said)

    async def _grade(self, cheat: Cheat, tree: Path) -> tuple[str, str]:
        """Grade staged work on a fresh seed; return what passed that must not, and all that is."""
        kinds = frozenset(KINDS.get(code, Kind.CRITERION) for code in cheat.must_not_pass)
        seed = secrets.randbits(SEED_BITS)
        card = await self.bench(tree).grade([cheat.slug], seed, kinds)
        states = {check.code: check for check in card.checks}
        passed = [c for c in cheat.must_not_pass if c not in states or states[c].passed]
        return f"{', '.join(passed)} passed" if passed else "", card.json_text()

    async def _verify(
        self, cheat: Cheat, tree: Path, folder: Path, outside: Path
    ) -> tuple[str, str]:
        """Verify a repository, or a claim about one."""
        _write(tree / "projects" / cheat.slug / "unparsed.py", UNPARSED["unparsed.py"], {})
        claim = None
        if cheat.build:
            cheat.build(tree, outside)
        if not _has_commit(tree):
            commit_all(tree)
        before = _listing(outside)
        if not cheat.build:
            claim = await self._claim(cheat, tree, folder)
        wish = Wish(
            str(tree),
            claim=claim,
            projects=(cheat.slug[:3],),
            seeds=3 if cheat.letter == "I" else 0,
            request=self.request(),
        )
        told = await verify(self.place(), Settings(), wish)
        if grown := _listing(outside) - before:
            return f"{', '.join(sorted(grown))} appeared outside", told.json_text()
        return _held(cheat, told), told.json_text()

    async def _claim(self, cheat: Cheat, tree: Path, folder: Path) -> Path:
        """Write what the learner would claim of these files: as graded, or changed by hand."""
        key = cheat.work if cheat.letter == "I" else "honest"
        if key not in self._claims:
            card = await self.bench(tree).grade([cheat.slug], PUBLIC_SEED)
            self._claims[key] = json.loads(card.json_text())
        card = json.loads(json.dumps(self._claims[key]))
        card["projects"][0]["digest"] = digest_tree(tree / "projects" / cheat.slug)
        if cheat.change:
            cheat.change(card)
        (folder / "claim.json").write_text(json.dumps(card))
        return folder / "claim.json"

    async def _trace(self, outside: Path, mark: str, said: str) -> str:
        """Look for what the cheat left or took."""
        if self.canary in said:
            return "the canary was told"
        if [name for name in _listing(outside) if name.endswith("planted")]:
            return "a file appeared outside"
        until = time.monotonic() + GONE_S
        while running(mark):
            if time.monotonic() > until:
                return "a process goes on"
            await asyncio.sleep(0.1)
        return ""


def _held(cheat: Cheat, told: Verification) -> str:
    """Say what a verdict believes that is not true; learnt answers are claimed as they fared."""
    if cheat.change and told.exit_code == 0:
        return f"verify says: {told.verdict}"
    rows = {row.code: row for row in told.checks if row.project == cheat.slug}
    believed = [
        code
        for code in cheat.must_not_pass
        if (row := rows.get(code))
        and row.found.startswith("passed")
        and (cheat.letter != "I" or row.outcome is Outcome.MATCH)
    ]
    return f"{', '.join(believed)} passed" if believed else ""


def _write(file: Path, text: str, told: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, value in told.items():
        text = text.replace(name, value)
    file.write_text(text, encoding="utf-8")


def _has_commit(tree: Path) -> bool:
    if not (tree / ".git").exists():
        return False
    return git(tree, "rev-list", "--all", "--max-count=1") != ""


def _listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if ".git" not in path.parts}


@asynccontextmanager
async def arena(sandbox: Name | None = None) -> AsyncIterator[Arena]:
    """Set up the verifier's side; at the end nothing may be left of what was graded."""
    name = sandbox or choose_sandbox("auto").name
    with tempfile.TemporaryDirectory(prefix="redteam-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        with _temporary(root / "tmp"), _listening() as port:
            made = Arena(root, name, port)
            for slug in EXERCISES:
                write_exercise(made.ours, slug, canary=made.canary)
            (root / "canary.txt").write_text(made.canary)
            made.home.mkdir()
            (made.home / "scorecard.json").write_text(json.dumps({"secret": made.canary}))
            yield made


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Have everything temporary made in ``folder``; raises ``OSError`` where something stays."""
    folder.mkdir()
    kept, tempfile.tempdir = (os.environ.get("TMPDIR"), tempfile.tempdir), str(folder)
    os.environ["TMPDIR"] = str(folder)
    os.environ["REDTEAM_SECRET"] = OURS_ALONE
    try:
        yield
        if left := [path.name for path in folder.iterdir() if not path.name.endswith("-socket")]:
            raise OSError(f"left behind in the temporary folder: {', '.join(left[:5])}")
    finally:
        tempfile.tempdir = kept[1]
        for name in ("TMPDIR", "REDTEAM_SECRET"):
            os.environ.pop(name)
        if kept[0] is not None:
            os.environ["TMPDIR"] = kept[0]


@contextmanager
def _listening() -> Iterator[int]:
    """Stand ready for those who look for somebody outside."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])
