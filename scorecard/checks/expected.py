"""The checks that every project has, whatever it is about."""

from scorecard.ledger import Check, Kind

TYPES, LINT, TESTS = "types", "lint", "tests"
GIT, TESTED, LOGGED, SUPPRESSIONS = "git", "tested", "logged", "suppressions"


def expected_checks() -> tuple[Check, ...]:
    """List them; the first three belong to level 1, practice to level 2."""
    return (
        Check(code=TYPES, kind=Kind.TYPES, title="mypy --strict finds nothing", level=1),
        Check(code=LINT, kind=Kind.LINT, title="ruff finds nothing", level=1),
        Check(code=TESTS, kind=Kind.TESTS, title="Every visible test passes", level=1),
        Check(
            code=TESTED,
            kind=Kind.TESTS,
            title="Every task is called by a test",
            level=2,
            advice="Write a test that calls it.",
        ),
        _practice(GIT, "The work is committed", "Commit it: what is not in Git is lost."),
        _practice(LOGGED, "Library code does not print", "Use logging; printing is for __main__."),
        _practice(SUPPRESSIONS, "Few findings are silenced", "Mend the cause, not the report."),
    )


def _practice(code: str, title: str, advice: str) -> Check:
    return Check(code=code, kind=Kind.PRACTICE, title=title, level=2, advice=advice)
