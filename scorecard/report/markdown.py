"""Markdown, for the summary page of a GitHub run."""

from collections.abc import Iterator, Mapping

from scorecard.locale import ENGLISH
from scorecard.report.ending import Ending, ending
from scorecard.report.reasons import reason
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

MARKS: Mapping[Ending, str] = dict(zip(Ending, "✅❌❔🔲⬜", strict=True))


def markdown_text(card: Scorecard) -> str:
    """Write the result as Markdown."""
    lines = ["# Scorecard", "", f"**{summary(card)}** {claim(card)} {advice(card)}", ""]
    for pillar in card.pillars:
        own = [project for project in card.projects if project.id in pillar.projects]
        if own:
            lines += [f"## {pillar.pillar}: {pillar.readiness}", ""]
            for project in own:
                lines += [*_project(project), ""]
    found = card.evidence
    lines.append(f"Model `{found.model}` ({found.answers}), seed {found.seed}, {found.commit}.")
    return "\n".join(lines) + "\n"


def _project(project: ProjectResult) -> Iterator[str]:
    yield f"### {project.id} {project.title}: {level_name(project.level_reached)}"
    yield ""
    yield "| | check | level | measured |"
    yield "|---|---|---|---|"
    for check in project.checks:
        found = reason(project, check, ENGLISH)
        why = number(check) if check.passed or check.measured else found
        title = f"{check.code} {_cell(check.title)}"
        yield f"| {MARKS[ending(project, check)]} | {title} | {check.level} | {_cell(why)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
