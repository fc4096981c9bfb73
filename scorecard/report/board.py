"""The board: pillars, the projects under them, and every check with its number."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, State
from scorecard.locale import ENGLISH, Translator
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

MARKS = {
    State.PASSED: ("✓", "green"),
    State.FAILED: ("✗", "red"),
    State.COULD_NOT_CHECK: ("?", "yellow"),
    State.NOT_REACHED: ("·", "dim"),
}


WIDE = 110


def show_board(console: Console, card: Scorecard, t: Translator = ENGLISH) -> None:
    """Print the board."""
    for pillar in card.pillars:
        own = [project for project in card.projects if project.id in pillar.projects]
        if own:
            console.rule(f"[bold]{t(pillar.pillar)}[/]  {t(pillar.readiness)}", align="left")
            for project in own:
                console.print(_project(project, t, wide=console.width >= WIDE))
    for problem in card.problems:
        console.print(
            Text.assemble(("! ", "yellow"), f"{problem.where}: {problem.happened} {problem.advice}")
        )
    console.print(Panel(Group(*_footer(card, t)), border_style="dim"))


def _project(project: ProjectResult, t: Translator, *, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True, min_width=12)
    table.add_column(ratio=1)
    if wide:
        table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True)
    for check in project.checks:
        table.add_row(*_row(check, t, wide=wide))
    own = sum(task.ownership is Ownership.OWN for task in project.tasks)
    whose = t("reference code")
    if own:
        whose = t("{own} of {all} tasks your own", own=own, all=len(project.tasks))
    title = (
        f"[bold]{project.id}[/] {escape(project.title)}  "
        f"[dim]{t('the code reaches')}[/] {t(level_name(project.level_reached))}"
        f"[dim], {whose}, {t('you:')}[/] {t(project.readiness)}"
    )
    return Group(Text.from_markup(title), table, *_findings(project, t), Text())


def _row(check: Check, t: Translator, *, wide: bool) -> tuple[RenderableType, ...]:
    mark, style = MARKS[check.state]
    what = Text(t(check.title))
    if found := number(check):
        what.append("" if wide else f"\n{found}", style=style)
    if check.state is not State.PASSED and (check.cause or check.detail):
        reason = ": ".join(part for part in (t(str(check.cause)), t(check.detail)) if part)
        what.append(f"\n{reason}", style=style)
    return (
        Text(mark, style=style),
        Text(check.code, style=style if check.state is State.FAILED else ""),
        what,
        *([Text(found)] if wide else []),
        Text(f"L{check.level}", style="dim"),
    )


def _findings(project: ProjectResult, t: Translator) -> Iterator[Text]:
    for check in project.checks:
        lines = [f"{finding.where}  {finding.message}" for finding in check.findings]
        if check.measured and not check.passed:
            lines += [
                t(
                    "{case}: expected {expected}, got {got} {mode}",
                    case=f.case,
                    expected=f.expected or "—",
                    got=f.actual or "—",
                    mode=f.mode,
                ).strip()
                for f in check.measured.failures
            ]
        for line in lines[:5]:
            yield Text(f"    {check.code}  {line}", style="dim", overflow="ellipsis", no_wrap=True)
        if len(lines) > 5:
            more = t("and {n} more, in the page", n=len(lines) - 5)
            yield Text(f"    {check.code}  {more}", style="dim")


def _footer(card: Scorecard, t: Translator) -> Iterator[Text]:
    yield Text(summary(card, t), style="bold")
    yield Text(claim(card, t))
    yield Text(advice(card, t))
    found, clock = card.evidence, card.clock
    told = t(
        "model {model} ({answers}), seed {seed}, commit {commit}",
        model=found.model,
        answers=t(found.answers),
        seed=found.seed,
        commit=found.commit[:10] or t("none"),
    )
    dirty = f" {t('with uncommitted changes')}" if found.dirty else ""
    known = t(
        "{n} results from the cache, {s} s", n=len(clock.from_cache), s=f"{clock.seconds:.1f}"
    )
    yield Text(f"{told}{dirty}, {known}", style="dim")
