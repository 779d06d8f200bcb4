"""Canonical tables and matches to situations, exceptions and proposed deltas. One SELECT a table, in sql/."""
