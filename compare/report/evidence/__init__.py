"""The evidence pack: everything that a decision about weights rests on, as one page and as one JSON document."""

from compare.report.evidence.gathered import gathered
from compare.report.evidence.page import to_page

__all__ = ["gathered", "to_page"]
