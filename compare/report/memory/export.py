"""The results of probes as one document, and as a table of one row a probe."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from compare.probes.crossover import crossovers
from compare.probes.curve import Curve
from compare.probes.results import Result
from compare.probes.switch import switch_losses


def document(
    job_id: str, results: Sequence[Result], curves: Mapping[str, Curve], reference: str | None
) -> dict[str, Any]:
    """As `probe --json` prints it.

    Args:
        job_id: whose results they are.
        results: all of them.
        curves: of each candidate, by name.
        reference: the candidate that the others are held against; None for no crossovers.

    Raises:
        ConfigError: the reference was asked nothing.
    """
    crossed = crossovers(results, reference) if reference else {}
    return {
        "job_id": job_id,
        "probes": [one.to_json() for one in results],
        "curves": {name: curve.to_json() for name, curve in curves.items()},
        "crossovers": {name: one.to_json() for name, one in crossed.items()},
        "handovers": [one.to_json() for one in switch_losses(results)],
    }


def as_csv(results: Sequence[Result]) -> bytes:
    """One row a probe; UTF-8 with a mark at its beginning, by which spreadsheets know it."""
    sink = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for one in results:
        row = {name: _cell(value) for name, value in one.to_json().items()}
        if writer is None:
            writer = csv.DictWriter(sink, list(row))
            writer.writeheader()
        writer.writerow(row)
    return sink.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"  # a spreadsheet would run it
    return value
