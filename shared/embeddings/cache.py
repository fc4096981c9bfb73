"""A cache on disk, of bytes by name: one SQLite file that many processes may share.

It may lose everything at any time and never fails its user: a damaged file is thrown away, a full
or read-only disk switches it off, and both are said in the log.
"""

import asyncio
import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from shared.embeddings.content import ContentHash

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    space TEXT NOT NULL, hash BLOB NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (space, hash)
) WITHOUT ROWID
"""
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""An SQL error too: our statements are fixed, so only a foreign table can make one."""
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
"""Another process writes, and went on for longer than our patience: this once, do without."""

ASK_AT_ONCE = 500
PATIENCE_S = 10


class DiskCache:
    """Entries in ``file``, grouped in spaces: one space for each model and kind of result."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._off = False

    async def read(self, space: str, hashes: Iterable[ContentHash]) -> dict[ContentHash, bytes]:
        """Return those entries of ``hashes`` that are there, whole."""
        wanted = list(hashes)
        if self._off or not wanted:
            return {}
        return await asyncio.to_thread(
            self._guard, lambda: self._read(space, wanted), otherwise=dict[ContentHash, bytes]()
        )

    async def write(self, space: str, entries: Mapping[ContentHash, bytes]) -> None:
        """Keep ``entries``, replacing those of the same name."""
        if not self._off and entries:
            await asyncio.to_thread(
                self._guard, lambda: self._write(space, entries), otherwise=None
            )

    def _read(self, space: str, wanted: list[ContentHash]) -> dict[ContentHash, bytes]:
        found: dict[ContentHash, bytes] = {}
        with closing(self._connect()) as connection:
            for start in range(0, len(wanted), ASK_AT_ONCE):
                part = wanted[start : start + ASK_AT_ONCE]
                marks = ",".join("?" * len(part))
                query = (
                    "SELECT hash, content, checksum FROM entries "  # noqa: S608 - only marks vary
                    f"WHERE space = ? AND hash IN ({marks})"
                )
                found |= {
                    name: content
                    for name, content, checksum in connection.execute(query, (space, *part))
                    if zlib.crc32(content) == checksum
                }
        return found

    def _write(self, space: str, entries: Mapping[ContentHash, bytes]) -> None:
        rows = [(space, name, content, zlib.crc32(content)) for name, content in entries.items()]
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        # A connection a call: nothing to close at the end, nothing shared between threads or forks.
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=PATIENCE_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _guard(self, work: Callable[[], Result], *, otherwise: Result) -> Result:
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            code = primary_code(error)
            if code in DAMAGED:
                self._discard(error)
            elif code not in BUSY:
                self._switch_off(error)
            return otherwise

    def _discard(self, damage: Exception) -> None:
        try:
            for suffix in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            self._switch_off(error)
            return
        logger.warning(
            "The vector cache %s is damaged (%s): it was thrown away and is built anew.",
            self._file,
            damage,
        )

    def _switch_off(self, error: Exception) -> None:
        self._off = True
        logger.warning(
            "The vector cache %s cannot be used (%s): going on without it, so texts are embedded "
            "anew. Free some disk space, or set CAPSTONE_HOME to a folder that can be written.",
            self._file,
            error,
        )


def primary_code(error: Exception) -> int | None:
    """Return SQLite's primary result code, the low byte of the extended one."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
