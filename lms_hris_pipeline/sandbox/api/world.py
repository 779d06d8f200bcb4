"""What all handlers share: the company's database, the virtual clock, serialised writes and cached lists.

Not here: any vendor's words.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from lms_hris_pipeline.sandbox.api.options import Credentials, SandboxOptions
from lms_hris_pipeline.sandbox.store import COMPANY_FILE, instant

CLOCK_KEY = "api_clock"
CACHED_VALUES = 24

T = TypeVar("T")


def utc_text(moment: datetime) -> str:
    """A moment as Docebo writes it: `Y-m-d H:i:s`, UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


class World:
    """The company as the vendors' servers see it. Safe to use from several threads."""

    def __init__(self, folder: Path, options: SandboxOptions) -> None:
        self.folder = folder
        self.options = options
        self.credentials = Credentials.throwaway(options.tenant)
        self.shuffle_seed = options.shuffle_seed
        self._local = threading.local()
        self._write_lock = threading.RLock()
        self._clock_lock = threading.Lock()
        self._cache_lock = threading.Lock()
        self._making_lock = threading.RLock()
        self._cache: OrderedDict[object, tuple[object, Any]] = OrderedDict()
        self._watch_lock = threading.Lock()
        self._watcher = self._open()
        self._file_id = self._identify()
        self._now = instant(self._watcher)
        self._base = self._now
        self._base_version: object = None
        self._restore_clock()

    # -- connections ----------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        # Not `open_company`: the watcher is used by several threads (under its lock).
        path = (self.folder / COMPANY_FILE).resolve()
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("pragma synchronous = normal")
        return connection

    def _identify(self) -> int:
        return (self.folder / COMPANY_FILE).stat().st_ino

    def connection(self) -> sqlite3.Connection:
        """This thread's connection; a new one once the company's file has been replaced."""
        file_id = self._file_id
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == file_id:
            return held[1]
        if held is not None:
            held[1].close()
        connection = self._open()
        self._local.held = (file_id, connection)
        return connection

    def version(self) -> object:
        """Changes with every commit to the company by anyone, and when its file is replaced."""
        with self._watch_lock:
            file_id = self._identify()
            if file_id != self._file_id:
                self._watcher.close()
                self._watcher = self._open()
                self._file_id = file_id
            return file_id, self._watcher.execute("pragma data_version").fetchone()[0]

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; writers take turns. Commits on leaving, rolls back on any error."""
        with self._write_lock:
            connection = self.connection()
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute(
                    "insert into meta(key, value) values(?, ?) on conflict(key) do update set value = excluded.value",
                    (CLOCK_KEY, self.now().isoformat()),
                )
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    def close(self) -> None:
        """Close what this thread holds; other threads' connections go with their threads."""
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None:
            held[1].close()
            self._local.held = None
        with self._watch_lock:
            self._watcher.close()

    # -- the virtual clock ----------------------------------------------------------------------------------------

    def _restore_clock(self) -> None:
        row = self._watcher.execute("select value from meta where key = ?", (CLOCK_KEY,)).fetchone()
        if row is not None:
            self._now = max(self._now, datetime.fromisoformat(row[0]))

    def now(self) -> datetime:
        """The vendors' present: the company's evening, plus what the calls since have taken."""
        with self._clock_lock:
            return self._now

    def tick(self, seconds: float) -> datetime:
        """Move the clock on and return it; a new company date moves it to that day's evening."""
        version = self.version()
        with self._clock_lock:
            if version != self._base_version:
                with self._watch_lock:
                    base = instant(self._watcher)
                if base < self._base:
                    self._now = base
                self._base, self._base_version = base, version
                self._now = max(self._now, base)
            self._now += timedelta(seconds=seconds)
            return self._now

    def rewind(self) -> None:
        """Put the clock back to the evening of the company's day: the company has been made anew."""
        with self._clock_lock, self._watch_lock:
            self._base = self._now = instant(self._watcher)
            self._base_version = None

    # -- cached values --------------------------------------------------------------------------------------------

    def cached(self, key: object, make: Callable[[sqlite3.Connection], T]) -> T:
        """`make(connection)`, remembered until the company changes."""
        found = self._remembered(key)
        if found is None:
            # One at a time: several pages of one long list are often asked for together.
            with self._making_lock:
                found = self._remembered(key)
                if found is None:
                    version = self.version()
                    found = (version, make(self.connection()))
                    self._remember(key, found)
        value: T = found[1]
        return value

    def _remembered(self, key: object) -> tuple[object, Any] | None:
        version = self.version()
        with self._cache_lock:
            found = self._cache.get(key)
            if found is None or found[0] != version:
                return None
            self._cache.move_to_end(key)
            return found

    def _remember(self, key: object, found: tuple[object, Any]) -> None:
        with self._cache_lock:
            self._cache[key] = found
            self._cache.move_to_end(key)
            while len(self._cache) > CACHED_VALUES:
                self._cache.popitem(last=False)

    def meta(self, key: str, default: str = "") -> str:
        """One value of the company's description."""

        def read(connection: sqlite3.Connection) -> dict[str, str]:
            return {row[0]: row[1] for row in connection.execute("select key, value from meta")}

        return self.cached("meta", read).get(key, default)
