"""Nightly reconciliation between a firm's HR system and its learning system."""
