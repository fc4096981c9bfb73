"""The checks that every project has, whatever it is about."""

from scorecard.ledger import Check, Kind
from scorecard.locale import mark

TYPES, LINT, TESTS = "types", "lint", "tests"
GIT, TESTED, LOGGED, SUPPRESSIONS = "git", "tested", "logged", "suppressions"


def expected_checks() -> tuple[Check, ...]:
    """List them; the first three belong to level 1, practice to level 2."""
    return (
        Check(code=TYPES, kind=Kind.TYPES, title=mark("mypy --strict finds nothing"), level=1),
        Check(code=LINT, kind=Kind.LINT, title=mark("ruff finds nothing"), level=1),
        Check(
            code=TESTS,
            kind=Kind.TESTS,
            title=mark("Every visible test passes (feedback; the criteria decide)"),
            level=1,
            advice=mark(
                "They run in one process with the code they try, which could forge them: they can "
                "hold a level back, and never reach one without the criteria."
            ),
        ),
        Check(
            code=TESTED,
            kind=Kind.TESTS,
            title=mark("Every task is called by a test"),
            level=2,
            advice=mark("Write a test that calls it."),
        ),
        _practice(
            GIT, mark("The work is committed"), mark("Commit it: what is not in Git is lost.")
        ),
        _practice(
            LOGGED,
            mark("Library code does not print"),
            mark("Use logging; printing is for __main__."),
        ),
        _practice(
            SUPPRESSIONS,
            mark("Few findings are silenced"),
            mark("Mend the cause, not the report."),
        ),
    )


def _practice(code: str, title: str, advice: str) -> Check:
    return Check(code=code, kind=Kind.PRACTICE, title=title, level=2, advice=advice)
