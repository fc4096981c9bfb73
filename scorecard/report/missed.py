"""What did not pass, and why, in so few lines that the end of a log holds all of it."""

from collections.abc import Iterable, Iterator, Mapping

from rich.text import Text

from scorecard.ledger import Check
from scorecard.locale import Translator
from scorecard.report import reasons
from scorecard.report.ending import MARKS, Ending, ending, faults, unwritten
from scorecard.report.reasons import reason
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import number

COLOURS: Mapping[Ending, str] = dict(
    zip(Ending, ("green", "red", "yellow", "cyan", "dim"), strict=True)
)
MOST_LINES = 26
LONGEST = 240


def missed_lines(card: Scorecard, t: Translator) -> Iterator[Text]:
    """Yield a line for each check that failed or could not be checked; for several, if many.

    What only waits for unwritten tasks is no news: a line a project says which tasks these are.
    """
    told = [
        (project, check)
        for project in card.projects
        for check in project.checks
        if ending(project, check) in {Ending.FAILED, Ending.COULD_NOT_CHECK}
    ]
    if len(told) <= MOST_LINES:
        for project, check in told:
            rest = f"{why(project, check, t)}  {t(check.title)}"
            yield _line(ending(project, check), name(project, check), rest)
        return
    groups: dict[tuple[str, Ending], list[tuple[str, str]]] = {}
    for project, check in told:
        groups.setdefault((project.id, ending(project, check)), []).append(
            (name(project, check), why(project, check, t))
        )
    for (_, which), checks in groups.items():
        reasons = dict.fromkeys(reason for _, reason in checks)
        first = "; ".join([*reasons][:2])
        yield _line(which, _named(code for code, _ in checks), first, longest=2 * LONGEST)


def name(project: ProjectResult, check: Check) -> str:
    """Name a check in a word: ``P02.4a``, ``p02 lint``."""
    return check.code if check.code[:3].lower() == project.id else f"{project.id} {check.code}"


def waiting_line(project: ProjectResult, t: Translator) -> Text | None:
    """Say which tasks nobody has written, and how much waits for them; None where there is none."""
    tasks = unwritten(project)
    if not tasks:
        return None
    checks = sum(ending(project, check) is Ending.NOT_WRITTEN for check in project.checks)
    numbers = ", ".join(str(task.id) for task in tasks)
    lead = t.plural(
        "not written yet: task {tasks}", "not written yet: tasks {tasks}", len(tasks), tasks=numbers
    )
    waiting = t.plural("{n} check waits for them", "{n} checks wait for them", checks)
    return Text(f"{MARKS[Ending.NOT_WRITTEN]} {lead}; {waiting}", style=COLOURS[Ending.NOT_WRITTEN])


def why(project: ProjectResult, check: Check, t: Translator) -> str:
    """Say in one line why a check did not pass."""
    parts = [number(check), reason(project, check, t)]
    parts += [f"{f.where} {reasons.told(f.message, t)}" for f in faults(project, check)[:1]]
    if check.measured and check.measured.failures:
        worst = check.measured.failures[0]
        parts += [f"{worst.case}: {worst.actual or worst.mode}"]
    return " · ".join(" ".join(part.split()) for part in parts if part)


def _line(which: Ending, codes: str, rest: str, *, longest: int = LONGEST) -> Text:
    cut = rest if len(rest) <= longest else f"{rest[:longest]}…"
    return Text.assemble((f"{MARKS[which]} {codes}", COLOURS[which]), f"  {cut}")


def _named(codes: Iterable[str]) -> str:
    return ", ".join(codes)
