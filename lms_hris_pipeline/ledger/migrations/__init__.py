"""Alembic's folder: how the ledger's tables came to be as they are."""
