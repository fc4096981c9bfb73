"""SARIF 2.1.0: what does not hold, at the learner's line, for editors and code scanning."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from scorecard.ledger import Check, Finding
from scorecard.locale import ENGLISH
from scorecard.report.ending import Ending, ending, faults
from scorecard.report.page.links import links_of
from scorecard.report.page.render import label
from scorecard.report.reasons import reason
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import number

Object: TypeAlias = dict[str, Any]
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Ending.FAILED: "error", Ending.COULD_NOT_CHECK: "warning"}
PLACE = re.compile(r"^(?!/)(?!.*\.\.)([\w./ -]+?\.\w+)(?::(\d+))?$")


def sarif_text(card: Scorecard) -> str:
    """Write the result as SARIF; what passed is a rule without a result."""
    pairs = [(project, check) for project in card.projects for check in project.checks]
    run = {
        "tool": {"driver": {**_driver(card), "rules": [_rule(p, c) for p, c in pairs]}},
        "invocations": [
            {
                "executionSuccessful": not card.interrupted,
                "startTimeUtc": _utc(card.clock.started_at),
                "endTimeUtc": _utc(card.clock.finished_at),
            }
        ],
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The repository's root."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            result
            for index, (project, check) in enumerate(pairs)
            if not check.passed
            for result in _results(project, check, index)
        ],
        **_provenance(card),
    }
    written = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def _driver(card: Scorecard) -> Object:
    """Name the tool; its graders' digest is its version, the fork that holds it its address."""
    driver: Object = {"name": "scorecard", "version": f"{card.schema_version}+{_digest(card)}"}
    if remote := links_of(card).remote:
        driver["informationUri"] = remote
    return driver


def _digest(card: Scorecard) -> str:
    return re.sub(r"[^0-9a-f]", "", card.evidence.grader_sha256[:16]) or "0"


def _rule(project: ProjectResult, check: Check) -> Object:
    rule: Object = {
        "id": label(project.id, check.code),
        "shortDescription": {"text": check.title},
        "properties": {"level": check.level, "kind": str(check.kind), "project": project.slug},
    }
    if check.advice:
        rule["help"] = {"text": check.advice}
    return rule


def _results(project: ProjectResult, check: Check, index: int) -> Iterator[Object]:
    """Yield a result for each finding; one for the check itself where there are none."""
    alone = Finding(where=check.where, message=_message(project, check))
    findings = faults(project, check) or (alone,)
    for finding in findings:
        found = PLACE.match(finding.where) or PLACE.match(check.where)
        path, line = (found[1], found[2]) if found else (f"projects/{project.slug}/__init__.py", "")
        code = label(project.id, check.code)
        print_ = hashlib.sha256(f"{code}\0{path}\0{finding.message}".encode()).hexdigest()[:32]
        yield {
            "ruleId": code,
            "ruleIndex": index,
            "level": LEVELS.get(ending(project, check), "note"),
            "message": {"text": f"{check.title}: {finding.message}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(path), "uriBaseId": "SRCROOT"},
                        "region": {"startLine": max(1, int(line or 1))},
                    }
                }
            ],
            "partialFingerprints": {"scorecardCheck/v1": print_},
        }


def _message(project: ProjectResult, check: Check) -> str:
    """Say what was measured, or why nothing was, and the first cases that went wrong."""
    why = reason(project, check, ENGLISH)
    lines = [number(check) or why or str(check.state)]
    for failure in check.measured.failures[:5] if check.measured else ():
        told = f"{failure.case}: expected {failure.expected or '—'}, got {failure.actual or '—'}"
        lines.append(f"{told} {failure.mode}".strip())
    return "\n".join(lines)


def _provenance(card: Scorecard) -> Object:
    links = links_of(card)
    if not links.remote or not links.commit:
        return {}
    return {
        "versionControlProvenance": [
            {
                "repositoryUri": links.remote,
                "revisionId": links.commit,
                "mappedTo": {"uriBaseId": "SRCROOT"},
            }
        ]
    }


def _uri(path: str) -> str:
    return path.replace(" ", "%20")


def _utc(at: str) -> str:
    """Write a time as SARIF wants it: in UTC, ending in Z."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return "1970-01-01T00:00:00Z"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
