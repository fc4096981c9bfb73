"""Several candidates side by side: within one model only, and never as one single number.

A group is what may be compared: the same model, answered in the same way, judged by the same
grader. Inside a group candidates are ordered pillar by pillar; where two intervals overlap, they
share a place, since the order of their names would say more than the measurement does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scorecard.catalog.model import Pillar
from scorecard.ledger import Check
from scorecard.locale import Language, Translator, mark, translator
from scorecard.report.ending import MARKS, Ending, ending
from scorecard.report.page.links import fork_of
from scorecard.report.page.numbers import Numbers
from scorecard.report.page.render import label
from scorecard.report.page.view import PillarView, view_of
from scorecard.report.result import ProjectResult, Scorecard

REFUSED = mark(
    "Simulated and live answers, other models and other graders are not ranked against each other: "
    "each group stands for itself."
)
OF_WHAT = mark(
    "Percentages are the criteria of own work that hold, of all those that it has to meet; what is "
    "not written counts as not held. In brackets their 95 % interval."
)
COUNTED = (Ending.FAILED, Ending.COULD_NOT_CHECK)
SHOWN_NAME, SHOWN_ROWS = 40, 16


@dataclass(frozen=True)
class Candidate:
    """One result, under a name that tells it from the others."""

    name: str
    card: Scorecard
    pillars: tuple[PillarView, ...]

    def pillar(self, pillar: Pillar) -> PillarView:
        """Give what is known of one pillar."""
        return next(view for view in self.pillars if view.pillar is pillar)

    @property
    def own(self) -> int:
        """How many tasks are own work."""
        return sum(pillar.own for pillar in self.pillars)

    @property
    def unwritten(self) -> int:
        """How many tasks nobody has written."""
        return sum(pillar.unwritten for pillar in self.pillars)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return sum(pillar.tasks for pillar in self.pillars)

    def count(self, which: Ending) -> int:
        """Count the checks that ended so."""
        return sum(pillar.checks[which] for pillar in self.pillars)


@dataclass(frozen=True)
class Shown:
    """One check of one candidate."""

    project: ProjectResult
    check: Check

    @property
    def ending(self) -> Ending:
        """How it ended."""
        return ending(self.project, self.check)


@dataclass(frozen=True)
class Differing:
    """One check that does not end the same for all candidates of a group."""

    project: str
    code: str
    title: str
    each: tuple[Shown | None, ...]


@dataclass(frozen=True)
class Group:
    """Candidates that may be compared."""

    model: str
    answers: str
    grader: str
    candidates: tuple[Candidate, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds they were graded on."""
        return tuple(sorted({c.card.evidence.seed for c in self.candidates}))

    def place(self, candidate: Candidate, pillar: Pillar) -> int:
        """Say how many are clearly ahead in a pillar, plus one; 0 where nothing is their own."""
        mine = candidate.pillar(pillar)
        others = [other.pillar(pillar) for other in self.candidates]
        return 1 + sum(other.own > 0 and _ahead(other, mine) for other in others) if mine.own else 0

    def differing(self) -> Iterator[Differing]:
        """List the checks that tell the candidates apart."""
        each = [
            {(p.id, check.code): Shown(p, check) for p in c.card.projects for check in p.checks}
            for c in self.candidates
        ]
        for key in dict.fromkeys(key for checks in each for key in checks):
            found = tuple(checks.get(key) for checks in each)
            if len({shown.ending if shown else None for shown in found}) > 1:
                title = next(shown.check.title for shown in found if shown)
                yield Differing(*key, title, found)


@dataclass(frozen=True)
class Comparison:
    """Every group, the largest first."""

    groups: tuple[Group, ...]

    @property
    def refused(self) -> bool:
        """Whether there was anything that is not ranked together."""
        return len(self.groups) > 1


def comparison_of(results: Sequence[tuple[Path, Scorecard]]) -> Comparison:
    """Name the candidates and put them into groups."""
    groups: dict[tuple[str, str, str], list[Candidate]] = {}
    for name, card in zip(_names(results), (card for _, card in results), strict=True):
        found = card.evidence
        key = (found.model, found.answers, found.grader_sha256)
        pillars = view_of(card, (), None, "").pillars
        groups.setdefault(key, []).append(Candidate(name, card, pillars))
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return Comparison(tuple(Group(*key, _ordered(found)) for key, found in ordered))


def _names(results: Sequence[tuple[Path, Scorecard]]) -> list[str]:
    """Name each by its fork or author; by its file where two would be called the same."""
    names = [_name(file, card) for file, card in results]
    return [
        f"{name} ({file})" if names.count(name) > 1 else name
        for name, (file, _) in zip(names, results, strict=True)
    ]


def _name(file: Path, card: Scorecard) -> str:
    git = card.evidence.git
    return fork_of(card) or (git.author if git else "") or file.stem


def _ordered(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Order by readiness, the weakest pillar deciding first, then by how much own work holds.

    Whoever wrote nothing comes last: what the reference passes is nobody's.
    """

    def key(candidate: Candidate) -> tuple[object, ...]:
        steps = sorted(pillar.step for pillar in candidate.pillars if pillar.projects)
        held = sum(pillar.own_criteria[Ending.PASSED] for pillar in candidate.pillars)
        return (not candidate.own, [-s for s in steps], -held, -candidate.own, candidate.name)

    return tuple(sorted(candidates, key=key))


def _ahead(other: PillarView, mine: PillarView) -> bool:
    """Whether another is clearly further: readier, or as ready with an interval above."""
    if other.step != mine.step:
        return other.step > mine.step
    return other.own_criteria.interval[0] > mine.own_criteria.interval[1]


def show_comparison_table(console: Console, found: Comparison, language: Language) -> None:
    """Print a table a group."""
    t, numbers = translator(language), Numbers(language)
    if found.refused:
        console.print(Text(t(REFUSED), style="bold yellow"))
    for group in found.groups:
        console.print(_table(group, t, numbers))
        console.print(_notes(group, t))


def _table(group: Group, t: Translator, numbers: Numbers) -> Table:
    title = f"{_plain(group.model)} ({t(group.answers)}), {t('grader')} {group.grader[:12]}"
    table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    table.add_column(t("candidate"))
    for pillar in Pillar:
        table.add_column(t(pillar.value))
    for heading in (t("own tasks"), *(t(which.value) for which in COUNTED)):
        table.add_column(heading, justify="right")
    for candidate in group.candidates:
        cells = [_cell(group, candidate, pillar, t, numbers) for pillar in Pillar]
        counts = [candidate.count(which) for which in COUNTED]
        own = t("{done} of {all}", done=candidate.own, all=candidate.tasks)
        if candidate.unwritten:
            own += f"\n{t('{n} not written yet', n=candidate.unwritten)}"
        table.add_row(Text(_plain(candidate.name)), *cells, own, *map(str, counts))
    return table


def _cell(
    group: Group, candidate: Candidate, pillar: Pillar, t: Translator, numbers: Numbers
) -> Text:
    view = candidate.pillar(pillar)
    if not view.projects:
        return Text("—", style="dim")
    if not view.own:
        return Text(
            t("nothing written yet") if view.unwritten else t("reference code only"), style="dim"
        )
    found = view.own_criteria
    place = f"{group.place(candidate, pillar)}. " if len(group.candidates) > 1 else ""
    held = t("{done} of {all}", done=found[Ending.PASSED], all=found.total)
    lines = (
        f"{place}{t(view.readiness.value)}",
        f"{held}, {numbers.percent(found.share)}",
        numbers.shares(found.interval),
    )
    return Text("\n".join(lines), no_wrap=True)


def _notes(group: Group, t: Translator) -> Text:
    """Say what differs, and what makes the comparison weaker."""
    told = [
        f"{MARKS[shown.ending]} {_plain(candidate.name)}: {label(row.project, row.code)}"
        for row in group.differing()
        for candidate, shown in zip(group.candidates, row.each, strict=True)
        if shown and shown.ending in {Ending.FAILED, Ending.COULD_NOT_CHECK}
    ]
    lines = [t(OF_WHAT), *told[:SHOWN_ROWS]]
    if len(told) > SHOWN_ROWS:
        lines.append(t("and {n} more, in the page", n=len(told) - SHOWN_ROWS))
    if len(group.seeds) > 1:
        lines.append(t("They were graded on other seeds: small differences mean nothing."))
    return Text("\n".join(lines), style="dim")


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:SHOWN_NAME]
