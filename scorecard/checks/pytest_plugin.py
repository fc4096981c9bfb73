"""Inside pytest: report to the grader what is collected and how each test ends, project by project.

Loaded by name into a pytest whose other plug-ins are switched off. Messages go over a descriptor of
their own, so a test that prints cannot be mistaken for one that passed.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scorecard.checks.pytest_main import project_of
from scorecard.checks.usage import watch
from scorecard.sandbox.process import OUTBOX

UNWRITTEN = re.compile(r"NotImplementedError: P\d\d task (\d+): ")
"""What a stub raises; it says which task a test waits for."""


class Reporter:
    """Sends one JSON line per event."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._current = ""
        self._test = ""
        self.heard: set[str] = set()

    def _send(self, message: Mapping[str, Any]) -> None:
        os.write(self._descriptor, json.dumps(message).encode() + b"\n")

    def _step(self, node: str) -> None:
        slug = project_of(node)
        if slug and slug != self._current:
            self._current = slug
            self._send({"event": "step", "project": slug})

    def called(self, task: str) -> None:
        """Say that a task's body has begun to run, once a test."""
        if task not in self.heard:
            self.heard.add(task)
            self._send({"event": "called", "task": task, "test": self._test})

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Say whose files are imported now."""
        self._step(collector.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say which file could not be imported."""
        if report.failed:
            self._send(_ended(report.nodeid, "error", report))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Say what is going to be run: what is missing later has not passed."""
        self._send({"event": "collected", "tests": [item.nodeid for item in session.items]})

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say whose test runs now."""
        self._step(nodeid)
        self._test = nodeid
        self.heard.clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say how a test ended; a failing set-up or tear-down counts as the test's failure."""
        if report.when == "call" or not report.passed:
            outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
            self._send(_ended(report.nodeid, outcome, report))

    def pytest_sessionfinish(self) -> None:
        """Say that nothing more comes."""
        self._send({"event": "finished"})


def pytest_configure(config: pytest.Config) -> None:
    """Start reporting, where a grader listens."""
    config.option.tbstyle = "short"  # the option itself is the terminal plug-in's
    if descriptor := os.environ.pop(OUTBOX, None):
        os.set_inheritable(int(descriptor), False)
        reporter = Reporter(int(descriptor))
        config.pluginmanager.register(reporter, "scorecard-reporter")
        watch(reporter.called)


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


def _ended(
    node: str, outcome: str, report: pytest.TestReport | pytest.CollectReport
) -> dict[str, Any]:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr or "")
    lines = text.strip().splitlines()
    message = (lines[0] if crash else lines[-1]) if lines else ""
    where = _place(report.longrepr) if crash else node
    unwritten = UNWRITTEN.search(str(report.longrepr or ""))
    return {
        "event": "test",
        "test": node,
        "outcome": outcome,
        "where": where,
        "message": message[:300],
        "more": [line.strip()[:300] for line in lines[1:7]] if crash else [],
        "unwritten": int(unwritten[1]) if unwritten else 0,
    }


def _place(longrepr: Any) -> str:
    """Say where it happened: the innermost line of the project, whoever raised below it."""
    crash = longrepr.reprcrash
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    found = [entry.reprfileloc for entry in entries if getattr(entry, "reprfileloc", None)]
    for where in (crash, *reversed(found)):
        path = Path.cwd() / where.path
        if path.is_relative_to(Path.cwd() / "projects"):
            return f"{path.relative_to(Path.cwd())}:{where.lineno}"
    return f"{crash.path}:{crash.lineno}"
