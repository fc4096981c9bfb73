"""Every way a project can go wrong, graded in one run: each is named, none disturbs another."""

import anyio
import pytest

from scorecard.entry import Request
from scorecard.evals.court import Patience
from scorecard.ledger import Cause, Check, State
from scorecard.place import Place
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.run import Run
from scorecard.toys import CRITERIA, DOUBLING, TEST, TOML, doubling, running, write_project
from shared.settings import Settings

GOOD, SYNTAX, ASLEEP, BUSY, LOUD, GONE, HUNGRY, STUB, DAEMON, FORGER = range(1, 11)
FACT, CRITERION, TESTS_HANG, TESTS_EXIT, BROKEN, WRONG, JAMMER, STUBBORN = range(11, 19)
MARK = "scorecard-orphan-of-a-toy"

FACT_RAISES = CRITERIA.replace("    draw =", "    raise KeyError('oops')\n    draw =")
CRITERION_HANGS = CRITERIA.replace("import random", "import random\nimport time").replace(
    "    return share", "    time.sleep(600)\n    return share"
)
WRITES_EVERYWHERE = """
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b'{"id": 99, "returned": 4}\\n')
    return 2 * number
"""
IGNORES_SIGTERM = f"""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}])
    return 2 * number
"""
NO_CALL = TEST.replace("await double(2)", "double and 4")
HASTY = CRITERIA.replace("timeout_s=30", "timeout_s=2")
LEAVES_A_DAEMON = f"""
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", {MARK!r}], start_new_session=True
    )
    return 2 * number
"""
PRINTS_PROTOCOL = """
    line = '{"id": 1, "returned": 0}'
    print(line)
    os.write(2, line.encode())
    return 2 * number
"""


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    root = tmp_path_factory.mktemp("bad")
    write_project(root, GOOD)
    write_project(root, SYNTAX, doubling="def double(:\n")
    asleep = doubling("    await asyncio.sleep(600)\n    return 0")
    write_project(root, ASLEEP, doubling=asleep, criteria=HASTY, test=NO_CALL)
    busy = doubling("    time.sleep(600)\n    return 0")
    write_project(root, BUSY, doubling=busy, criteria=HASTY, test=NO_CALL)
    loud = "    for _ in range(100):\n        print('x' * 100_000)\n    return 2 * number"
    write_project(root, LOUD, doubling=doubling(loud), test=NO_CALL)
    write_project(root, GONE, doubling=doubling("    os._exit(0)"), test=NO_CALL)
    hungry = "    return len([bytes(1 << 20) for _ in range(100_000)])"
    write_project(root, HUNGRY, doubling=doubling(hungry), test=NO_CALL)
    write_project(root, STUB, doubling=doubling("    raise NotImplementedError('task 1')"))
    write_project(root, DAEMON, doubling=doubling(LEAVES_A_DAEMON))
    write_project(root, FORGER, doubling=doubling(PRINTS_PROTOCOL))
    write_project(root, FACT, criteria=FACT_RAISES)
    write_project(root, CRITERION, criteria=CRITERION_HANGS)
    hang = TEST.replace("import pytest", "import time\n\nimport pytest")
    hang = hang.replace("    assert", "    time.sleep(600)\n    assert")
    write_project(root, TESTS_HANG, test=hang, toml=TOML.replace("tests_s = 60", "tests_s = 3"))
    leave = TEST.replace("import pytest", "import os\n\nimport pytest")
    write_project(root, TESTS_EXIT, test=leave.replace("    assert", "    os._exit(0)\n    assert"))
    write_project(root, JAMMER, doubling=doubling(WRITES_EVERYWHERE), test=NO_CALL)
    write_project(root, STUBBORN, doubling=doubling(IGNORES_SIGTERM), test=NO_CALL)
    write_project(root, BROKEN, toml=TOML.replace("hours = 1", "hours = 'many'"))
    write_project(root, WRONG, doubling=DOUBLING.replace("2 * number", "3 * number"))
    return anyio.run(_grade, Place(root, root / ".capstone"))


