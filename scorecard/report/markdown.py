"""Markdown, for the summary page of a GitHub run."""

from collections.abc import Iterator

from scorecard.ledger import State
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

MARKS = {
    State.PASSED: "✅",
    State.FAILED: "❌",
    State.COULD_NOT_CHECK: "❔",
    State.NOT_REACHED: "⬜",
}


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
        why = number(check) if check.passed or check.measured else f"{check.cause} {check.detail}"
        title = f"{check.code} {_cell(check.title)}"
        yield f"| {MARKS[check.state]} | {title} | {check.level} | {_cell(why)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()
