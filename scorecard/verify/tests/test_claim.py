"""Claims that nobody can compare with anything have a name, and so has every difference."""

import pytest

from scorecard.catalog.model import Pillar
from scorecard.ledger import Check, Kind, State
from scorecard.readiness import Readiness
from scorecard.report.result import ProjectResult
from scorecard.verify.claim import read_claim
from scorecard.verify.compare import Found, compare, disputed
from scorecard.verify.result import Compared, Outcome, Standing
from shared.criteria import Measured


@pytest.mark.parametrize(
    ("content", "standing"),
    [
        (None, Standing.NONE),
        (b"", Standing.UNREADABLE),
        (b"[" * 100_000, Standing.UNREADABLE),
        (b"[]", Standing.UNREADABLE),
        (b'{"schema_version": "1.0"}', Standing.UNREADABLE),
        (b'{"schema_version": "0.9"}', Standing.OTHER_FORMAT),
        (b'{"schema_version": {"a": 1}}', Standing.OTHER_FORMAT),
    ],
)
def test_a_claim_that_cannot_be_compared_is_named(
    content: bytes | None, standing: Standing
) -> None:
    claim = read_claim(content)

    assert claim.standing is standing
    assert claim.told.endswith(".")


def project(value: float, *, state: State = State.PASSED) -> ProjectResult:
    check = Check(code="P01.1", kind=Kind.CRITERION, title="It is fast", level=1)
    measured = Measured(value=value, n=2, unit="ratio")
    return ProjectResult(
        id="p01",
        slug="p01_toy",
        title="Toy",
        pillar=Pillar.MODELS,
        skill="Doubles.",
        tasks=(),
        checks=(check.ended(state, measured=measured),),
        level_reached=1,
        readiness=Readiness.NOT_STARTED,
        digest="",
    )


def first(claimed: ProjectResult, found: Found) -> Compared:
    return compare(claimed, found)[0]


def test_a_value_that_varies_with_the_same_seed_is_compared_by_its_state() -> None:
    row = first(project(1.3), Found(project(1.4), {}, again=project(1.5)))

    assert row.outcome is Outcome.MATCH
    assert "varies" in row.why


def test_a_value_that_does_not_vary_is_compared_as_it_is() -> None:
    row = first(project(1.3), Found(project(1.4), {}, again=project(1.4)))

    assert row.outcome is Outcome.MISMATCH


def test_a_state_that_varies_is_not_checkable_and_no_lucky_match() -> None:
    again = project(2.0, state=State.FAILED)

    row = first(project(1.3), Found(project(1.4), {}, again=again))

    assert row.outcome is Outcome.NOT_CHECKABLE


def test_only_what_differs_is_executed_once_more() -> None:
    assert disputed(project(1.3), Found(project(1.4), {}))
    assert not disputed(project(1.3), Found(project(1.3), {}))
    assert not disputed(None, Found(project(1.3), {}))


@pytest.mark.parametrize(("failing", "outcome"), [(1, Outcome.MATCH), (2, Outcome.MISMATCH)])
def test_most_fresh_seeds_must_agree(failing: int, outcome: Outcome) -> None:
    states = [State.FAILED] * failing + [State.PASSED] * (3 - failing)
    fresh = {seed: project(1.3, state=state) for seed, state in enumerate(states)}

    row = first(project(1.3), Found(project(1.3), fresh))

    assert (row.outcome, row.fresh_passed, row.fresh) == (outcome, 3 - failing, 3)
