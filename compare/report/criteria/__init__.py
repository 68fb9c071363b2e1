"""Criteria: what a candidate must reach, in one file, and the scorecard that says in sentences whether it does.

`read` makes criteria of a criteria.toml, `scorecard` holds stored answers and votes against them, `junit` writes the
outcome for a CI system. The grammar is described in docs/criteria.md.
"""

from compare.report.criteria.junit import junit
from compare.report.criteria.read import Criteria, load, read
from compare.report.criteria.scorecard import Result, Scorecard, scorecard

__all__ = ["Criteria", "Result", "Scorecard", "junit", "load", "read", "scorecard"]
