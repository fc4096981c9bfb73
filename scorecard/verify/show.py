"""Print what verifying found."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scorecard.verify.result import Compared, Generalisation, Outcome, Verification

MARKS = {
    Outcome.MATCH: ("=", "green"),
    Outcome.MISMATCH: ("≠", "red"),
    Outcome.NOT_CHECKABLE: ("?", "yellow"),
    Outcome.NOT_CLAIMED: ("·", "dim"),
}
STYLES = {0: "bold green", 1: "bold red", 2: "bold yellow"}


def show_verification(console: Console, told: Verification) -> None:
    """Print every check, then every pillar, then the verdict."""
    if told.checks:
        console.print(_checks(told))
    if told.pillars:
        console.print(_pillars(told))
    for line in _lines(told):
        console.print(Text(line, style="dim"))
    console.print(Text(told.verdict, style=STYLES[told.exit_code]))


def _checks(told: Verification) -> Table:
    table = Table("", "check", "claimed", "re-executed", "fresh", box=None, pad_edge=False)
    for row in told.checks:
        mark, style = MARKS[row.outcome]
        found = Text(row.found)
        if row.outcome in {Outcome.MISMATCH, Outcome.NOT_CHECKABLE}:
            found.append(f"\n{row.outcome}", style=style)
        if row.why:
            found.append(f"\n{row.why}", style=style)
        name = f"{row.project[:3]} {row.code}".strip()
        table.add_row(Text(mark, style=style), Text(name), Text(row.claimed), found, _fresh(row))
    return table


def _fresh(row: Compared) -> str:
    return f"{row.fresh_passed} of {row.fresh}" if row.fresh else ""


def _pillars(told: Verification) -> Table:
    table = Table("pillar", "evidence", "readiness", "generalisation gap", box=None, pad_edge=False)
    for pillar in told.pillars:
        gap = _gap(pillar.generalisation) if pillar.generalisation else "not measured"
        table.add_row(
            f"\n{pillar.pillar}", f"\n{pillar.evidence}", f"\n{pillar.readiness}", f"\n{gap}"
        )
    return table


def _gap(found: Generalisation) -> str:
    return (
        f"{found.gap:+.3f}: {found.public:.3f} on the public seed, {found.fresh_mean:.3f} on fresh "
        f"ones, at worst {found.worst:.3f} (seed {found.worst_seed})"
    )


def _lines(told: Verification) -> Iterator[str]:
    yield ""
    if told.claim:
        yield told.claim
    yield from told.notes
    if told.left_out:
        shown = ", ".join(told.left_out[:5])
        more = f" and {len(told.left_out) - 5} more" if len(told.left_out) > 5 else ""
        yield f"Left out, no plain files: {shown}{more}."
    if told.commit:
        seeds = ", ".join(map(str, told.fresh_seeds)) or "none"
        confined = "without a sandbox" if told.sandbox == "processes" else f"in {told.sandbox}"
        yield (
            f"commit {told.commit[:12]} · public seed {told.public_seed} · fresh seeds {seeds} · "
            f"{confined} · grader {told.grader_sha256[:12]} · {told.seconds:.0f} s"
        )
        yield told.person
