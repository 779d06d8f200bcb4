"""The audit trail: a chain of hashes whose head is kept apart, in a row and (SQLite) in a file beside the database.

Triggers refuse changes made by mistake; chain, head and anchor detect those made on purpose, a cut-off tail included.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from lms_hris_pipeline.ledger.schema import audit_events, audit_head
from lms_hris_pipeline.model.errors import Permanent
from lms_hris_pipeline.model.wish import canonical_json

GENESIS = "0" * 64
_ADVICE = "\n  Keep the file as it is, restore the ledger from its backup and compare."
ANCHORING = threading.Lock()
"""Held from before a commit until the anchor is written: else the anchor of an earlier commit could be the last."""


def begin(connection: Connection) -> None:
    """Write the head of an empty trail where there is none."""
    if connection.execute(sa.select(sa.func.count()).select_from(audit_head)).scalar_one() == 0:
        connection.execute(sa.insert(audit_head).values(one=1, event_no=0, hash=GENESIS))


def append(
    connection: Connection, now: datetime, actor: str, event: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Add one event to the chain. `detail` holds counts and ids of deltas, nothing personal."""
    last = connection.execute(sa.select(audit_head.c.event_no, audit_head.c.hash).with_for_update()).one()
    row = {
        "event_no": last.event_no + 1,
        "at": now.astimezone(UTC).replace(tzinfo=None),
        "actor": actor,
        "event": event,
        "subject": subject,
        "detail": canonical_json(dict(detail)),
        "previous_hash": last.hash,
    }
    row["hash"] = _hash(row)
    connection.execute(sa.insert(audit_events).values(**row))
    connection.execute(sa.update(audit_head).values(event_no=row["event_no"], hash=row["hash"]))
    connection.info["audit_head"] = (row["event_no"], row["hash"])


def write_anchor(file: Path, event_no: int, digest: str) -> None:
    """Note the head outside the database; it may lag behind after a kill, never run ahead. The caller holds ANCHORING."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_text(json.dumps({"event_no": event_no, "hash": digest}), encoding="utf-8")
    part.replace(file)


def verify(connection: Connection, anchor: Path | None) -> int:
    """Walk the chain to its head; the number of events.

    Raises:
        Permanent: an event was changed, or events are missing.
    """
    noted = json.loads(anchor.read_text(encoding="utf-8")) if anchor is not None and anchor.exists() else None
    previous, count = GENESIS, 0
    for row in connection.execute(sa.select(audit_events).order_by(audit_events.c.event_no)).mappings():
        count += 1
        if row["event_no"] != count or row["previous_hash"] != previous or _hash(dict(row)) != row["hash"]:
            raise Permanent(f"The audit trail was changed at event {count}{_ADVICE}")
        previous = row["hash"]
        if noted is not None and noted["event_no"] == count and noted["hash"] != previous:
            raise Permanent(f"The audit trail was rewritten up to event {count}: its anchor says otherwise{_ADVICE}")
    head = connection.execute(sa.select(audit_head.c.event_no, audit_head.c.hash)).one()
    if (head.event_no, head.hash) != (count, previous):
        raise Permanent(f"The audit trail ends at event {count}, its head says {head.event_no}{_ADVICE}")
    if noted is not None and noted["event_no"] > count:
        raise Permanent(f"The audit trail ends at event {count}, its anchor says {noted['event_no']}{_ADVICE}")
    return count


def _hash(row: Mapping[str, Any]) -> str:
    names = ("actor", "event", "subject", "detail", "previous_hash")
    said = [row["event_no"], row["at"].isoformat(), *(row[name] for name in names)]
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()
