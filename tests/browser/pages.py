"""Write the pages that the browser is shown: a real result, a hostile one, an enormous one."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scorecard.catalog.ownership import Ownership
from scorecard.ledger import Bound, Cause, Check, Finding, Kind, State
from scorecard.locale import LANGUAGES
from scorecard.readiness import Readiness
from scorecard.report.compare import comparison_of
from scorecard.report.history import read_records
from scorecard.report.page.compared import comparison_text
from scorecard.report.page.render import Context, page_text
from scorecard.report.result import PillarResult, ProjectResult, Scorecard
from shared.criteria.measure import Failure, Measured, share

ROOT: Final = Path(__file__).resolve().parents[2]
EXAMPLES: Final = ROOT / "docs" / "examples"
ATTACK: Final = (
    "</title></style></script><script>window.hit=1</script>"
    "<img src=x onerror='window.hit=1'><svg onload=window.hit=1>"
    '" autofocus onfocus="window.hit=1" x=\'{{ 7*7 }}\' ${7*7} '
    "[x](javascript:window.hit=1) \u202ereversed\u2066 \x00\x1b[31m <base href=//evil.example>"
)
KEPT: Final = frozenset(
    {
        *("schema_version", "kind", "state", "cause", "pillar", "ownership", "readiness"),
        *("answers", "sandbox", "unit"),
    }
)
PROJECTS, CHECKS = 100, 200
WRITTEN: Final = 2


def example() -> Scorecard:
    """Read the documented example."""
    return Scorecard.model_validate_json((EXAMPLES / "scorecard.json").read_bytes())


def hostile(card: Scorecard) -> Scorecard:
    """Put an attack into every text that a repository or a claim can choose."""
    return Scorecard.model_validate(_attacked(json.loads(card.json_text())))


def _attacked(value: Any) -> Any:
    match value:
        case str():
            return f"{value[:6]}{ATTACK}"
        case list():
            return [_attacked(item) for item in value]
        case Mapping():
            return {
                name: item if name in KEPT or name == "pillars" else _attacked(item)
                for name, item in value.items()
            } | ({"pillars": _pillars(value["pillars"])} if "pillars" in value else {})
        case _:
            return value


def _pillars(pillars: Any) -> Any:
    return [{**pillar, "projects": [ATTACK]} for pillar in pillars]


def begun(card: Scorecard) -> Scorecard:
    """Make a result of p01 alone: two tasks written, the others not, and what that leads to."""
    (first,) = [project for project in card.projects if project.id == "p01"]
    tasks = tuple(
        task.model_copy(
            update={
                "ownership": Ownership.OWN if task.id <= WRITTEN else Ownership.STUB,
                "similarity": 0.3 if task.id <= WRITTEN else None,
            }
        )
        for task in first.tasks
    )
    project = first.model_copy(
        update={
            "tasks": tasks,
            "checks": tuple(map(_waiting, first.checks)),
            "level_reached": 0,
            "readiness": Readiness.STARTED,
        }
    )
    pillars = tuple(
        PillarResult(
            pillar=one.pillar,
            readiness=Readiness.STARTED if one.pillar is first.pillar else Readiness.NOT_STARTED,
            projects=("p01",) if one.pillar is first.pillar else (),
        )
        for one in card.pillars
    )
    return card.model_copy(update={"projects": (project,), "pillars": pillars})


def _waiting(check: Check) -> Check:
    """End a check as it ends while tasks 3 to 10 of p01 are not written."""
    unwritten = "NotImplementedError: P01 task 3: Write equal answers in one form"
    match check.code:
        case "tests":
            found = Finding(where="projects/p01_prompting/voting.py:53", message=f"t: {unwritten}")
            return check.ended(State.FAILED, detail="43 of 118 passed", findings=(found,))
        case "tested":
            found = Finding(where="plans.solve", message="no test calls it")
            return check.ended(State.FAILED, detail="9 of 10", findings=(found,))
        case "P01.3a" | "P01.4c":
            said = f"voting.normalised raised {unwritten}"
            return check.ended(State.COULD_NOT_CHECK, Cause.RAISED, said)
        case "P01.3c" | "P01.4d":
            said = f"It means something only where {check.code[:4]}a holds."
            return check.ended(State.NOT_REACHED, Cause.PREREQUISITE, said)
        case _:
            return check


def nobodys(card: Scorecard) -> Scorecard:
    """Make a result of the reference alone."""

    def given(project: ProjectResult) -> ProjectResult:
        tasks = tuple(
            task.model_copy(update={"ownership": Ownership.REFERENCE, "similarity": None})
            for task in project.tasks
        )
        return project.model_copy(update={"tasks": tasks, "readiness": Readiness.NOT_STARTED})

    pillars = tuple(p.model_copy(update={"readiness": Readiness.NOT_STARTED}) for p in card.pillars)
    projects = tuple(map(given, card.projects))
    return card.model_copy(update={"projects": projects, "pillars": pillars})


def big(card: Scorecard, count: int = PROJECTS, checks: int = CHECKS) -> Scorecard:
    """Draw many projects of many checks each, most of which pass."""
    draw = random.Random(7)  # noqa: S311 (it draws a page, not a secret)
    pattern = card.projects[0]
    projects = tuple(_project(pattern, number, checks, draw) for number in range(count))
    pillars = tuple(
        PillarResult(
            pillar=pillar.pillar,
            readiness=Readiness.WORKS,
            projects=tuple(p.id for p in projects if p.pillar is pillar.pillar),
        )
        for pillar in card.pillars
    )
    return card.model_copy(update={"projects": projects, "pillars": pillars})


def _project(pattern: ProjectResult, number: int, count: int, draw: random.Random) -> ProjectResult:
    name = f"p{number:02}"
    checks = tuple(_check(f"P{number:02}.{at}", draw) for at in range(count))
    more = {"id": name, "slug": f"{name}_drawn", "title": f"Drawn project {number}"}
    return pattern.model_copy(update={**more, "checks": checks})


def _check(code: str, draw: random.Random) -> Check:
    n = draw.randrange(20, 500)
    passed = round(n * min(1.0, draw.betavariate(40, 2)))
    failures = [Failure(case=f"case {at}", expected="a", actual="b", mode="drawn") for at in (1, 2)]
    found: Measured = share([True] * passed + [False] * (n - passed), failures=failures)
    state = State.PASSED if found.value >= 0.9 else State.FAILED
    return Check(
        code=code,
        kind=Kind.CRITERION,
        title=f"Of drawn cases, at least 9 in 10 hold ({code})",
        level=draw.randrange(1, 4),
        threshold=Bound(at_least=0.9),
    ).ended(state, measured=found)


def write_pages(folder: Path) -> None:
    """Write every page into ``folder``."""
    card = example()
    history = read_records(sorted((EXAMPLES / "history").glob("*.json")))
    cards = {"example": card, "begun": begun(card), "nobodys": nobodys(card)}
    cards |= {"hostile": hostile(card), "big": big(card)}
    for name, shown in cards.items():
        for language in LANGUAGES:
            kept = history if name == "example" else ()
            context = Context(language=language, root=ROOT, history=kept)
            (folder / f"{name}.{language}.html").write_text(page_text(shown, context), "utf-8")
    whole = page_text(cards["big"], Context(limit=None))
    (folder / "whole.en.html").write_text(whole, "utf-8")
    live = card.model_copy(
        update={"evidence": card.evidence.model_copy(update={"model": "m", "answers": "live"})}
    )
    several = {
        "a": card,
        "b": cards["hostile"],
        "c": live,
        "d": cards["begun"],
        "e": cards["nobodys"],
    }
    found = comparison_of([(Path(name), one) for name, one in several.items()])
    for language in LANGUAGES:
        text = comparison_text(found, language)
        (folder / f"compare.{language}.html").write_text(text, "utf-8")
