"""What graders need: the ledger by tag, truths for the oracle, exams."""

import asyncio
import hashlib
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from shared.simulator.__main__ import main
from shared.simulator.respond import Reader
from shared.simulator.scenario import Phase, Scenario
from shared.simulator.server import drill_url, make_state, running, server_url, serving, tag_url

pytestmark = pytest.mark.anyio

GRADER = "shown by the grader"
ROOT = Path(__file__).parents[3]
ASKED = {"model": "sim-fast", "messages": [{"role": "user", "content": "Ana is in Faro. Where?"}]}


async def test_the_ledger_lists_one_callers_calls_as_they_arrived(
    base_url: str, http: httpx.AsyncClient
) -> None:
    mine, other = tag_url(base_url, "mine"), tag_url(base_url, "other")
    answer = (await http.post(f"{mine}/chat/completions", json=ASKED)).json()
    await http.post(f"{other}/chat/completions", json=ASKED)
    await http.post(f"{drill_url(mine, {'error_500': 1.0})}/chat/completions", json=ASKED)
    await http.post(f"{mine}/chat/completions", json={**ASKED, "temperature": 9})
    await http.post(f"{mine}/chat/completions", json={**ASKED, "max_tokens": 99_999})

    told = (await http.get(f"{server_url(base_url)}/sim/ledger?tag=mine")).json()

    assert [entry["status"] for entry in told["entries"]] == [200, 500, 400, 400]
    assert [entry["fault"] for entry in told["entries"]] == ["", "error_500", "", ""]
    assert [entry["input_tokens"] for entry in told["entries"]][1:] == [0, 0, 0]
    assert told["entries"][0]["request"] == ASKED
    assert told["entries"][0]["input_tokens"] == answer["usage"]["prompt_tokens"]
    assert told["entries"][0]["delivered"] == answer["usage"]["completion_tokens"]
    assert told["output_tokens"] == answer["usage"]["completion_tokens"]


async def test_a_call_that_the_bucket_turned_away_is_in_the_ledger(
    base_url: str, http: httpx.AsyncClient
) -> None:
    url = drill_url(tag_url(base_url, "crowd"), {"rate_limit": 0.001})

    statuses = [
        (await http.post(f"{url}/chat/completions", json=ASKED)).status_code for _ in range(3)
    ]

    told = (await http.get(f"{server_url(base_url)}/sim/ledger?tag=crowd")).json()
    assert statuses == [200, 429, 429]
    assert [entry["fault"] for entry in told["entries"]] == ["", "rate_limit", "rate_limit"]


async def test_the_oracle_knows_what_it_was_told_and_nobody_else_does(
    base_url: str, http: httpx.AsyncClient
) -> None:
    root = server_url(base_url)
    await http.post(f"{root}/sim/truth", json=[{"when": ["Ana is in Faro"], "text": "At home."}])

    async def ask(model: str) -> str:
        answer = await http.post(f"{base_url}/chat/completions", json={**ASKED, "model": model})
        return str(answer.json()["choices"][0]["message"]["content"])

    assert await ask("sim-oracle") == "At home."
    assert await ask("sim-smart") == "Ana is in Faro."


async def test_an_exam_opens_its_ledger_to_its_grader_only(
    reader: Reader, http: httpx.AsyncClient
) -> None:
    state = make_state(seed=b"secret", mode="exam", grader_token=GRADER, read=reader)
    async with serving(state) as url:
        root = server_url(url)
        run = await http.get(f"{root}/sim/run")
        learner = [
            (await http.request(method, f"{root}/sim/{route}")).status_code
            for method, route in (("GET", "ledger"), ("GET", "totals"), ("POST", "reset"))
        ]
        grader = await http.get(f"{root}/sim/ledger", headers={"x-sim-grader": GRADER})

    assert run.json()["commitment"] == hashlib.sha256(b"secret").hexdigest()
    assert "secret" not in run.text
    assert learner == [403, 403, 403]
    assert grader.status_code == 200


async def test_an_exams_seed_comes_by_descriptor_and_is_revealed_at_the_end(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"nobody knows\ntoken\n")
    os.close(write_end)
    served = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shared.simulator", "serve", "--port", "0", "--mode", "exam"),
        *("--clock", "virtual", "--seed-fd", str(read_end)),
        cwd=ROOT,
        pass_fds=(read_end,),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CAPSTONE_HOME": str(tmp_path)},
    )
    os.close(read_end)
    assert served.stdout is not None
    shown = b""
    while line := await asyncio.wait_for(served.stdout.readline(), 20):
        shown += line
        if b"Ctrl-C" in line:
            break
    served.send_signal(signal.SIGTERM)
    told, _ = await asyncio.wait_for(served.communicate(), 20)

    digest = hashlib.sha256(b"nobody knows").hexdigest().encode()
    assert digest in shown
    assert b"nobody knows" not in shown
    assert b"seed nobody knows" in told
    assert digest in told
    assert served.returncode == 0


async def test_running_yields_a_base_url_that_answers(http: httpx.AsyncClient) -> None:
    async with running(seed=1) as url:
        answer = await http.post(f"{url}/chat/completions", json=ASKED)

    assert answer.status_code == 200
    assert answer.headers["x-sim-clock"] == "virtual"


async def test_an_outage_begins_and_ends_by_the_clients_clock(
    reader: Reader, http: httpx.AsyncClient
) -> None:
    outage = Phase(from_s=30, to_s=60, drill={"overloaded_529": 1.0})
    state = make_state(read=reader, scenario=Scenario("outage", {}, (outage,)))
    async with serving(state) as url:

        async def status(second: float) -> int:
            answer = await http.post(
                f"{url}/chat/completions", json=ASKED, headers={"x-sim-now": str(second)}
            )
            return answer.status_code

        statuses = [await status(second) for second in (0, 29.9, 30, 59.9, 60)]

    assert statuses == [200, 200, 529, 529, 200]


def test_a_port_in_use_is_said_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code = main(["serve", "--port", str(port)])

    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["--drill", "gremlins=1"], ["--scenario", "/nowhere.toml"], ["--seed-fd", "999"]],
)
def test_bad_usage_ends_with_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_drills_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drills"]) == 0
    assert "tcp_cut" in capsys.readouterr().out
