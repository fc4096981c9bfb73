"""Who is asking, and what may they see and do.

Keys are ``farol_<id>_<secret>``. The id finds the key, the secret proves it; only a digest of the
secret is stored. A secret has 192 random bits, so one SHA-256 is enough: there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from enum import Enum, auto

from projects.p13_api_backend.given.contract import Deadline, Key, Keys, Principal, Role
from projects.p13_api_backend.given.problems import Kind, RefusedError

SHAPE = re.compile(r"farol_([0-9a-f]{12})_([0-9a-f]{48})")
NOBODY = bytes(32)


def new_key(owner: str, role: Role) -> tuple[str, Key]:
    """Draw a key; its text is shown once and never stored."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(24)
    return f"farol_{key_id}_{secret}", Key(key_id, digest_of(secret), owner, role)


def digest_of(secret: str) -> bytes:
    """Digest a secret for storage."""
    return hashlib.sha256(secret.encode()).digest()


async def authenticate(credentials: str | None, keys: Keys, deadline: Deadline) -> Principal:
    """Find out who is asking; raises ``RefusedError`` 401, and 429 where they ask too often.

    ``credentials`` is what came after ``Bearer``: any text, or nothing. A wrong secret and an
    unknown id look the same, take the same time, and cost the key's owner nothing.
    """
    # task 3: begin
    shape = SHAPE.fullmatch(credentials or "")
    if shape is None:
        raise RefusedError(Kind.UNAUTHENTICATED)
    key = await keys.find_key(shape[1], deadline)
    stored = NOBODY if key is None else key.digest
    proved = hmac.compare_digest(stored, digest_of(shape[2]))
    if key is None or not proved:
        raise RefusedError(Kind.UNAUTHENTICATED)
    wait = await keys.charge(key.id, deadline)
    if wait > 0:
        raise RefusedError(Kind.TOO_MANY, retry_after_s=wait)
    return Principal(key.id, key.owner, key.role)
    # task 3: end


class Action(Enum):
    """What somebody wants to do with an object."""

    READ = auto()
    ASK = auto()
    REFUND = auto()


def permit(principal: Principal, action: Action, owner: str) -> None:
    """Let an action pass on an object of ``owner``, or raise ``RefusedError``.

    Customers read and ask about what is theirs. Agents read and ask about everything and pay
    refunds. Auditors read everything and do nothing else. Whoever may not even read an object is
    told that it does not exist (404), whoever may read it that this is not for them (403).
    """
    # task 4: begin
    if principal.role is Role.CUSTOMER and principal.owner != owner:
        raise RefusedError(Kind.NOT_FOUND)
    allowed = {
        Role.CUSTOMER: {Action.READ, Action.ASK},
        Role.AGENT: set(Action),
        Role.AUDITOR: {Action.READ},
    }
    if action not in allowed[principal.role]:
        raise RefusedError(Kind.FORBIDDEN)
    # task 4: end


def visible_owner(principal: Principal) -> str | None:
    """Say whose objects lists may show: one owner's, or (``None``) everybody's."""
    return principal.owner if principal.role is Role.CUSTOMER else None
