"""A live model stands in for the simulated one; chance and drills stay the simulator's."""

from pathlib import Path

import pytest
from pydantic import HttpUrl

from scorecard.evals.addresses import Resources
from scorecard.evals.engine import NeedsSimulatorError, ResourceError
from shared.criteria import ModelHandle
from shared.settings import Settings
from shared.simulator.server import make_state, serving

pytestmark = pytest.mark.anyio


def resources(url: str, tmp_path: Path, model: str = "sim-large") -> Resources:
    settings = Settings(base_url=HttpUrl(url), model=model)
    return Resources(settings, seed=7, home=tmp_path, database_url=None)


async def test_chance_is_simulated_and_every_other_model_is_the_live_one(tmp_path: Path) -> None:
    async with serving(make_state()) as url, resources(url, tmp_path) as made:
        live = await made.of(ModelHandle(profile="sim-fast"))
        chance = await made.of(ModelHandle(profile="sim-null"))

        assert (live["base_url"], live["model"]) == (url, "sim-large")
        assert chance["model"] == "sim-null"
        assert not str(chance["base_url"]).startswith(url.removesuffix("/v1"))
        assert made.spent is None


async def test_a_drill_is_not_asked_of_a_live_model(tmp_path: Path) -> None:
    async with serving(make_state()) as url, resources(url, tmp_path) as made:
        with pytest.raises(NeedsSimulatorError):
            await made.of(ModelHandle(drill={"refusal": 1.0}))


async def test_a_live_model_that_is_not_there_is_said_once_in_words(tmp_path: Path) -> None:
    async with serving(make_state()) as url, resources(url, tmp_path, "no-such") as made:
        with pytest.raises(ResourceError, match=r"no-such.*CAPSTONE_MODEL"):
            await made.of(ModelHandle())
