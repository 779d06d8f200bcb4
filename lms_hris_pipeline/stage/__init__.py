"""Vendor records to one vocabulary: the canonical tables. One SELECT a table, in sql/."""
