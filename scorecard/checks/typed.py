"""Types: mypy once over every project that parses, its findings split by project.

One syntax error makes mypy stop before it looks at anything else, so files that do not parse are
found first and their projects left out.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from scorecard.checks.sources import SHOWN, Sources
from scorecard.ledger import Check, Finding, State
from scorecard.place import Place
from scorecard.sandbox.tool import Ran, ToolError, run_tool

FATAL = 2
TIMEOUT_S = 600


async def check_types(
    place: Place, sources: Mapping[str, Sources], expected: Check
) -> dict[str, Check]:
    """Check the projects named, by slug; raises ``ToolError`` where mypy itself fails."""
    broken = {slug: read.broken for slug, read in sources.items() if read.broken}
    sound = [slug for slug in sources if slug not in broken]
    found = await _findings(place, sound) if sound else {}
    return {slug: _judged(expected, broken.get(slug) or found.get(slug, ())) for slug in sources}


async def _findings(place: Place, slugs: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    ran = await _run(place, slugs)
    if ran.code < FATAL:
        return split(ran.output.splitlines(), slugs)
    if len(slugs) == 1:
        return {slugs[0]: (Finding(where=slugs[0], message=_last(ran)),)}
    found: dict[str, tuple[Finding, ...]] = {}
    for slug in slugs:  # somebody stops mypy: find out who, so that the others are judged
        found |= await _findings(place, [slug])
    return found


async def _run(place: Place, slugs: Sequence[str]) -> Ran:
    options = ("--no-error-summary", "--output", "json", "--cache-dir", str(place.cache / "mypy"))
    folders = [f"projects/{slug}" for slug in slugs]
    ran = await run_tool(
        (
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            str(place.configuration),
            *options,
            *folders,
        ),
        folder=place.root,
        environment=place.environment(MYPYPATH=str(place.grader)),
        timeout_s=TIMEOUT_S,
    )
    if ran.code > FATAL or (ran.code == FATAL and "No module named mypy" in ran.errors):
        raise ToolError(f"mypy did not run: {_last(ran)}", advice="Run `make install`.")
    return ran


def _last(ran: Ran) -> str:
    return ((ran.errors or ran.output).strip().splitlines() or ["no word why"])[-1][:300]


def split(lines: Iterable[str], slugs: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
    """Sort mypy's JSON lines by project; what is about other files belongs to no learner."""
    found: dict[str, list[Finding]] = {slug: [] for slug in slugs}
    for line in lines:
        if not line.startswith("{"):
            continue
        entry = json.loads(line)
        parts = str(entry["file"]).replace("\\", "/").split("/")
        slug = parts[1] if len(parts) > 1 and parts[0] == "projects" else ""
        if entry["severity"] == "error" and slug in found:
            message = f"{entry['message']} [{entry['code']}]"
            found[slug].append(Finding(where=f"{entry['file']}:{entry['line']}", message=message))
    return {slug: tuple(findings) for slug, findings in found.items()}


def _judged(expected: Check, findings: Sequence[Finding]) -> Check:
    if not findings:
        return expected.ended(State.PASSED)
    detail = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    return expected.ended(State.FAILED, detail=detail, findings=tuple(findings[:SHOWN]))
