"""Addresses: a drill and a tag are part of the path, so any client's base URL can carry them.

``http://127.0.0.1:8000/tag/case-7/drill/refusal=0.3/v1`` is a base URL like any other.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from shared.errors import ConfigurationError
from shared.simulator.drills import check_drill, parse_drill, write_drill


class Address(NamedTuple):
    """What a path says: whose call it is, under which drill, and the route that is left."""

    tag: str
    drill: Mapping[str, float]
    scope: str
    route: str


@lru_cache(maxsize=512)
def read_address(path: str) -> Address:
    """Take a path apart; raises ``ConfigurationError`` for a drill that cannot be run."""
    tag = ""
    drill: Mapping[str, float] = {}
    rest = path
    while True:
        head, _, after = rest.removeprefix("/").partition("/")
        if head == "tag":
            tag, _, rest = after.partition("/")
        elif head == "drill":
            text, _, rest = after.partition("/")
            drill = parse_drill(text) if text else {}
        elif head == "v1":
            rest = after
        else:
            break
    scope = f"{tag}\x1f{write_drill(drill)}"
    return Address(tag, drill, scope, rest.strip("/"))


def drill_url(base_url: str, drill: Mapping[str, float]) -> str:
    """Give the base URL under which every call is in this drill.

    Raises ``ConfigurationError`` for a drill that cannot be run.
    """
    return _with(base_url, "drill", write_drill(check_drill(drill))) if drill else base_url


def tag_url(base_url: str, tag: str) -> str:
    """Give the base URL under which every call carries this tag in the ledger."""
    if not tag or "/" in tag:
        raise ConfigurationError(
            f"{tag!r} cannot be a tag.", advice="Give it a name without slashes, such as case-7."
        )
    return _with(base_url, "tag", quote(tag, safe=""))


def server_url(base_url: str) -> str:
    """Give the address of the server itself, without tag, drill and version."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _with(base_url: str, kind: str, value: str) -> str:
    """Put a segment before the version, in place of another of its kind."""
    parts = urlsplit(base_url)
    steps = [step for step in parts.path.split("/") if step]
    if kind in steps[:-1]:
        at = steps.index(kind)
        del steps[at : at + 2]
    versioned = bool(steps) and steps[-1] == "v1"
    steps[len(steps) - versioned : len(steps) - versioned] = [kind, value]
    return urlunsplit((parts.scheme, parts.netloc, "/" + "/".join(steps), "", ""))
