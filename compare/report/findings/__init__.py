"""What is wrong in stored conversations, as a ranked list of problems whose every finding opens its thread."""

from compare.report.findings.found import KINDS, Finding, Kind, Problem
from compare.report.findings.problems import Overview, overview
from compare.report.findings.scanning import Progress, scan

__all__ = ["KINDS", "Finding", "Kind", "Overview", "Problem", "Progress", "overview", "scan"]
