"""Proof that an export routes as the file says: the real gateway in front of fake servers, and what came of it."""
