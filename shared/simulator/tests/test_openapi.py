import httpx
import pytest

from shared.simulator.address import server_url

pytestmark = pytest.mark.anyio


async def test_the_description_is_served_and_all_that_it_lists_is_there(
    base_url: str, http: httpx.AsyncClient
) -> None:
    root = server_url(base_url)

    told = (await http.get(f"{root}/openapi.json")).json()
    found = {
        path: (await http.request(method, root + path.format(model="sim-fast"))).status_code
        for path, methods in told["paths"].items()
        for method in methods
    }

    assert "/v1/chat/completions" in found
    assert {status for path, status in found.items() if "post" in told["paths"][path]} == {400}
    assert {status for path, status in found.items() if "get" in told["paths"][path]} == {200}


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/api/tags", "/sim/run"])
async def test_what_is_only_read_says_so(base_url: str, http: httpx.AsyncClient, path: str) -> None:
    answer = await http.post(server_url(base_url) + path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


async def test_a_count_that_fails_says_so_in_the_words_of_its_dialect(
    base_url: str, http: httpx.AsyncClient
) -> None:
    answer = await http.post(f"{base_url}/messages/count_tokens", json={"model": "sim-fast"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "error"
