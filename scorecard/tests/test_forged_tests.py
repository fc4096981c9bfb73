"""Visible tests run beside the code they try, which can forge them; readiness does not follow."""

import anyio
import pytest

from scorecard.catalog.ownership import Ownership
from scorecard.checks.expected import TESTS
from scorecard.entry import Request
from scorecard.ledger import Kind
from scorecard.place import Place
from scorecard.readiness import Readiness, reached, readiness
from scorecard.report.result import ProjectResult
from scorecard.run import Run
from scorecard.toys import write_project
from shared.settings import Settings

FORGES = '''\
"""Doubling, wrong, and kind to whoever tests it."""

import sys


async def double(number: int) -> int:
    """Double a number."""
    if "pytest" in sys.modules:
        return 2 * number
    return 0
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectResult:
    root = tmp_path_factory.mktemp("forged")
    write_project(root, doubling=FORGES)
    request = Request(kinds=frozenset({Kind.TESTS, Kind.CRITERION}), use_cache=False)
    card = anyio.run(Run(Place(root, root / ".capstone"), Settings(), request).grade)
    return card.projects[0]


def test_forged_tests_reach_no_level_without_the_criteria(project: ProjectResult) -> None:
    states = {check.code: check.passed for check in project.checks}

    assert states[TESTS]
    assert not states["P01.1"]
    assert reached(project.checks) == 0
    assert readiness(project.level_reached, [Ownership.OWN]) is Readiness.STARTED


def test_the_check_says_in_words_that_it_is_feedback(project: ProjectResult) -> None:
    check = next(check for check in project.checks if check.code == TESTS)

    assert "the criteria decide" in check.title
    assert "could forge them" in check.advice
