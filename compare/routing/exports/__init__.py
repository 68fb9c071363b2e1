"""Routing configurations written out, one file per target."""
