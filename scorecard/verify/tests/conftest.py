"""A verifier's checkout beside a learner's, and what the verifier makes of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import pytest

from scorecard.entry import Request
from scorecard.place import Place
from scorecard.report.result import Scorecard
from scorecard.run import Run
from scorecard.sandbox.confine import choose_sandbox
from scorecard.toys import commit_all, only_criteria, write_project
from scorecard.verify.result import Verification
from scorecard.verify.verify import Wish, verify
from shared.settings import Settings

SANDBOX = choose_sandbox("auto").name
Change: TypeAlias = Callable[[dict[str, Any]], None]


def write_pair(folder: Path, **files: str) -> tuple[Path, Path]:
    """Write a verifier's checkout and a learner's, with some of the learner's files replaced."""
    for folder_of in (write_project(folder / "ours"), write_project(folder / "theirs", 1, **files)):
        only_criteria(folder_of)
        (folder_of / "tests").rmdir()  # Git keeps no empty folders
    return folder / "ours", folder / "theirs"


def claimed(theirs: Path) -> dict[str, Any]:
    """Grade as the learner would, and return what they then claim."""
    place, request = Place(theirs, theirs.parent / "home"), Request(use_cache=False)
    card: Scorecard = anyio.run(Run(place, Settings(), request).grade)
    claim: dict[str, Any] = json.loads(card.json_text())
    return claim


def verified(
    ours: Path, theirs: Path, *, seeds: int = 1, claim: Path | None = None
) -> Verification:
    wish = Wish(str(theirs), claim=claim, seeds=seeds, request=Request(sandbox=SANDBOX))
    place = Place(ours, ours.parent / "home")
    return anyio.run(verify, place, Settings(), wish)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    ours, theirs = write_pair(tmp_path_factory.mktemp("honest"))
    commit_all(theirs)
    claim = claimed(theirs)
    (theirs / "scorecard.json").write_text(json.dumps(claim))
    commit_all(theirs)
    return ours, theirs, claim


@pytest.fixture
def against(
    honest: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> Callable[[Change], Verification]:
    ours, theirs, claim = honest

    def call(change: Change) -> Verification:
        altered = json.loads(json.dumps(claim))
        change(altered)
        (tmp_path / "claim.json").write_text(json.dumps(altered))
        return verified(ours, theirs, seeds=0, claim=tmp_path / "claim.json")

    return call
