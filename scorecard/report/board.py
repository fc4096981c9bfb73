"""The board: pillars, the projects under them, and every check with its number."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check, State
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

MARKS = {
    State.PASSED: ("✓", "green"),
    State.FAILED: ("✗", "red"),
    State.COULD_NOT_CHECK: ("?", "yellow"),
    State.NOT_REACHED: ("·", "dim"),
}


WIDE = 110


def show_board(console: Console, card: Scorecard) -> None:
    """Print the board."""
    for pillar in card.pillars:
        own = [project for project in card.projects if project.id in pillar.projects]
        if own:
            console.rule(f"[bold]{pillar.pillar}[/]  {pillar.readiness}", align="left")
            for project in own:
                console.print(_project(project, wide=console.width >= WIDE))
    for problem in card.problems:
        console.print(
            Text.assemble(("! ", "yellow"), f"{problem.where}: {problem.happened} {problem.advice}")
        )
    console.print(Panel(Group(*_footer(card)), border_style="dim"))


def _project(project: ProjectResult, *, wide: bool) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True, min_width=12)
    table.add_column(ratio=1)
    if wide:
        table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True)
    for check in project.checks:
        table.add_row(*_row(check, wide=wide))
    own = sum(task.ownership is Ownership.OWN for task in project.tasks)
    whose = f"{own} of {len(project.tasks)} tasks your own" if own else "reference code"
    title = (
        f"[bold]{project.id}[/] {escape(project.title)}  "
        f"[dim]the code reaches[/] {level_name(project.level_reached)}"
        f"[dim], {whose}, you:[/] {project.readiness}"
    )
    return Group(Text.from_markup(title), table, *_findings(project), Text())


def _row(check: Check, *, wide: bool) -> tuple[RenderableType, ...]:
    mark, style = MARKS[check.state]
    what = Text(check.title)
    if found := number(check):
        what.append("" if wide else f"\n{found}", style=style)
    if check.state is not State.PASSED and (check.cause or check.detail):
        reason = ": ".join(part for part in (str(check.cause), check.detail) if part)
        what.append(f"\n{reason}", style=style)
    return (
        Text(mark, style=style),
        Text(check.code, style=style if check.state is State.FAILED else ""),
        what,
        *([Text(found)] if wide else []),
        Text(f"L{check.level}", style="dim"),
    )


def _findings(project: ProjectResult) -> Iterator[Text]:
    for check in project.checks:
        lines = [f"{finding.where}  {finding.message}" for finding in check.findings]
        if check.measured and not check.passed:
            lines += [
                f"{f.case}: expected {f.expected or '—'}, got {f.actual or '—'} {f.mode}".strip()
                for f in check.measured.failures
            ]
        for line in lines[:5]:
            yield Text(f"    {check.code}  {line}", style="dim", overflow="ellipsis", no_wrap=True)
        if len(lines) > 5:
            yield Text(f"    {check.code}  and {len(lines) - 5} more, in the page", style="dim")


def _footer(card: Scorecard) -> Iterator[Text]:
    yield Text(summary(card), style="bold")
    yield Text(claim(card))
    yield Text(advice(card))
    yield Text(
        f"model {card.evidence.model} ({card.evidence.answers}), seed {card.evidence.seed}, "
        f"commit {card.evidence.commit[:10] or 'none'}"
        f"{' with uncommitted changes' if card.evidence.dirty else ''}, "
        f"{len(card.clock.from_cache)} results from the cache, {card.clock.seconds:.1f} s",
        style="dim",
    )
