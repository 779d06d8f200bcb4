"""The ledger's tables as they stand after all migrations. Instants are UTC without a zone; ids are text."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData()

links = Table(
    "links", metadata,
    Column("link_id", String(64), primary_key=True),
    Column("learner_id_lms", String, nullable=False),
    Column("worker_id_hris", String, nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("recorded_at", DateTime, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("recorded_batch", String, nullable=False),
    Column("retired_at", DateTime),
    Column("retired_because", String),
)  # fmt: skip
_LIVE = text("retired_at is null")
Index("one_live_link", links.c.learner_id_lms, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)

pair_decisions = Table(
    "pair_decisions", metadata,
    Column("learner_id_lms", String, primary_key=True),
    Column("worker_id_hris", String, primary_key=True),
    Column("verdict", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

tag_decisions = Table(
    "tag_decisions", metadata,
    Column("tag", String, primary_key=True),
    Column("skill_id", String),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

tag_refusals = Table(
    "tag_refusals", metadata,
    Column("tag", String, primary_key=True),
    Column("skill_id", String, primary_key=True),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

role_reviews = Table(
    "role_reviews", metadata,
    Column("review_no", Integer, primary_key=True),
    Column("batch_id", String, nullable=False),
    Column("mappings", Integer, nullable=False),
    Column("is_whole", Boolean, nullable=False),
    Column("reviewed_by", String, nullable=False),
    Column("reviewed_at", DateTime, nullable=False),
)  # fmt: skip

role_decisions = Table(
    "role_decisions", metadata,
    Column("decision_no", Integer, primary_key=True),
    Column("review_no", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("value", String, nullable=False),
    Column("group_id_lms", String, nullable=False, index=True),
    Column("group_name", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("people", Integer),
    Column("members", Integer),
    Column("reason", Text, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
)  # fmt: skip

cases = Table(
    "cases", metadata,
    Column("exception_id", String(64), primary_key=True),
    Column("type", String, nullable=False),
    Column("wish_id", String(64)),
    Column("first_seen_at", DateTime, nullable=False),
    Column("first_batch", String, nullable=False),
    Column("last_seen_at", DateTime, nullable=False),
    Column("last_batch", String, nullable=False),
    Column("closed_at", DateTime),
)  # fmt: skip

deltas = Table(
    "deltas", metadata,
    Column("delta_id", String(64), primary_key=True),
    Column("wish_id", String(64), nullable=False, index=True),
    Column("generation", Integer, nullable=False),
    Column("family", String, nullable=False),
    Column("target_system", String, nullable=False),
    Column("entity", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("target_key", String, nullable=False),
    Column("worker_id_hris", String),
    Column("learner_id_lms", String),
    Column("desired", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("risk", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("is_shadow", Boolean, nullable=False),
    Column("proposed_at", DateTime, nullable=False),
    Column("proposed_batch", String, nullable=False),
    Column("decided_by", String),
    Column("decided_at", DateTime),
    Column("decision_reason", Text),
    Column("sent_at", DateTime),
    Column("finished_at", DateTime),
    Column("message", Text),
    Column("rolls_back", String(64)),
)  # fmt: skip
_OPEN = text("state in ('proposed', 'approved', 'auto_approved', 'sending', 'sent')")
Index("one_open_delta_a_wish", deltas.c.wish_id, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)

approvals = Table(
    "approvals", metadata,
    Column("approval_no", Integer, primary_key=True),
    Column("delta_id", String(64), nullable=False, index=True),
    Column("verdict", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

attempts = Table(
    "attempts", metadata,
    Column("attempt_no", Integer, primary_key=True),
    Column("delta_id", String(64), nullable=False, index=True),
    Column("began_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("outcome", String),
    Column("message", Text),
)  # fmt: skip

watermarks = Table(
    "watermarks", metadata,
    Column("system", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("value", String, nullable=False),
    Column("batch_id", String, nullable=False),
    Column("set_at", DateTime, nullable=False),
)  # fmt: skip

call_usage = Table(
    "call_usage", metadata,
    Column("system", String, primary_key=True),
    Column("endpoint", String, primary_key=True),
    Column("hour", DateTime, primary_key=True),
    Column("calls", Integer, nullable=False),
)  # fmt: skip

batches = Table(
    "batches", metadata,
    Column("batch_id", String, primary_key=True),
    Column("as_of", DateTime, nullable=False),
    Column("first_seen_at", DateTime, nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("wishes", Integer, nullable=False),
)  # fmt: skip

audit_events = Table(
    "audit_events", metadata,
    Column("event_no", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("event", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip
audit_head = Table(
    "audit_head", metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("event_no", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip
