"""The Memory page: probes put together, watched, and read as curves down to the single answer."""
