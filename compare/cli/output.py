"""How commands speak: one JSON document on standard output where --json is given, messages on standard error."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from compare.errors import CompareError


def emit_json(document: Any) -> None:
    """Print one JSON document."""
    click.echo(orjson.dumps(document, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode())


def json_line(document: Any) -> bytes:
    """One document as one line of a JSONL file."""
    return orjson.dumps(document, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def standard_output() -> BinaryIO:
    """Where bytes go when no file is named.

    Raises:
        CompareError: the program was started without one.
    """
    if sys.stdout is None:
        raise CompareError("There is no standard output to write to. Name a file with --out, or do not close it.")
    return sys.stdout.buffer


def write_bytes(content: bytes, out: Path | None) -> None:
    """Write a file, or to standard output where none is named.

    Raises:
        CompareError: the file cannot be written.
    """
    if out is None:
        standard_output().write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as exc:
        raise CompareError(f"{out} cannot be written: {exc.strerror}. Name another file with --out.") from exc


def drop_unwritten() -> None:
    """Give up what standard output does not take: Python would try again as it ends, and complain."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(message: str) -> None:
    """A message for the person at the terminal."""
    click.echo(message, err=True)


def is_terminal() -> bool:
    """True where a person watches standard error."""
    return sys.stderr.isatty()


def table(header: list[str], rows: list[list[str]]) -> None:
    """A plain table on standard output, columns as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in [header, *rows]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