async def _grade(place: Place) -> Scorecard:
    request = Request(seed=3, jobs=3, patience=Patience(judging_s=1, grace_s=1))
    return await Run(place, Settings(), request).grade()


def _project(card: Scorecard, number: int) -> ProjectResult:
    return next(p for p in card.projects if p.id == f"p{number:02}")


def _check(card: Scorecard, number: int, code: str) -> Check:
    wanted = f"P{number:02}.{code}" if code.isdecimal() else code
    return next(c for c in _project(card, number).checks if c.code == wanted)


def test_every_expected_check_ended(card: Scorecard) -> None:
    counts = {project.id: len(project.checks) for project in card.projects}

    assert set(counts.values()) == {9}
    assert len(counts) == 17


def test_a_good_project_is_untouched_by_its_neighbours(card: Scorecard) -> None:
    missed = [c for c in _project(card, GOOD).checks if not c.passed]

    assert [c.code for c in missed] == ["git"], [c.detail for c in missed]


@pytest.mark.parametrize(
    ("number", "state", "cause"),
    [
        (SYNTAX, State.COULD_NOT_CHECK, Cause.RAISED),
        (ASLEEP, State.COULD_NOT_CHECK, Cause.TIMED_OUT),
        (BUSY, State.COULD_NOT_CHECK, Cause.TIMED_OUT),
        (LOUD, State.PASSED, Cause.NONE),
        (GONE, State.COULD_NOT_CHECK, Cause.CRASHED),
        (HUNGRY, State.COULD_NOT_CHECK, Cause.MEMORY),
        (STUB, State.COULD_NOT_CHECK, Cause.RAISED),
        (DAEMON, State.PASSED, Cause.NONE),
        (FORGER, State.PASSED, Cause.NONE),
        (FACT, State.COULD_NOT_CHECK, Cause.GRADER),
        (CRITERION, State.COULD_NOT_CHECK, Cause.TIMED_OUT),
        (WRONG, State.FAILED, Cause.NONE),
        (JAMMER, State.COULD_NOT_CHECK, Cause.PROTOCOL),
        (STUBBORN, State.PASSED, Cause.NONE),
    ],
)
def test_a_criterion_ends_with_a_named_state(
    card: Scorecard, number: int, state: State, cause: Cause
) -> None:
    check = _check(card, number, "1")

    assert (check.state, check.cause) == (state, cause), check.detail


def test_a_level_is_not_reached_over_a_failed_one(card: Scorecard) -> None:
    check = _check(card, WRONG, "2")

    assert (check.state, check.cause) == (State.NOT_REACHED, Cause.LOWER_LEVEL)


def test_a_syntax_error_names_its_line_and_blinds_nobody(card: Scorecard) -> None:
    check = _check(card, SYNTAX, "types")

    assert check.state is State.FAILED
    assert check.findings[0].where == "projects/p02_toy/doubling.py:1"
    assert _check(card, WRONG, "types").passed


@pytest.mark.parametrize(
    ("number", "cause"), [(TESTS_HANG, Cause.TIMED_OUT), (TESTS_EXIT, Cause.CRASHED)]
)
def test_tests_that_never_end_are_blamed_alone(card: Scorecard, number: int, cause: Cause) -> None:
    check = _check(card, number, "tests")

    assert (check.state, check.cause) == (State.COULD_NOT_CHECK, cause)
    assert _check(card, GOOD, "tests").passed
    assert _check(card, FACT, "tests").passed


def test_a_broken_project_file_is_reported_with_its_line(card: Scorecard) -> None:
    (problem,) = card.problems

    assert problem.where == "projects/p15_toy/project.toml:7"
    assert problem.happened.startswith("hours:")


def test_nothing_is_left_running(card: Scorecard) -> None:
    assert card.projects
    assert running(MARK) == []


def test_something_failed_so_the_exit_code_is_one(card: Scorecard) -> None:
    assert card.exit_code == 1
