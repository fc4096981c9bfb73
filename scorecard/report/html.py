"""One HTML page with everything in it: no script, no font, nothing fetched."""

from collections.abc import Iterator
from html import escape

from scorecard.ledger import Check, State
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import advice, claim, level_name, number, summary

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .25rem .5rem; }
tr + tr td { border-top: 1px solid #8884; }
td:nth-child(4) { font-variant-numeric: tabular-nums; }
td:nth-child(5) { white-space: nowrap; }
.passed { color: #1a7f37; } .failed { color: #cf222e; } .could-not-check { color: #9a6700; }
.not-reached, .dim { color: #777; } pre { overflow-x: auto; }
"""
MARKS = {State.PASSED: "✓", State.FAILED: "✗", State.COULD_NOT_CHECK: "?", State.NOT_REACHED: "·"}


def html_text(card: Scorecard) -> str:
    """Write the result as a page."""
    found = card.evidence
    body = "\n".join(_body(card))
    commit = found.commit or "none"
    facts = escape(
        f"model {found.model} ({found.answers}) · seed {found.seed} · commit {commit}"
        f"{' with uncommitted changes' if found.dirty else ''} · grader {found.grader_sha256[:12]}"
        f" · lock {found.lock_sha256[:12]} · {card.clock.finished_at}"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Scorecard</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>Scorecard</h1>\n"
        f"<p><strong>{escape(summary(card))}</strong> {escape(claim(card))}</p>\n"
        f"<p>{escape(advice(card))}</p>\n{body}\n<p class='dim'>{facts}</p>\n</body>\n</html>\n"
    )


def _body(card: Scorecard) -> Iterator[str]:
    for pillar in card.pillars:
        own = [project for project in card.projects if project.id in pillar.projects]
        if own:
            yield f"<h2>{pillar.pillar} <small>{pillar.readiness}</small></h2>"
            for project in own:
                yield from _project(project)
    for problem in card.problems:
        told = escape(f"{problem.where}: {problem.happened} {problem.advice}")
        yield f"<p class='failed'>{told}</p>"


def _project(project: ProjectResult) -> Iterator[str]:
    yield (
        f"<h3>{project.id} {escape(project.title)} "
        f"<small>the code reaches {level_name(project.level_reached)}, you: {project.readiness}"
        f"</small></h3>\n<p>{escape(project.skill)}</p>\n<table>"
    )
    for check in project.checks:
        yield _row(check)
    yield "</table>"


def _row(check: Check) -> str:
    style = check.state.replace(" ", "-")
    lines = [f"{f.where}  {f.message}" for f in check.findings]
    if check.measured:
        lines += [f"{f.case}: {f.expected} ≠ {f.actual} {f.mode}" for f in check.measured.failures]
    more = "\n".join(map(escape, lines))
    details = f"<details><summary>{len(lines)} cases</summary><pre>{more}</pre></details>"
    reason = "" if check.passed else ": ".join(p for p in (str(check.cause), check.detail) if p)
    return (
        f"<tr><td class='{style}' title='{check.state}'>{MARKS[check.state]}</td>"
        f"<td>{escape(check.code)}</td><td>{escape(check.title)}"
        f"{f'<br><small>{escape(reason)}</small>' if reason else ''}{details if lines else ''}</td>"
        f"<td>{escape(number(check))}</td><td class='dim'>level {check.level}</td></tr>"
    )
