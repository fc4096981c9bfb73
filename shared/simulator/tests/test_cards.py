"""What a person and a client are shown of the models, and where the server is reached."""

import httpx
import pytest

from shared.simulator.__main__ import main
from shared.simulator.banner import banner
from shared.simulator.cards import committed_cards
from shared.simulator.heldout import held_out
from shared.simulator.profiles import PROFILES
from shared.simulator.server import make_state
from shared.simulator.state import State

pytestmark = pytest.mark.anyio
URL = "http://127.0.0.1:8400/v1"
CHATTING = [name for name, profile in PROFILES.items() if profile.control != "embedding"]


def test_the_banner_shows_each_models_card(state: State) -> None:
    told = banner(URL, "127.0.0.1", state)
    measured = committed_cards().cards["sim-nano"].measured["answer"].value

    row = next(line for line in told.split("\n") if line.startswith("sim-nano") and "." not in line)

    assert row.split()[1] == f"{100 * measured:.0f}"
    assert all(told.count(name) >= 2 for name in CHATTING)


def test_the_banner_says_in_words_who_can_reach_the_server(state: State) -> None:
    assert "this machine only (loopback)" in banner(URL, "127.0.0.1", state)
    assert "Reached from the network" in banner("http://0.0.0.0:8400/v1", "0.0.0.0", state)  # noqa: S104 (only words)


def test_a_model_that_nobody_measured_has_no_card() -> None:
    exam = make_state(mode="exam", seed=b"exam")

    told = banner(URL, "127.0.0.1", exam)

    assert held_out(b"exam").name in told
    assert "% right" in told


async def test_the_list_of_models_carries_what_was_measured(
    base_url: str, http: httpx.AsyncClient
) -> None:
    listed = {one["id"]: one for one in (await http.get(f"{base_url}/models")).json()["data"]}

    card = committed_cards().cards["sim-fast"].measured["extract"]
    shown = listed["sim-fast"]["simulated_accuracy"]["extract"]
    assert shown == {"value": card.value, "low": card.low, "high": card.high, "n": card.n}
    assert all(listed[name]["simulated_accuracy"] for name in CHATTING)
    assert listed["sim-embed"]["simulated_accuracy"] == {}


def test_all_cards_are_printed_with_their_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cards"]) == 0

    said = capsys.readouterr().out
    found = committed_cards().cards["sim-large"].measured["need_no_tool"]
    assert f"{100 * found.value:.0f} [{100 * found.low:.0f}, {100 * found.high:.0f}]" in said
    assert all(task in said for task in committed_cards().cards["sim-large"].measured)
