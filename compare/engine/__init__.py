"""Asking models: one call with its retries and timing, and the hub that runs many at once. Never writes SQL."""
