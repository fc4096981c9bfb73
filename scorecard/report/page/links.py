"""Links into the code at a commit, where the host is known; nothing else is ever linked."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from scorecard.report.result import Scorecard

REMOTE = re.compile(r"^https://([a-z0-9][a-z0-9.-]*\.[a-z]{2,})/([A-Za-z0-9_.~/-]+)$")
COMMIT = re.compile(r"^[0-9a-f]{7,64}$")
PLACE = re.compile(r"^([\w./-]+?)(?::(\d+))?$")


@dataclass(frozen=True)
class Links:
    """Makes addresses for one repository at one commit; empty where none can be made."""

    remote: str = ""
    commit: str = ""

    def of(self, place: str) -> str:
        """Link ``projects/p02_…/parsing.py:12``."""
        found = PLACE.match(place)
        if not self.remote or not self.commit or not found or ".." in place:
            return ""
        address, line = self._file(quote(found[1])), found[2]
        return f"{address}#{_line(self.remote)}{line}" if address and line else address

    @property
    def to_commit(self) -> str:
        """Link the commit itself."""
        if not self.remote or not self.commit:
            return ""
        part = "-/commit" if "gitlab" in _host(self.remote) else "commit"
        part = "commits" if _host(self.remote) == "bitbucket.org" else part
        return f"{self.remote}/{part}/{self.commit}"

    def _file(self, path: str) -> str:
        host = _host(self.remote)
        if "gitlab" in host:
            return f"{self.remote}/-/blob/{self.commit}/{path}"
        if host == "codeberg.org" or "gitea" in host or "forgejo" in host:
            return f"{self.remote}/src/commit/{self.commit}/{path}"
        if host == "bitbucket.org":
            return f"{self.remote}/src/{self.commit}/{path}"
        return f"{self.remote}/blob/{self.commit}/{path}" if "github" in host else ""


def links_of(card: Scorecard) -> Links:
    """Take from a result, which anybody may have written, only what is plainly an address."""
    remote, commit = card.origin.remote, card.evidence.commit
    return Links(
        remote if REMOTE.match(remote) and ".." not in remote else "",
        commit if COMMIT.match(commit) else "",
    )


def fork_of(card: Scorecard) -> str:
    """Name the fork: ``maria/capstone``; empty where the remote is not known."""
    found = REMOTE.match(card.origin.remote)
    return found[2].strip("/") if found and ".." not in card.origin.remote else ""


def _host(remote: str) -> str:
    found = REMOTE.match(remote)
    return found[1] if found else ""


def _line(remote: str) -> str:
    return "lines-" if _host(remote) == "bitbucket.org" else "L"
