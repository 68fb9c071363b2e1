"""Rows of an Excel workbook's first sheet that holds any, as text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.importers.source import Source


def rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """(row from 1, cells) of the first sheet that is not empty.

    Raises:
        ImportFormatError: the file is no workbook, or all its sheets are empty.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.whole()))
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        sheet = next((one for one in sheets if one.total_height > 0), None)
        found = [] if sheet is None else sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as exc:
        raise ImportFormatError(
            f"{source.name} cannot be read as an Excel workbook ({exc}). Save it as .xlsx or as CSV."
        ) from exc
    for number, row in enumerate(found, start=1):
        yield number, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
