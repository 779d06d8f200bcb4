"""Every request the vendors received, in SQLite beside the company; buffered, so that it does not slow reads.

Bodies of writes are kept as a hash and as a short text in which what names a person is masked.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from lms_hris_pipeline.sandbox.api.wire import Call, dump, load

JOURNAL_FILE = "journal.sqlite"
FLUSH_SECONDS = 0.5
FLUSH_ROWS = 1000
KEPT_CHARACTERS = 2000
MASK = "***"
MASKED = frozenset(
    {
        "access_token",
        "client_secret",
        "email",
        "first_name",
        "firstname",
        "lastname",
        "last_name",
        "password",
        "refresh_token",
        "search",
        "search_text",
        "userid",
        "username",
        "usernames",
        "value",
    }
)

SCHEMA = """
create table if not exists calls(
    seq integer primary key, at text not null, virtual_at text not null, system text not null, method text not null,
    path text not null, query text not null, status int not null, bytes int not null, body_sha256 text,
    body text, fault text, duration_ms real not null
)
"""
COLUMNS = "at, virtual_at, system, method, path, query, status, bytes, body_sha256, body, fault, duration_ms"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and what became of it. `status` 0 = no answer was given."""

    virtual_at: datetime
    call: Call
    status: int
    bytes: int
    fault: str
    duration_ms: float
    at: datetime


class Journal:
    """Appends entries from a thread of its own."""

    def __init__(self, folder: Path, *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._waiting: list[Entry] = []
        self._lock = threading.Lock()
        self._file_lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection = sqlite3.connect(folder / JOURNAL_FILE, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(SCHEMA)
        if enabled:
            self._thread = threading.Thread(target=self._keep_flushing, name="sandbox-journal", daemon=True)
            self._thread.start()

    def add(self, entry: Entry) -> None:
        """Note an entry; it is written within FLUSH_SECONDS."""
        if self.enabled:
            with self._lock:
                self._waiting.append(entry)
                full = len(self._waiting) >= FLUSH_ROWS
            if full:
                self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._file_lock:
            with self._lock:
                entries, self._waiting = self._waiting, []
            if not entries:
                return
            self._connection.execute("begin")
            self._connection.executemany(
                f"insert into calls({COLUMNS}) values(?,?,?,?,?,?,?,?,?,?,?,?)",
                [_row(entry) for entry in entries],
            )
            self._connection.execute("commit")

    def read(self, after: int = 0, limit: int = 10_000) -> list[dict[str, Any]]:
        """Entries with a number above `after`, oldest first."""
        self.flush()
        with self._file_lock:
            rows = self._connection.execute(
                "select * from calls where seq > ? order by seq limit ?", (after, limit)
            ).fetchall()
        return [dict(row) for row in rows]

    def last(self) -> int:
        """The number of the newest entry, 0 if there is none."""
        self.flush()
        with self._file_lock:
            return int(self._connection.execute("select coalesce(max(seq), 0) from calls").fetchone()[0])

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        self._connection.close()

    def _keep_flushing(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            self.flush()


def _row(entry: Entry) -> tuple[object, ...]:
    call = entry.call
    has_body = call.method != "GET" and bool(call.body)
    query = "&".join(f"{k}={MASK if _names_person(k) else v}" for k, values in call.query.items() for v in values)
    return (
        entry.at.isoformat(timespec="milliseconds"),
        entry.virtual_at.isoformat(timespec="milliseconds"),
        call.system,
        call.method,
        call.path,
        query,
        entry.status,
        entry.bytes,
        hashlib.sha256(call.body).hexdigest() if has_body else None,
        redact(call.body, call.headers.get("content-type", "")) if has_body else None,
        entry.fault or None,
        round(entry.duration_ms, 3),
    )


def redact(body: bytes, content_type: str) -> str:
    """A body with what names a person masked, at most KEPT_CHARACTERS long; XML is not kept at all."""
    if "json" in content_type:
        try:
            return dump(_masked(load(body))).decode()[:KEPT_CHARACTERS]
        except ValueError:
            return "(no JSON)"
    if "form" in content_type:
        pairs = parse_qsl(body.decode("utf-8", "replace"))
        return "&".join(f"{k}={v if k == 'grant_type' else MASK}" for k, v in pairs)[:KEPT_CHARACTERS]
    return "(not kept)"


def _names_person(key: str) -> bool:
    return key in MASKED or any(f"[{name}]" in key for name in MASKED)


def _masked(value: Any) -> Any:
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {
            key: MASK if _names_person(key) and not isinstance(item, (dict, list)) else _masked(item)
            for key, item in value.items()
        }
    return value


def utc_now() -> datetime:
    """The wall clock, for the journal only."""
    return datetime.now(UTC)
