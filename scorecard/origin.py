"""Whose checkout this is, and what its history says: plain facts, no judgement."""

import re
from datetime import UTC, datetime

from pydantic import Field

from shared.llm.messages import Frozen

SEPARATOR = "\x1f"
HEAD = ("log", "-1", f"--format=%an{SEPARATOR}%ae{SEPARATOR}%aI{SEPARATOR}%s")
HISTORY = ("log", "--no-merges", f"--format=%ae{SEPARATOR}%aI", "--", "projects")
REMOTE = ("config", "--get", "remote.origin.url")
BRANCH = ("symbolic-ref", "--quiet", "--short", "HEAD")
SHALLOW = ("rev-parse", "--is-shallow-repository")
ADDRESS = re.compile(
    r"^(?:(?:https?|ssh|git)://)?(?:[^@/\s]*@)?([\w.-]+\.[a-z]{2,})(?::\d+)?[:/]+([\w.~/-]+?)"
    r"(?:\.git)?/?$",
    re.IGNORECASE,
)
MOST = 200


class GitFacts(Frozen):
    """What the history of one commit says: the same for everybody who has it."""

    author: str = Field(description="Who wrote the commit.")
    subject: str
    committed_at: str
    own_commits: int = Field(description="By that author, touching projects/, without merges.")
    other_commits: int = Field(description="By anybody else, touching projects/.")
    first_at: str = Field(default="", description="The first of the author's own.")
    last_at: str = ""
    shallow: bool = Field(default=False, description="Older commits are not here: counts are low.")


class Origin(Frozen):
    """Where this checkout comes from; another clone of the same commit may say otherwise."""

    remote: str = Field(default="", description="https://host/path, without any credentials.")
    branch: str = ""


def read_remote(address: str | None) -> str:
    """Turn a remote's address into one that a browser opens, and that holds no secret.

    >>> read_remote("git@github.com:maria/capstone.git")
    'https://github.com/maria/capstone'
    >>> read_remote("https://maria:token@gitlab.com/team/capstone")
    'https://gitlab.com/team/capstone'
    """
    found = ADDRESS.match((address or "").strip())
    return f"https://{found[1].lower()}/{found[2].strip('/')}" if found else ""


def read_facts(head: str | None, history: str | None, shallow: str | None) -> GitFacts | None:
    """Read what Git said; None where there is no commit."""
    parts = (head or "").rstrip("\n").split(SEPARATOR, 3)
    if len(parts) < 4:
        return None
    author, address, committed_at, subject = parts
    lines = [line.split(SEPARATOR) for line in (history or "").splitlines() if SEPARATOR in line]
    own = sorted(_utc(at) for email, at in lines if email == address)
    return GitFacts(
        author=author[:MOST],
        subject=subject[:MOST],
        committed_at=_utc(committed_at),
        own_commits=len(own),
        other_commits=len(lines) - len(own),
        first_at=own[0] if own else "",
        last_at=own[-1] if own else "",
        shallow=(shallow or "").strip() == "true",
    )


def _utc(at: str) -> str:
    """Write a time the same way wherever the author lived; a broken one stays as it is."""
    try:
        return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return at[:40]
