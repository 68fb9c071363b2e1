"""Answers and votes for criteria to be held against."""

from tests.report.measured.conftest import bureau
from tests.review.conftest import table

__all__ = ["bureau", "table"]
