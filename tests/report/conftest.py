"""The comparisons to vote on are those of the review tests."""

from tests.review.conftest import table

__all__ = ["table"]
