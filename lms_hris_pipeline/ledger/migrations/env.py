"""What Alembic runs: migrates over the connection that `ledger.store` hands in. Opens none itself."""

from __future__ import annotations

from alembic import context

from lms_hris_pipeline.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
