"""The conformance suites are set up as they must be; the suites themselves run elsewhere."""

import re
from pathlib import Path

import pytest

from shared.simulator.address import read_address
from tests.conformance.environments import LOCKS, environment
from tests.conformance.suites import SUITES, Suite
from tests.conformance.target import Capabilities, read_target

LOCK_FILES = sorted(LOCKS.glob("*.txt"))
SIM = {"SIM_BASE_URL": "http://127.0.0.1:8400/v1"}


@pytest.mark.parametrize("lock", LOCK_FILES, ids=lambda path: path.stem)
def test_a_lock_pins_and_hashes_everything_and_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    blocks = re.findall(r"^([a-z0-9].*?)(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)

    assert len(blocks) > 10
    assert [block for block in blocks if not re.match(r"[\w.\[\]-]+==\S+", block)] == []
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "index-url" not in text


@pytest.mark.parametrize("lock", LOCK_FILES, ids=lambda path: path.stem)
def test_every_requirement_has_a_lower_bound(lock: Path) -> None:
    lines = lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()

    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted
    assert [line for line in wanted if ">=" not in line] == []


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.client)
def test_every_client_has_a_suite_and_a_lock(suite: Suite) -> None:
    assert all(path.exists() for path in suite.paths)
    assert not suite.lock or (LOCKS / f"{suite.lock}.txt").exists()


def test_another_lock_is_another_environment(tmp_path: Path) -> None:
    one, other = (environment(lock.stem, tmp_path) for lock in LOCK_FILES[:2])

    assert one != other
    assert one == environment(LOCK_FILES[0].stem, tmp_path)


def test_a_drilled_target_is_an_address_the_simulator_reads() -> None:
    drilled = read_target(SIM).drilled("refusal=0.5")

    address = read_address(drilled.base_url.removeprefix("http://127.0.0.1:8400"))
    assert address.drill == {"refusal": 0.5}
    assert drilled.root_url.endswith("/drill/refusal=0.5")


def test_the_simulator_promises_everything_and_a_live_endpoint_what_is_told() -> None:
    live = {**SIM, "SIM_TARGET": "live", "SIM_MODEL": "m", "SIM_CAPABILITIES": "tools, logprobs"}

    assert read_target(SIM).capabilities.drills
    assert read_target(live).capabilities == Capabilities(tools=True, logprobs=True)


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({}, "SIM_BASE_URL"),
        ({**SIM, "SIM_TARGET": "prod"}, "'sim' or 'live'"),
        ({**SIM, "SIM_TARGET": "live"}, "SIM_MODEL"),
        ({**SIM, "SIM_CAPABILITIES": "telepathy"}, "telepathy"),
    ],
)
def test_a_target_that_cannot_be_read_is_told(told: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_target(told)
