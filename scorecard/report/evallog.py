"""EvalLog version 2, which ``inspect view`` opens: a sample a check, scored C, I or N.

Samples are the checks, not their cases: the cases of a criterion that failed stand in its sample's
explanation. What could not be checked is N, no answer, and counts as 0.
"""

import hashlib
import json
from collections import Counter
from typing import Any, TypeAlias

from scorecard.ledger import Check, State
from scorecard.report.page.links import links_of
from scorecard.report.page.render import label
from scorecard.report.result import ProjectResult, Scorecard
from scorecard.report.words import number

Object: TypeAlias = dict[str, Any]
SCORES = {State.PASSED: "C", State.FAILED: "I"}


def evallog_text(card: Scorecard) -> str:
    """Write the result as an EvalLog."""
    pairs = [(project, check) for project in card.projects for check in project.checks]
    samples = [_sample(project, check) for project, check in pairs]
    written = {
        "version": 2,
        "status": "cancelled" if card.interrupted else "success",
        "eval": _eval(card, [sample["id"] for sample in samples]),
        "plan": {"name": "scorecard", "steps": [], "config": {}},
        "results": _results(card),
        "stats": _stats(card),
        "samples": samples,
    }
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def _eval(card: Scorecard, ids: list[str]) -> Object:
    found = card.evidence
    name = hashlib.sha256(f"{found.commit}{card.clock.started_at}{found.seed}".encode()).hexdigest()
    spec: Object = {
        "eval_id": name[:22],
        "run_id": name[22:44],
        "task_id": "capstone-scorecard",
        "created": card.clock.started_at,
        "task": "scorecard",
        "task_version": card.schema_version,
        "dataset": {"name": "checks", "samples": len(ids), "sample_ids": ids},
        "model": f"{'sim' if found.answers == 'simulated' else 'live'}/{found.model}",
        "model_args": {},
        "task_args": {"seed": found.seed},
        "config": {"epochs": 1},
        "packages": {},
        "metadata": {"grader_sha256": found.grader_sha256, "sandbox": found.sandbox},
    }
    if found.commit:
        origin = links_of(card).remote
        spec["revision"] = {"type": "git", "origin": origin, "commit": found.commit}
        spec["revision"]["dirty"] = found.dirty
    return spec


def _sample(project: ProjectResult, check: Check) -> Object:
    failures = check.measured.failures if check.measured else ()
    lines = [number(check) or check.detail or str(check.cause)]
    lines += [f"{finding.where} {finding.message}" for finding in check.findings]
    lines += [f"{f.case}: expected {f.expected}, got {f.actual} {f.mode}" for f in failures]
    score = {
        "value": SCORES.get(check.state, "N"),
        "answer": str(check.state),
        "explanation": "\n".join(filter(None, lines)),
    }
    found = check.measured
    measured = found.model_dump(mode="json", exclude={"failures"}) if found else {}
    return {
        "id": label(project.id, check.code),
        "epoch": 1,
        "input": check.title,
        "target": str(check.threshold or "passes"),
        "scores": {"check": score},
        "messages": [],
        "output": {"model": "", "choices": []},
        "metadata": {
            "project": project.slug,
            "pillar": str(project.pillar),
            "kind": str(check.kind),
            "level": check.level,
            "where": check.where,
            "measured": measured,
        },
        "store": {},
        "events": [],
        "model_usage": {},
        "attachments": {},
    }


def _results(card: Scorecard) -> Object:
    states = Counter(check.state for check in card.checks)
    total = len(card.checks)
    share = states[State.PASSED] / total if total else 0.0
    metrics = {
        "accuracy": {"name": "accuracy", "value": share},
        "unknown": {"name": "unknown", "value": float(states[State.COULD_NOT_CHECK])},
    }
    score = {"name": "check", "scorer": "check", "params": {}, "metrics": metrics}
    return {"total_samples": total, "completed_samples": total, "scores": [score]}


def _stats(card: Scorecard) -> Object:
    spent = card.clock.spent.values()
    tokens_in = sum(one.input_tokens for one in spent)
    tokens_out = sum(one.output_tokens for one in spent)
    usage = {
        "input_tokens": tokens_in,
        "output_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }
    return {
        "started_at": card.clock.started_at,
        "completed_at": card.clock.finished_at,
        "model_usage": {card.evidence.model: usage} if spent else {},
    }
