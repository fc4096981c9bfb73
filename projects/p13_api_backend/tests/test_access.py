"""Tasks 3 and 4: who asks, and what they may do."""

import pytest

from projects.p13_api_backend.access import Action, authenticate, new_key, permit
from projects.p13_api_backend.given.contract import Deadline, Key, Principal, Role
from projects.p13_api_backend.given.problems import Kind, RefusedError

pytestmark = pytest.mark.anyio


class OneKey:
    """Knows one key, and counts what it is charged."""

    def __init__(self, key: Key, wait: float = 0.0) -> None:
        self._key = key
        self._wait = wait
        self.charged = 0

    async def find_key(self, key_id: str, _: Deadline) -> Key | None:
        """Find it."""
        return self._key if key_id == self._key.id else None

    async def charge(self, key_id: str, _: Deadline) -> float:
        """Charge it."""
        self.charged += key_id == self._key.id
        return self._wait


async def test_the_right_key_says_who_asks() -> None:
    text, key = new_key("C-1", Role.CUSTOMER)
    keys = OneKey(key)

    principal = await authenticate(text, keys, Deadline.after(1))

    assert principal == Principal(key.id, "C-1", Role.CUSTOMER)
    assert keys.charged == 1


async def test_a_wrong_key_is_refused_and_charges_nobody() -> None:
    text, key = new_key("C-1", Role.CUSTOMER)
    keys = OneKey(key)
    wrong = (None, "", "x", text[:-1], text + "0", text[:-1] + "é", text.replace(key.id, "0" * 12))

    for credentials in (*wrong, text[:-1] + ("0" if text[-1] != "0" else "1")):
        with pytest.raises(RefusedError) as refused:
            await authenticate(credentials, keys, Deadline.after(1))
        assert refused.value.kind is Kind.UNAUTHENTICATED

    assert keys.charged == 0


async def test_a_key_that_asks_too_often_is_told_how_long_to_wait() -> None:
    text, key = new_key("C-1", Role.CUSTOMER)

    with pytest.raises(RefusedError) as refused:
        await authenticate(text, OneKey(key, wait=3.5), Deadline.after(1))

    assert refused.value.kind is Kind.TOO_MANY
    assert refused.value.retry_after_s == 3.5


def verdict(role: Role, action: Action, owner: str) -> Kind | None:
    try:
        permit(Principal("k", "me", role), action, owner)
    except RefusedError as refused:
        return refused.kind
    return None


async def test_customers_do_with_theirs_what_customers_do_and_see_nothing_else() -> None:
    own = [verdict(Role.CUSTOMER, action, "me") for action in Action]
    others = [verdict(Role.CUSTOMER, action, "you") for action in Action]

    assert own == [None, None, Kind.FORBIDDEN]
    assert others == [Kind.NOT_FOUND] * 3


async def test_agents_do_everything_and_auditors_read_everything() -> None:
    agents = [verdict(Role.AGENT, action, "you") for action in Action]
    auditors = [verdict(Role.AUDITOR, action, "you") for action in Action]

    assert agents == [None, None, None]
    assert auditors == [None, Kind.FORBIDDEN, Kind.FORBIDDEN]
