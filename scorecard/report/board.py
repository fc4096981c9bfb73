"""The board: pillars, the projects under them, and what a busy reader must know of each.

Of a project in which all passed, two lines; of another, what did not pass. In full, every check.
The causes stand once more at the end, where a log that was cut still has them.
"""

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Check
from scorecard.locale import ENGLISH, Translator
from scorecard.report import reasons
from scorecard.report.ending import MARKS, Ending, ending, faults
from scorecard.report.missed import COLOURS, missed_lines, name, waiting_line
from scorecard.report.page.weigh import Piece
from scorecard.report.reasons import reason
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

WIDE = 110
SHOWN = {Ending.FAILED, Ending.COULD_NOT_CHECK}


def show_board(
    console: Console, card: Scorecard, t: Translator = ENGLISH, *, full: bool = False
) -> None:
    """Print the board, in short or in full."""
    for pillar in card.pillars:
        own = [project for project in card.projects if project.id in pillar.projects]
        if own:
            console.rule(f"[bold]{t(pillar.pillar)}[/]  {t(pillar.readiness)}", align="left")
            for project in own:
                console.print(_project(project, t, wide=console.width >= WIDE, full=full))
    for problem in card.problems:
        console.print(
            Text.assemble(("! ", "yellow"), f"{problem.where}: {problem.happened} {problem.advice}")
        )
    for line in missed_lines(card, t):
        console.print(line, soft_wrap=True)
    console.print(Panel(Group(*_footer(card, t)), border_style="dim"))


def _project(project: ProjectResult, t: Translator, *, wide: bool, full: bool) -> RenderableType:
    ended = [(check, ending(project, check)) for check in project.checks]
    shown = [check for check, which in ended if full or which in SHOWN]
    unreached = () if full else [c for c, which in ended if which is Ending.NOT_REACHED]
    parts: list[RenderableType] = [_title(project, t)]
    if not full:
        parts += [Text(line, style="dim") for line in _counts(project, t)]
    if shown:
        parts.append(_table(project, shown, t, wide=wide))
    if waiting := waiting_line(project, t):
        parts.append(waiting)
    parts += [Text(line, style="dim") for line in _unreached(project, unreached, t)]
    return Group(*parts, *_findings(project, shown, t), Text())


def _title(project: ProjectResult, t: Translator) -> Text:
    own = sum(task.ownership is Ownership.OWN for task in project.tasks)
    whose = t("reference code")
    if own:
        whose = t("{own} of {all} tasks your own", own=own, all=len(project.tasks))
    return Text.from_markup(
        f"[bold]{project.id}[/] {escape(project.title)}  "
        f"[dim]{t('the code reaches')}[/] {t(level_name(project.level_reached))}"
        f"[dim], {whose}, {t('you:')}[/] {t(project.readiness)}"
    )


def _counts(project: ProjectResult, t: Translator) -> Iterator[str]:
    """Count by level what passed; where all did, add the criterion that holds by the least."""
    levels = sorted({check.level for check in project.checks})
    told = []
    for level in levels:
        at = [check for check in project.checks if check.level == level]
        told.append(f"{t(level_name(level))} {sum(c.passed for c in at)}/{len(at)}")
    yield f"  {t('passed')}: {', '.join(told)}"
    if all(check.passed for check in project.checks):
        measured = [Piece(project, c, own=False) for c in project.checks if c.measured]
        if measured:
            least = min(measured, key=lambda piece: piece.margin).check
            yield f"  {t('Weakest evidence')}: {least.code} {t(least.title)}, {number(least)}"


def _unreached(project: ProjectResult, checks: Iterable[Check], t: Translator) -> Iterator[str]:
    """Say once why checks were not reached, however many wait for the same."""
    groups: dict[str, list[str]] = {}
    for check in checks:
        groups.setdefault(reason(project, check, t), []).append(name(project, check))
    for why, codes in groups.items():
        yield f"·  {', '.join(codes)}: {why}"


def _table(project: ProjectResult, checks: Iterable[Check], t: Translator, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True, min_width=12)
    table.add_column(ratio=1)
    if wide:
        table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True)
    for check in checks:
        table.add_row(*_row(project, check, t, wide=wide))
    return table


def _row(
    project: ProjectResult, check: Check, t: Translator, *, wide: bool
) -> tuple[RenderableType, ...]:
    which = ending(project, check)
    style = COLOURS[which]
    what = Text(t(check.title))
    if found := number(check):
        what.append("" if wide else f"\n{found}", style=style)
    if not check.passed and (check.cause or check.detail):
        what.append(f"\n{reason(project, check, t)}", style=style)
    return (
        Text(MARKS[which], style=style),
        Text(check.code, style=style if which is Ending.FAILED else ""),
        what,
        *([Text(found)] if wide else []),
        Text(f"L{check.level}", style="dim"),
    )


def _findings(project: ProjectResult, checks: Iterable[Check], t: Translator) -> Iterator[Text]:
    for check in checks:
        lines = [f"{f.where}  {reasons.told(f.message, t)}" for f in faults(project, check)]
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
