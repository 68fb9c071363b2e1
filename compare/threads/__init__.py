"""Threads: reading them from files, and what of them a candidate is shown."""
