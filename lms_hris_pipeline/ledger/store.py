"""The ledger's database: opening, migrating, transactions, the lock of publishers. Not here: any use case."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url

from lms_hris_pipeline.ledger import audit
from lms_hris_pipeline.model.errors import BadInput, Busy, Permanent

BUSY_SECONDS = 30
PART = 500
"""Ids in one `in (…)`: well below SQLite's limit of variables."""

HEAD_REVISION = "0003"
_MIGRATION_LOCK = 4_711_001


def open_store(url: str) -> tuple[Engine, Path | None]:
    """The migrated database at `url`, and the file beside it that anchors the audit trail (SQLite alone).

    Raises:
        BadInput: no database URL.
        Permanent: the database cannot be reached, or a later version of the pipeline wrote it.
    """
    try:
        parsed = make_url(url)
        engine = _engine(parsed)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError):
        raise BadInput(
            f"{url.partition('@')[2] or url!r} is no ledger URL\n"
            "  Write sqlite:///<file> or postgresql+psycopg://<user>:<password>@<host>/<database>."
        ) from None
    try:
        with engine.begin() as connection:
            _migrate(connection)
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        engine.dispose()
        shown = parsed.render_as_string(hide_password=True)
        raise Permanent(
            f"Cannot open the ledger at {shown}: {error.orig}\n  Check that it runs and may be written."
        ) from None
    database = parsed.database if engine.dialect.name == "sqlite" else None
    return engine, Path(f"{database}.audit-head") if database and database != ":memory:" else None


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return sa.create_engine(url, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = wal",
        "synchronous = full",
        "recursive_triggers = on",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("begin immediate")


def _migrate(connection: Connection) -> None:
    """Bring the tables to the head revision; the import of Alembic is paid only where there is something to do."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    if sa.inspect(connection).has_table("alembic_version"):
        found = connection.exec_driver_sql("select version_num from alembic_version").scalar()
        if found == HEAD_REVISION:
            return
        if found is not None and str(found) > HEAD_REVISION:
            raise Permanent(
                f"The ledger is at revision {found}, this version knows {HEAD_REVISION}\n  Use the newer version."
            )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    audit.begin(connection)


class Store:
    """What all use cases share: transactions, and parts of long lists of ids."""

    def __init__(self, engine: Engine, anchor: Path | None) -> None:
        self._engine = engine
        self._anchor = anchor

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One transaction; after its commit the anchor of the audit trail follows."""
        with ExitStack() as until_noted:
            with self._engine.begin() as connection:
                yield connection
                head = connection.info.pop("audit_head", None)
                if head is not None and self._anchor is not None:
                    until_noted.enter_context(audit.ANCHORING)
            if head is not None and self._anchor is not None:
                audit.write_anchor(self._anchor, *head)

    @contextmanager
    def publisher_lock(self, target: str) -> Iterator[None]:
        """Keep other publishers to `target` out; the lock ends with the process that holds it.

        Raises:
            Busy: another publisher is at work.
        """
        busy = Busy(f"Another publication to the {target} system is under way\n  Wait for it to end, then try again.")
        if self._engine.dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(target.encode()).digest()[:7], "big")
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(number))).scalar_one():
                    raise busy
                try:
                    yield
                finally:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
            return
        if self._anchor is None:
            yield
            return
        with self._anchor.with_name(f"{self._anchor.stem}.publish-{target}.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy from None
            yield


def in_parts(items: Iterable[str]) -> Iterator[list[str]]:
    """Sorted parts of at most 500."""
    ordered = sorted(items)
    for start in range(0, len(ordered), PART):
        yield ordered[start : start + PART]


def updated(connection: Connection, ids: Sequence[str], statement: Callable[[list[str]], sa.Update]) -> list[str]:
    """Run a conditional update part by part; the ids it changed, by `returning`."""
    found: list[str] = []
    for part in in_parts(ids):
        found += [str(row[0]) for row in connection.execute(statement(part))]
    return found


def naive(instant: datetime) -> datetime:
    """UTC without a zone, as it is stored."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def aware(instant: datetime | None) -> datetime | None:
    """As stored, with its zone."""
    return None if instant is None else instant.replace(tzinfo=UTC)
