"""The table of verdicts, as text."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shared.simulator.sensitivity.claims.claim import Finding, Verdict

MARKS: Mapping[Verdict, str] = {"shown": "✓", "not shown": "·", "contradicted": "✗"}


def table(findings: Sequence[Finding]) -> Iterator[str]:
    """Write one line a finding, those of one claim together."""
    yield f"  {'claim':31}{'profile':13}{'arms':>13}  {'effect [95 % interval]':24} wanted"
    ordered = sorted(findings, key=lambda f: [g.claim for g in findings].index(f.claim))
    last = ""
    for finding in ordered:
        yield _line(finding, finding.claim if finding.claim != last else "")
        last = finding.claim
    counts = Counter(finding.verdict for finding in findings)
    yield ""
    yield ", ".join(f"{counts[verdict]} {verdict}" for verdict in MARKS)


def _line(finding: Finding, claim: str) -> str:
    arms = ""
    if finding.before is not None and finding.after is not None:
        arms = f"{_number(finding.before)} → {_number(finding.after)}"
    effect = finding.effect
    interval = f"[{_number(effect.low)}, {_number(effect.high)}]"
    return (
        f"{MARKS[finding.verdict]} {claim:31}{finding.subject:13}{arms:>13}  "
        f"{_number(effect.value):>6} {interval:17} {_wanted(finding)}"
    )


def _wanted(finding: Finding) -> str:
    match finding.expected:
        case "gain":
            return "a gain"
        case "even":
            return f"within ± {finding.bound:.2f}"
        case side:
            return f"{side} {finding.bound:.2f}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
