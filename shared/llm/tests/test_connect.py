import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from pydantic import HttpUrl, SecretStr

from shared.errors import AuthenticationFailedError, ConfigurationError, ModelUnavailableError
from shared.llm.connect import Limits, connect, read_key, serving, simulated_prices
from shared.llm.ledger import Ledger, Outcome
from shared.llm.retry import RetryPolicy
from shared.llm.tests.wire import ASK, KEY, Dialect, at, failing
from shared.settings import Settings
from shared.testing import raw_server

pytestmark = pytest.mark.anyio

AT_ONCE = Limits(retry=RetryPolicy(first_wait_s=0))


async def test_a_connection_retries_and_enters_one_call(dialect: Dialect) -> None:
    ledger = Ledger()
    answers = (failing(503, dialect.error(503, "busy")), dialect.whole("here"))
    async with raw_server(*answers) as server:
        settings = at(f"{server.url}/v1", dialect.name)
        async with connect(settings, ledger=ledger, limits=AT_ONCE) as model:
            reply = await model.complete(ASK)

    [entry] = ledger.entries
    assert reply.text == "here"
    assert len(server.hits) == 2
    assert (entry.outcome, entry.cost) == (Outcome.COMPLETED, None)


async def test_both_dialects_stand_under_the_same_base_url(dialect: Dialect) -> None:
    async with (
        raw_server(dialect.whole("here")) as server,
        connect(at(f"{server.url}/v1", dialect.name)) as model,
    ):
        await model.complete(ASK)

    expected = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
    assert server.hits[0].path == expected[dialect.name]


async def test_a_connection_to_this_machine_passes_by_proxies(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with (
        raw_server(dialect.whole("here")) as server,
        connect(at(server.url, dialect.name), limits=AT_ONCE) as model,
    ):
        reply = await model.complete(ASK)

    assert reply.text == "here"


async def test_a_bad_key_ends_in_one_clear_message(dialect: Dialect) -> None:
    answer = failing(401, dialect.error(401, "invalid_api_key", f"bad key {KEY}"))
    async with raw_server(answer) as server, connect(at(server.url, dialect.name)) as model:
        with pytest.raises(AuthenticationFailedError) as caught:
            await model.complete(ASK)

    assert len(server.hits) == 1
    assert "Set CAPSTONE_API_KEY" in str(caught.value)
    assert KEY not in str(caught.value)


async def test_an_unreachable_url_ends_in_one_clear_message(dialect: Dialect) -> None:
    async with connect(at("http://127.0.0.1:9/v1", dialect.name), limits=AT_ONCE) as model:
        with pytest.raises(ModelUnavailableError, match="Check CAPSTONE_BASE_URL"):
            await model.complete(ASK)


@pytest.mark.parametrize("key", ["", "  ", "chave-ção", "two\nlines"])
def test_a_key_that_cannot_be_sent_is_a_wrong_setting(key: str) -> None:
    with pytest.raises(ConfigurationError, match="CAPSTONE_API_KEY") as caught:
        read_key(SecretStr(key))

    assert not key.strip() or key not in str(caught.value)


async def test_a_live_model_without_key_or_url_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="CAPSTONE_MODEL names gpt-9"):
        async with serving(Settings(model="gpt-9", base_url=None, api_key=None)):
            pass


@pytest.mark.parametrize(
    ("dialect", "url"),
    [("openai", "https://api.openai.com/v1"), ("anthropic", "https://api.anthropic.com/")],
)
async def test_a_key_alone_means_the_providers_own_server(
    dialect: Literal["openai", "anthropic"], url: str
) -> None:
    settings = Settings(model="live-1", base_url=None, api_key=SecretStr(KEY), dialect=dialect)

    async with serving(settings) as served:
        assert served.base_url == HttpUrl(url)


async def test_the_simulator_answers_where_nothing_is_set(tmp_path: Path) -> None:
    ledger = Ledger()
    settings = Settings(model="sim-fast", base_url=None, api_key=SecretStr(""), home=tmp_path)

    async with connect(settings, ledger=ledger) as model:
        reply = await model.complete(ASK)

    [entry] = ledger.entries
    assert reply.model == "sim-fast"
    assert entry.cost == simulated_prices()["sim-fast"].cost(reply.usage)
    assert (entry.cost or 0) > Decimal(0)


def test_importing_the_package_imports_no_client() -> None:
    program = (
        "import sys, shared.llm.connect, shared.llm.messages, shared.llm.retry, shared.testing; "
        "sys.exit(any(name in sys.modules for name in ('openai', 'anthropic', 'httpx2')))"
    )

    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)

    assert done.returncode == 0
