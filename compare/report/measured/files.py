"""Records into a file: JSON lines, CSV or Parquet, row by row, so that a large job needs no more memory than others.

Money stays exact: text in JSON and CSV, decimal128 in Parquet. In CSV a text that a spreadsheet would take for a
formula gets an apostrophe before it; the other two hold every text as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Literal, get_args

import orjson

from compare.render.spreadsheet import guarded

FileFormat = Literal["jsonl", "csv", "parquet"]
FILE_FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
Kind = Literal["text", "whole", "number", "money", "flag"]
"""What a column holds; every value may also be None."""

_ROWS_AT_ONCE = 2000
_MONEY_DIGITS, _MONEY_SCALE = 38, 18


def write(
    records: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind], file_format: FileFormat, sink: IO[bytes]
) -> int:
    """Write records and return how many.

    Args:
        records: each with every name of `columns`.
        columns: names and kinds, in the order of the file.
        file_format: which form.
        sink: a binary file; it is not closed.
    """
    match file_format:
        case "jsonl":
            return _write_lines(records, columns, sink)
        case "csv":
            return _write_csv(records, columns, sink)
        case "parquet":
            return _write_parquet(records, columns, sink)


def columns_of(records: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    """Columns for records that are all there already; one that holds nothing counts as text."""
    kinds: dict[str, Kind] = {}
    for name in records[0] if records else ():
        values = [record[name] for record in records if record[name] is not None]
        kinds[name] = _kind_of(values)
    return kinds


def _kind_of(values: Sequence[Any]) -> Kind:
    if values and all(isinstance(value, bool) for value in values):
        return "flag"
    if values and all(isinstance(value, int) for value in values):
        return "whole"
    if values and all(isinstance(value, int | float) for value in values):
        return "number"
    return "money" if values and all(isinstance(value, Decimal) for value in values) else "text"


def _write_lines(records: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind], sink: IO[bytes]) -> int:
    n = 0
    for record in records:
        body = {name: _in_words(record[name]) for name in columns}
        sink.write(orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE))
        n += 1
    return n


def _write_csv(records: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind], sink: IO[bytes]) -> int:
    text = io.TextIOWrapper(sink, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(guarded(name) for name in columns)
        n = 0
        for record in records:
            writer.writerow([_cell(record[name]) for name in columns])
            n += 1
        return n
    finally:
        text.detach()


def _cell(value: Any) -> Any:
    # Numbers of ours may begin with a minus: they are numbers, and no formula.
    return guarded(value) if isinstance(value, str) else _in_words(value)


def _in_words(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def _write_parquet(records: Iterable[Mapping[str, Any]], columns: Mapping[str, Kind], sink: IO[bytes]) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "money": pa.decimal128(_MONEY_DIGITS, _MONEY_SCALE),
        "flag": pa.bool_(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    exact = Decimal(1).scaleb(-_MONEY_SCALE)
    n = 0
    with parquet.ParquetWriter(sink, schema) as writer:
        for some in _batches(records):
            n += len(some)
            arrays = []
            for name, kind in columns.items():
                values = [record[name] for record in some]
                if kind == "money":
                    values = [None if value is None else value.quantize(exact) for value in values]
                arrays.append(pa.array(values, types[kind]))
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return n


def _batches(records: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    waiting = iter(records)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        yield some
