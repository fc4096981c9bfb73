"""An in-toto Statement with the Test Result predicate, for a builder to sign.

Signed by whoever wrote the work it proves nothing; signed by a workflow of the graders' repository
(``.github/workflows/grade.yml``) it says which graders ran on which commit, and what they found.
"""

import json
from typing import Any, TypeAlias

from scorecard.ledger import State
from scorecard.report.page.links import links_of
from scorecard.report.page.render import label
from scorecard.report.result import Scorecard
from scorecard.verify.result import Compared, Outcome, Verification

Object: TypeAlias = dict[str, Any]
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"


def intoto_text(card: Scorecard) -> str:
    """Write the statement: the commit, or the projects' files where there is no commit."""
    statement = {
        "_type": STATEMENT,
        "subject": _subjects(card),
        "predicateType": PREDICATE,
        "predicate": predicate(card),
    }
    return json.dumps(statement, indent=2) + "\n"


def predicate_text(card: Scorecard) -> str:
    """Write the predicate alone, for a signer that states the subject itself."""
    return json.dumps(predicate(card), indent=2) + "\n"


def predicate(card: Scorecard) -> Object:
    """Say what passed; what could not be checked is a warning, and never counts as passed."""
    named: dict[State, list[str]] = {state: [] for state in State}
    for project in card.projects:
        for check in project.checks:
            named[check.state].append(label(project.id, check.code))
    warned = [*named[State.COULD_NOT_CHECK], *named[State.NOT_REACHED]]
    failed = named[State.FAILED]
    result = "FAILED" if failed else "WARNED" if warned or card.interrupted else "PASSED"
    return {
        "result": result,
        "configuration": _configuration(card),
        "passedTests": named[State.PASSED],
        "warnedTests": warned,
        "failedTests": failed,
    }


def verified_predicate_text(told: Verification) -> str:
    """Write what a verification found: passed only where it holds, on most fresh seeds too."""
    named: dict[str, list[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for row in told.checks:
        named[_kind(row)].append(label(row.project[:3], row.code))
    result = {0: "PASSED", 1: "FAILED"}.get(told.exit_code, "WARNED")
    drawn = {
        "repository": told.repository,
        "commit": told.commit,
        "publicSeed": told.public_seed,
        "freshSeeds": [str(seed) for seed in told.fresh_seeds],
        "sandbox": told.sandbox,
        "verdict": told.verdict,
    }
    grader = {"name": "grader", "digest": {"capstoneTreeSha256": told.grader_sha256}}
    run = {"name": "run", "annotations": drawn}
    if named["failedTests"]:
        result = "FAILED"
    return json.dumps({"result": result, "configuration": [grader, run], **named}, indent=2) + "\n"


def _kind(row: Compared) -> str:
    """Sort one check; a match of two failures is a failure."""
    if row.outcome is Outcome.MISMATCH or row.state is State.FAILED:
        return "failedTests"
    held = row.state is State.PASSED or (row.state is None and row.outcome is Outcome.MATCH)
    checked = row.outcome in {Outcome.MATCH, Outcome.NOT_CLAIMED}
    return "passedTests" if held and checked else "warnedTests"


def _subjects(card: Scorecard) -> list[Object]:
    """Name what was graded: a commit only where the tree held nothing else."""
    found, links = card.evidence, links_of(card)
    if found.commit and not found.dirty:
        name = f"git+{links.remote}" if links.remote else "repository"
        return [{"name": name, "digest": {"gitCommit": found.commit}}]
    return [
        {"name": f"projects/{project.slug}", "digest": {"capstoneTreeSha256": project.digest}}
        for project in card.projects
    ]


def _configuration(card: Scorecard) -> list[Object]:
    """Name the graders, the lock, the seed and the model: all that the result depends on."""
    found = card.evidence
    drawn = {"seed": found.seed, "model": found.model, "answers": found.answers}
    return [
        {"name": "grader", "digest": {"capstoneTreeSha256": found.grader_sha256}},
        {"name": "poetry.lock", "digest": {"sha256": found.lock_sha256}},
        {"name": "run", "annotations": {**drawn, "sandbox": found.sandbox}},
    ]
