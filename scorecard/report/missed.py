"""What did not pass, and why, in so few lines that the end of a log holds all of it."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from scorecard.ledger import Check, State
from scorecard.locale import Translator
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import number

MARKS = {
    State.PASSED: ("✓", "green"),
    State.FAILED: ("✗", "red"),
    State.COULD_NOT_CHECK: ("?", "yellow"),
    State.NOT_REACHED: ("·", "dim"),
}
MOST_LINES = 26
LONGEST = 240


def missed_lines(card: Scorecard, t: Translator) -> Iterator[Text]:
    """Yield a line for each check that failed or could not be checked; for several, if many."""
    told = [
        (project, check)
        for project in card.projects
        for check in project.checks
        if check.state in {State.FAILED, State.COULD_NOT_CHECK}
    ]
    if len(told) <= MOST_LINES:
        for project, check in told:
            yield _line(check.state, name(project, check), f"{why(check, t)}  {t(check.title)}")
        return
    groups: dict[tuple[str, State], list[tuple[str, str]]] = {}
    for project, check in told:
        groups.setdefault((project.id, check.state), []).append(
            (name(project, check), why(check, t))
        )
    for (_, state), checks in groups.items():
        reasons = dict.fromkeys(reason for _, reason in checks)
        first = "; ".join([*reasons][:2])
        yield _line(state, _named(code for code, _ in checks), first, longest=2 * LONGEST)


def name(project: ProjectResult, check: Check) -> str:
    """Name a check in a word: ``P02.4a``, ``p02 lint``."""
    return check.code if check.code[:3].lower() == project.id else f"{project.id} {check.code}"


def why(check: Check, t: Translator) -> str:
    """Say in one line why a check did not pass."""
    parts = [t(str(check.cause)), number(check), t(check.detail)]
    parts += [f"{finding.where} {finding.message}" for finding in check.findings[:1]]
    if check.measured and check.measured.failures:
        worst = check.measured.failures[0]
        parts += [f"{worst.case}: {worst.actual or worst.mode}"]
    return " · ".join(" ".join(part.split()) for part in parts if part)


def _line(state: State, codes: str, rest: str, *, longest: int = LONGEST) -> Text:
    mark, style = MARKS[state]
    cut = rest if len(rest) <= longest else f"{rest[:longest]}…"
    return Text.assemble((f"{mark} {codes}", style), f"  {cut}")


def _named(codes: Iterable[str]) -> str:
    return ", ".join(codes)
