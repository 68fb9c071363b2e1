"""Runs: live comparisons from thread to stored answers. Start, follow, continue, ask again, reopen."""
