"""The documented example, which is a real run's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scorecard.ledger import State
from scorecard.report.result import Scorecard
from scorecard.verify.result import Evidence, PillarVerdict, Verification

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "scorecard.json"
Ended = Callable[..., Scorecard]


def verified(card: Scorecard, evidence: Evidence = Evidence.FRESH) -> Verification:
    pillars = tuple(
        PillarVerdict(
            pillar=p.pillar, projects=p.projects, evidence=evidence, readiness=p.readiness
        )
        for p in card.pillars
    )
    return Verification(
        repository="r",
        commit=card.evidence.commit,
        sandbox="bubblewrap",
        pillars=pillars,
        verdict="The claim holds.",
        exit_code=0,
    )


@pytest.fixture(scope="session")
def card() -> Scorecard:
    return Scorecard.model_validate_json(EXAMPLE.read_bytes())


@pytest.fixture
def ended(card: Scorecard) -> Ended:
    """Make a result whose checks all passed, but for some that ended otherwise."""

    def make(**states: State) -> Scorecard:
        def end(check: Any) -> Any:
            state = states.get(check.code.replace(".", "_"), State.PASSED)
            return check.model_copy(update={"state": state})

        projects = tuple(
            project.model_copy(update={"checks": tuple(map(end, project.checks))})
            for project in card.projects
        )
        return card.model_copy(update={"projects": projects})

    return make
