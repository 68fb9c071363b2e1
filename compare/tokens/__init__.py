"""Tokens: the local count, and what a call costs. Provider usage is normalised by the providers themselves."""
