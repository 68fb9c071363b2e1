"""What stored answers measured, per candidate, thread length and workload: tables, comparisons of two jobs, exports.

`job_table(store, job_id)` is the one call for a job's result.
"""

from compare.report.measured.table import MeasuredTable, TableRow, job_table

__all__ = ["MeasuredTable", "TableRow", "job_table"]
