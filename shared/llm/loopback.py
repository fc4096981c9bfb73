"""Reach servers on this machine directly, whatever proxies the environment names."""

import ipaddress
import ssl

import httpx2

from shared.llm.stopwatch import note

CONNECTIONS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)


def loopback_client(url: str, timeout: httpx2.Timeout) -> httpx2.AsyncClient | None:
    """Make an HTTP client for a URL on this machine; ``None`` for any other.

    Proxies cannot reach our loopback, and plain HTTP needs no certificates: reading those is most
    of what a client costs to make.
    """
    parsed = httpx2.URL(url)
    if not _is_loopback(parsed.host):
        return None
    # A context that trusts nobody: were TLS to be met after all, it would fail, not go unchecked.
    verify = True if parsed.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.AsyncClient(
        trust_env=False,
        verify=verify,
        timeout=timeout,
        limits=CONNECTIONS,
        follow_redirects=True,
        event_hooks={"response": [_note]},
    )


async def _note(answer: httpx2.Response) -> None:
    note(answer.headers)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
