"""The first ledger: links, decisions, cases, deltas, attempts and the append-only audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables and the triggers that keep the audit trail append-only."""
    _people()
    _changes()
    _evidence()
    _audit()
    _protect("audit_events")


def _people() -> None:
    op.create_table(
        "links",
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("learner_id_lms", sa.String(), nullable=False),
        sa.Column("worker_id_hris", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_batch", sa.String(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.Column("retired_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("link_id"),
    )
    op.create_index("ix_links_worker_id_hris", "links", ["worker_id_hris"], unique=False)
    op.create_index(
        "one_live_link",
        "links",
        ["learner_id_lms"],
        unique=True,
        sqlite_where=sa.text("retired_at is null"),
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "pair_decisions",
        sa.Column("learner_id_lms", sa.String(), nullable=False),
        sa.Column("worker_id_hris", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id_lms", "worker_id_hris"),
    )
    op.create_table(
        "tag_decisions",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("skill_id", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_table(
        "cases",
        sa.Column("exception_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("wish_id", sa.String(length=64), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("first_batch", sa.String(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("last_batch", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("exception_id"),
    )


def _changes() -> None:
    op.create_table(
        "deltas",
        sa.Column("delta_id", sa.String(length=64), nullable=False),
        sa.Column("wish_id", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("target_system", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("target_key", sa.String(), nullable=False),
        sa.Column("worker_id_hris", sa.String(), nullable=True),
        sa.Column("learner_id_lms", sa.String(), nullable=True),
        sa.Column("desired", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_shadow", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("proposed_batch", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("rolls_back", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("delta_id"),
    )
    op.create_index("ix_deltas_state", "deltas", ["state"], unique=False)
    op.create_index("ix_deltas_wish_id", "deltas", ["wish_id"], unique=False)
    op.create_index(
        "one_open_delta_a_wish",
        "deltas",
        ["wish_id"],
        unique=True,
        sqlite_where=sa.text("state in ('proposed', 'approved', 'auto_approved', 'sending', 'sent')"),
        postgresql_where=sa.text("state in ('proposed', 'approved', 'auto_approved', 'sending', 'sent')"),
    )


def _evidence() -> None:
    op.create_table(
        "approvals",
        sa.Column("approval_no", sa.Integer(), nullable=False),
        sa.Column("delta_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("approval_no"),
    )
    op.create_index("ix_approvals_delta_id", "approvals", ["delta_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("delta_id", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("attempt_no"),
    )
    op.create_index("ix_attempts_delta_id", "attempts", ["delta_id"], unique=False)
    op.create_table(
        "watermarks",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("system", "entity"),
    )
    op.create_table(
        "call_usage",
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("system", "endpoint", "hour"),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("wishes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id"),
    )


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("event_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("event_no"),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_no", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )


def _protect(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{action} before {action} on {table} "
                "begin select raise(abort, 'audit events are never changed'); end"
            )
        return
    op.execute(
        "create function audit_is_append_only() returns trigger language plpgsql as "
        "$$ begin raise exception 'audit events are never changed'; end $$"
    )
    op.execute(
        f"create trigger {table}_append_only before update or delete or truncate on {table} "
        "for each statement execute function audit_is_append_only()"
    )
