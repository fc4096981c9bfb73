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
from scorecard.ledger import Check, State
from scorecard.locale import Language, Translator, mark, translator
from scorecard.report.page.links import fork_of
from scorecard.report.page.numbers import Numbers
from scorecard.report.page.view import MARKS, PillarView, view_of
from scorecard.report.result import Scorecard

REFUSED = mark(
    "Simulated and live answers, other models and other graders are not ranked against each other: "
    "each group stands for itself."
)
SHOWN_NAME = 40


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
    def tasks(self) -> int:
        """How many tasks there are."""
        return sum(pillar.tasks for pillar in self.pillars)

    def count(self, state: State) -> int:
        """Count the checks that ended so."""
        return sum(check.state is state for check in self.card.checks)


@dataclass(frozen=True)
class Differing:
    """One check that does not end the same for all candidates of a group."""

    project: str
    code: str
    title: str
    each: tuple[Check | None, ...]


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
        """Say how many are clearly ahead in a pillar, plus one."""
        own = candidate.pillar(pillar)
        return 1 + sum(_ahead(other.pillar(pillar), own) for other in self.candidates)

    def differing(self) -> Iterator[Differing]:
        """List the checks that tell the candidates apart."""
        each = [
            {(p.id, check.code): check for p in c.card.projects for check in p.checks}
            for c in self.candidates
        ]
        for key in dict.fromkeys(key for checks in each for key in checks):
            found = tuple(checks.get(key) for checks in each)
            if len({check.state if check else None for check in found}) > 1:
                title = next(check.title for check in found if check)
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
    """Order by readiness and then by what holds, the weakest pillar deciding first."""

    def key(candidate: Candidate) -> tuple[object, ...]:
        own = [pillar for pillar in candidate.pillars if pillar.projects]
        steps = sorted(pillar.step for pillar in own)
        return ([-step for step in steps], -sum(p.criteria.share for p in own), candidate.name)

    return tuple(sorted(candidates, key=key))


def _ahead(other: PillarView, own: PillarView) -> bool:
    """Whether another is clearly further: readier, or as ready with an interval above."""
    if other.step != own.step:
        return other.step > own.step
    return other.criteria.interval[0] > own.criteria.interval[1]


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
    for heading in (t("own tasks"), t("failed"), t("could not check")):
        table.add_column(heading, justify="right")
    for candidate in group.candidates:
        cells = [_cell(group, candidate, pillar, t, numbers) for pillar in Pillar]
        counts = [candidate.count(state) for state in (State.FAILED, State.COULD_NOT_CHECK)]
        own = t("{done} of {all}", done=candidate.own, all=candidate.tasks)
        table.add_row(Text(_plain(candidate.name)), *cells, own, *map(str, counts))
    return table


def _cell(
    group: Group, candidate: Candidate, pillar: Pillar, t: Translator, numbers: Numbers
) -> Text:
    view = candidate.pillar(pillar)
    if not view.projects:
        return Text("—", style="dim")
    low, high = view.criteria.interval
    place = f"{group.place(candidate, pillar)}. " if len(group.candidates) > 1 else ""
    share = (
        f"{numbers.percent(view.criteria.share)} [{numbers.percent(low)}; {numbers.percent(high)}]"
    )
    return Text(f"{place}{t(view.readiness.value)}\n{share}")


def _notes(group: Group, t: Translator) -> Text:
    """Say what differs, and what makes the comparison weaker."""
    lines = [
        f"{MARKS[check.state] if check else '—'} {_plain(candidate.name)}: {row.project} {row.code}"
        for row in list(group.differing())[:8]
        for candidate, check in zip(group.candidates, row.each, strict=True)
        if check is None or not check.passed
    ]
    if len(group.seeds) > 1:
        lines.append(t("They were graded on other seeds: small differences mean nothing."))
    return Text("\n".join(lines), style="dim")


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:SHOWN_NAME]
